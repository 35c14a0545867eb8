package import MusterCore

/// A fault that the lab serves instead of a healthy answer, and what a check has to say of it.
package struct LabFault: Sendable, Hashable {
    /// What an inventory calls it: `black-hole`.
    package let name: String
    /// One line for people.
    package let summary: String
    private let tcp: Verdict?
    private let dns: Verdict?
    private let http: Verdict?
    private let https: Verdict?

    private init(
        _ name: String, _ summary: String, tcp: Verdict? = nil, dns: Verdict? = nil, http: Verdict? = nil,
        https: Verdict? = nil
    ) {
        self.name = name
        self.summary = summary
        self.tcp = tcp
        self.dns = dns
        self.http = http
        self.https = https
    }

    /// The verdict a check has to come to; nil where the fault does not apply to that kind of check.
    package func expected(kind: String, overTLS: Bool = false) -> Verdict? {
        switch kind {
        case "tcp": tcp
        case "dns": dns
        case "http": overTLS ? https : http
        default: nil
        }
    }

    /// The kinds of checks it applies to, for faults and the documentation: `tcp, http`.
    package var kinds: [String] {
        [("tcp", tcp), ("dns", dns), ("http", http), ("https", https)].compactMap { $1 == nil ? nil : $0 }
    }

    /// The fault of a name.
    package static func named(_ name: String) -> LabFault? { catalog.first { $0.name == name } }
}

extension LabFault {
    /// All faults, in the order of the documentation.
    package static let catalog: [LabFault] = [
        refused, blackHole, slow, reset, silent, banner, status, body, truncated, endlessHead, expired, notYetValid,
        wrongName, selfSigned, incomplete, untrusted, weak, nxdomain, servfail, wrongAnswer, truncatedDNS,
    ]

    static let refused = LabFault(
        "refused", "nothing listens on the port", tcp: .down(.tcpRefused), http: .down(.tcpRefused),
        https: .down(.tcpRefused))
    static let blackHole = LabFault(
        "black-hole", "connection requests and queries are dropped", tcp: .down(.tcpTimeout), dns: .down(.dnsTimeout),
        http: .down(.tcpTimeout), https: .down(.tcpTimeout))
    static let slow = LabFault("slow", "answers after 150 ms, which is no fault", tcp: .up, http: .up, https: .up)
    static let reset = LabFault(
        "reset", "accepts, then resets the connection", tcp: .down(.tcpReset), http: .down(.tcpReset),
        https: .down(.tlsClosed))
    static let silent = LabFault(
        "silent", "accepts, then says nothing", tcp: .down(.tcpSilent), http: .down(.httpTimeout),
        https: .down(.tlsTimeout))
    static let banner = LabFault("banner", "sends other bytes than expected", tcp: .down(.tcpMismatch))

    static let status = LabFault(
        "status", "answers with status 500", http: .down(.httpStatus), https: .down(.httpStatus))
    static let body = LabFault(
        "body", "answers with a body that lacks the expected text", http: .down(.httpBody), https: .down(.httpBody))
    static let truncated = LabFault(
        "truncated", "closes before the body is complete", http: .down(.httpClosed), https: .down(.httpClosed))
    static let endlessHead = LabFault(
        "endless-head", "sends header after header, 1 MB of them", http: .down(.httpTooLarge),
        https: .down(.httpTooLarge))

    static let expired = LabFault("expired", "the certificate has expired", https: .down(.tlsExpired))
    static let notYetValid = LabFault(
        "not-yet-valid", "the certificate is not valid yet", https: .down(.tlsNotYetValid))
    static let wrongName = LabFault("wrong-name", "the certificate names another host", https: .down(.tlsWrongName))
    static let selfSigned = LabFault(
        "self-signed", "the certificate is signed by itself", https: .down(.tlsSelfSigned))
    static let incomplete = LabFault(
        "incomplete", "the intermediate certificate is not sent", https: .down(.tlsIncomplete))
    static let untrusted = LabFault(
        "untrusted", "the chain ends at a root nobody trusts", https: .down(.tlsUntrusted))
    static let weak = LabFault("weak", "the certificate has an RSA key of 1,024 bits", https: .down(.tlsWeak))

    static let nxdomain = LabFault(
        "nxdomain", "the name server says that the name does not exist", dns: .down(.dnsNXDomain))
    static let servfail = LabFault("servfail", "the name server fails to answer", dns: .down(.dnsServFail))
    static let wrongAnswer = LabFault(
        "wrong-answer", "the name server answers with other records", dns: .down(.dnsMismatch))
    static let truncatedDNS = LabFault(
        "truncated-dns", "the answer is truncated over UDP and whole over TCP, which is no fault", dns: .up)
}
