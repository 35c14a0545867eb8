import Crypto
import CryptoExtras
import MusterTLS
import Testing

/// One way to break a chain that holds, or to change it without breaking it.
struct ForgedChain: CustomTestStringConvertible, Sendable {
    /// What OpenSSL says, which is asked as well where it is installed.
    enum SecondOpinion: Sendable {
        case same
        /// It takes what muster refuses, or the other way round.
        case other
    }

    /// The section of RFC 5280, unless it names another.
    let rule: String
    let what: String
    /// All findings, with what they say; empty if the chain holds.
    let findings: [String]
    let openssl: SecondOpinion
    let asked: ServerName
    let change: @Sendable (inout DraftChain) -> Void

    var testDescription: String { "\(rule): \(what)" }

    init(
        _ rule: String, _ what: String, _ findings: String..., openssl: SecondOpinion = .same,
        asked: ServerName = .dns(Lab.name), _ change: @escaping @Sendable (inout DraftChain) -> Void
    ) {
        self.rule = rule
        self.what = what
        self.findings = findings
        self.openssl = openssl
        self.asked = asked
        self.change = change
    }

    static let all = [
        controls, authorities, pathLengths, frames, extensions, malformedExtensions, strangeNames, times, signatures,
        keys,
        purposes, policies, dnsConstraints, otherConstraints, malformedConstraints, serverNames,
    ].flatMap { $0 }
}

/// RSA keys take a while to make: one of each kind.
enum ForgedKeys {
    static let rsa = made { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    static let weak = made { try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)) }
    static let stranger = DraftCertificate.Signer.p256(P256.Signing.PrivateKey())

    private static func made<Key>(_ make: () throws -> Key) -> Key {
        do {
            return try make()
        } catch {
            // Of a static value: there is no test to fail yet.
            fatalError("a key cannot be made: \(error)")
        }
    }
}
