import FoundationEssentials
import MusterTLS
import Testing

/// The test vectors of x509-limbo (C2SP), from the file that MUSTER_LIMBO names.
///
/// Cases of the kind CLIENT, about certificates of people, are left out: muster judges servers.
@Suite("A second opinion on chains")
struct LimboTests {
    private struct File: Decodable {
        var testcases: [Case]
    }

    private struct Case: Decodable {
        struct Name: Decodable {
            var kind: String
            var value: String
        }

        var id: String
        var validation_kind: String
        var trusted_certs: [String]
        var untrusted_intermediates: [String]
        var peer_certificate: String
        var validation_time: String?
        var expected_result: String
        var expected_peer_name: Name?
    }

    private static let path = ProcessInfo.processInfo.environment["MUSTER_LIMBO"]

    /// Cases that muster takes though they want to be refused, by why that is as it should be.
    private static let taken: [String: [String]] = [
        "muster reads no revocation lists": [
            "crl::revoked-certificate-with-crl",
            "crl::crlnumber-missing",
            "crl::crlnumber-critical",
            "crl::issuer-missing-crlsign",
        ],
        "there is no setting for the length of a path": [
            "pathlen::max-chain-depth-1-exhausted"
        ],
        "a demand on issuers that changes nothing about who is trusted; OpenSSL takes it too": [
            "rfc5280::aki::critical-aki",
            "rfc5280::aki::cross-signed-root-missing-aki",
            "rfc5280::san::noncritical-with-empty-subject",
            "rfc5280::ski::intermediate-missing-ski",
            "rfc5280::root-non-critical-basic-constraints",
            "rfc5280::leaf-ku-keycertsign",
            "webpki::aki::root-with-aki-authoritycertissuer",
            "webpki::aki::root-with-aki-authoritycertserialnumber",
            "webpki::aki::root-with-aki-all-fields",
            "webpki::eku::ee-critical-eku",
            "webpki::eku::root-has-eku",
            "webpki::san::san-critical-with-nonempty-subject",
            "webpki::ee-basicconstraints-ca",
        ],
        "a leading period is no syntax for DNS names, but in use; OpenSSL and Go take it": [
            "rfc5280::nc::invalid-dnsname-leading-period"
        ],
        "the common name is never looked at": [
            "webpki::cn::ipv4-hex-mismatch",
            "webpki::cn::ipv4-leading-zeros-mismatch",
            "webpki::cn::ipv6-uncompressed-mismatch",
            "webpki::cn::ipv6-non-rfc5952-mismatch",
            "webpki::cn::utf8-vs-punycode-mismatch",
            "webpki::cn::not-in-san",
            "webpki::cn::case-mismatch",
        ],
        "any purpose beside serverAuth takes nothing away; alone it is refused, as by OpenSSL and Firefox": [
            "webpki::eku::ee-anyeku"
        ],
        "users should be prepared to handle such certificates gracefully (RFC 5280 §4.1.2.2)": [
            "rfc5280::serial::zero"
        ],
        "muster has no list of public suffixes; wildcards below a single label are refused": [
            "webpki::san::public-suffix-multi-label-wildcard-san"
        ],
    ]

    @Test(
        "No case is refused that holds, and none is taken that does not, but for a listed reason",
        .enabled(if: path != nil, "MUSTER_LIMBO names no file"))
    func cases() throws {
        let data = try Data(contentsOf: URL(filePath: try #require(Self.path)))
        let taken = Set(Self.taken.values.joined())
        var (agreed, open) = (0, 0)
        var listed: Set<String> = []
        for one in try JSONDecoder().decode(File.self, from: data).testcases where one.validation_kind == "SERVER" {
            let judgement = try Self.judge(one)
            let holds = judgement?.holds ?? false
            let texts = judgement?.findings.map { "\($0.problem): \($0.text(now: 0))" } ?? ["no trust store"]
            if holds == (one.expected_result == "SUCCESS") {
                agreed += 1
                if judgement?.problems == [.unsupported] { open += 1 }
            } else if holds, taken.contains(one.id) {
                listed.insert(one.id)
            } else {
                Issue.record("\(one.id) wants \(one.expected_result): \(texts)")
            }
        }
        // A reason that is not needed any more does not stay.
        #expect(listed == taken)
        print("limbo: \(agreed) as expected, \(open) of these left open; \(listed.count) taken for a reason")
    }

    /// Nil where the roots are refused.
    private static func judge(_ one: Case) throws -> ChainJudgement? {
        guard let trust = try? TrustStore(pems: one.trusted_certs) else { return nil }
        let chain = try ([one.peer_certificate] + one.untrusted_intermediates).map(der)
        let now = try one.validation_time.map {
            Int64(try Date($0.replacing("+00:00", with: "Z"), strategy: .iso8601).timeIntervalSince1970)
        }
        let name: ServerName
        switch one.expected_peer_name {
        case let expected? where expected.kind == "IP": name = .ip(try #require(address(expected.value)))
        case let expected?: name = .dns(expected.value)
        case nil: name = .dns("example.com")
        }
        return ChainJudge(trust: trust).judge(
            chain: chain, serverName: name, now: now ?? Int64(Date.now.timeIntervalSince1970))
    }

    private static func der(_ pem: String) throws -> [UInt8] {
        let lines = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return Array(try #require(Data(base64Encoded: lines.joined())))
    }

    private static func address(_ text: String) -> [UInt8]? {
        guard text.contains(":") else { return text.split(separator: ".").compactMap { UInt8($0) } }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        let groups = halves.map { half in half.split(separator: ":").compactMap { UInt16($0, radix: 16) } }
        guard let first = groups.first, let last = groups.last else { return nil }
        let all = halves.count == 1 ? first : first + Array(repeating: 0, count: 8 - first.count - last.count) + last
        return all.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }
}
