import MusterTLS

private typealias W = WrittenDER

private let ecdsa = W.sequence(W.identifier("1.2.840.10045.4.3.2"))
private let unreadableLeaf = "unreadable: the first certificate cannot be read"

/// What every certificate has to be by itself (RFC 5280 §4).
extension ForgedChain {
    static let frames: [ForgedChain] = [
        .init("4.1.1.2", "two signature algorithms", "chainRules: it names two signature algorithms") {
            $0.leaf.algorithm = W.sequence(W.identifier("1.2.840.10045.4.3.3"))
            $0.leaf.outerAlgorithm = ecdsa
        },
        .init("4.1.1.2", "the same of an issuer", "chainRules: CN=middle: it names two signature algorithms") {
            $0.middle.algorithm = W.sequence(W.identifier("1.2.840.113549.1.1.11"), W.null)
            $0.middle.outerAlgorithm = ecdsa
        },
        .init(
            "5758 3.2", "parameters where ECDSA has none",
            "chainRules: parameters that its signature algorithm does not have", openssl: .other
        ) { $0.leaf.algorithm = W.sequence(W.identifier("1.2.840.10045.4.3.2"), W.null) },
        .init("4.1.2.1", "extensions in version 1", "chainRules: extensions in version 1", openssl: .other) {
            $0.leaf.version = []
        },
        .init("4.1.2.1", "extensions in version 2", "chainRules: extensions in version 2", openssl: .other) {
            $0.leaf.version = W.node(0xA0, W.integer(1))
        },
        .init("4.1.2.1", "a fourth version", "chainRules: an unknown version", openssl: .other) {
            $0.leaf.version = W.node(0xA0, W.integer(3))
        },
        .init("4.1.2.1", "a negative version", "chainRules: an unknown version", openssl: .other) {
            $0.leaf.version = W.node(0xA0, W.integer(-1))
        },
        .init("4.1.2.1", "the greatest number for a version", "chainRules: an unknown version", openssl: .other) {
            $0.leaf.version = W.node(0xA0, W.integer(.max))
        },
        .init(
            "4.1.2.1", "an issuer of a fourth version",
            "chainRules: CN=middle: an unknown version", openssl: .other
        ) { $0.middle.version = W.node(0xA0, W.integer(3)) },
        .init("4.1.2.1", "a version beyond all numbers", unreadableLeaf, openssl: .other) {
            $0.leaf.version = W.node(0xA0, W.node(2, Array(repeating: 0x7F, count: 20)))
        },
        .init(
            "4.1.2.2", "a serial number of 21 octets", "chainRules: a serial number of more than 20 octets",
            openssl: .other
        ) { $0.leaf.serial = W.node(2, Array(repeating: 1, count: 21)) },
        .init(
            "4.1.2.2", "the same of an issuer",
            "chainRules: CN=upper: a serial number of more than 20 octets", openssl: .other
        ) { $0.upper.serial = W.node(2, Array(repeating: 1, count: 21)) },
        .init("4.1.2.2", "an empty serial number", unreadableLeaf) { $0.leaf.serial = [2, 0] },
        .init("4.1.2.4", "no issuer", "chainRules: no issuer", openssl: .other) {
            $0.middle.subject = W.sequence()
            $0.leaf.issuer = W.sequence()
        },
        .init(
            "4.1.2.5.2", "fractions of seconds", "chainRules: fractions of seconds in its validity"
        ) { $0.leaf.notAfter = W.time("20400101000000.5Z") },
        .init("4.1.2.5.2", "a time with an offset", unreadableLeaf) {
            $0.leaf.notAfter = W.time("20400101000000+0100")
        },
        .init("4.1.2.5.1", "a UTCTime without seconds", unreadableLeaf) { $0.leaf.notAfter = W.time("4001010000Z") },
        .init("4.1.2.5", "a day that there is not", unreadableLeaf) { $0.leaf.notAfter = W.time("400230000000Z") },
        .init(
            "4.1.2.8", "unique identifiers in version 1", "wrongName: ", "chainRules: unique identifiers in version 1"
        ) {
            $0.leaf.version = []
            $0.leaf.extensions = nil
            $0.leaf.uniqueIdentifiers = W.node(0x81, [0, 1])
        },
        .init("4.1.2.9", "an empty list of extensions", "wrongName: ", "chainRules: an empty list of extensions") {
            $0.leaf.extensions = []
        },
        .init("4.1", "something after the extensions", unreadableLeaf) { $0.leaf.trailer = W.null },
        .init("4.1", "no key", unreadableLeaf) { $0.leaf.publicKey = [] },
        .init("4.1", "an issuer that is no certificate", unreadableIssuer[0], unreadableIssuer[1]) {
            $0.middle.subject = []
        },
    ]

    private static let unreadableIssuer = [
        "untrusted: issued by CN=middle, which is not known here: give its certificate with tls.ca",
        "unreadable: certificate 2 of the server cannot be read",
    ]

    static let extensions: [ForgedChain] =
        [
            .init("4.2", "an unknown critical extension", "unsupported: the critical extension 1.3.6.1.4.1.99999.1") {
                $0.leaf.add(.unknown, critical: true, W.null)
            },
            .init(
                "6.1.5 (f)", "one of an issuer",
                "unsupported: CN=middle: the critical extension 1.3.6.1.4.1.99999.1"
            ) { $0.middle.add(.unknown, critical: true, W.null) },
            .init(
                "6.1.4 (o)", "one further up", "unsupported: CN=upper: the critical extension 1.3.6.1.4.1.99999.1"
            ) { $0.upper.add(.unknown, critical: true, W.null) },
            .init("6.1.4 (o)", "one of a root", "unsupported: CN=root: the critical extension 1.3.6.1.4.1.99999.1") {
                $0.root.add(.unknown, critical: true, W.null)
            },
            .init("4.2", "names twice", "chainRules: the extension 2.5.29.17 twice") {
                $0.leaf.add(.alternativeNames, W.sequence(W.dns("bank.test")))
            },
            .init("4.2", "a usage for servers and one for others", "chainRules: the extension 2.5.29.37 twice") {
                $0.leaf.add(.extendedUsage, W.sequence(W.identifier("1.3.6.1.5.5.7.3.2")))
            },
            .init(
                "4.2", "constraints twice, TRUE and FALSE", "chainRules: CN=middle: the extension 2.5.29.19 twice"
            ) { $0.middle.add(.basicConstraints, critical: true, W.sequence()) },
            .init(
                "4.2", "an extension twice that nobody reads",
                "chainRules: CN=upper: the extension 1.3.6.1.4.1.99999.1 twice", openssl: .other
            ) {
                $0.upper.add(.unknown, W.null)
                $0.upper.add(.unknown, W.null)
            },
        ]

    static let malformedExtensions: [ForgedChain] = [
        malformed(.subjectKey, "subject key identifier", W.sequence(), of: \.upper, "CN=upper: ", .same),
        malformed(.authorityKey, "authority key identifier", W.octets([1]), of: \.leaf, "", .same),
        malformed(
            .authorityKey, "authority key identifier",
            W.sequence(W.node(0x80, [2]), W.node(0xA1, W.directory(W.name("upper")))), of: \.leaf, "", .other),
        malformed(
            .authorityKey, "authority key identifier", W.sequence(W.node(0x80, [2]), W.node(0x82, [3])),
            of: \.leaf, "", .other),
        malformed(.authorityInformation, "authority information access", W.sequence(), of: \.leaf, "", .other),
        malformed(
            .authorityInformation, "authority information access", W.sequence(W.sequence(W.null)), of: \.leaf, "",
            .other),
        malformed(
            .authorityInformation, "authority information access",
            W.sequence(W.sequence(W.identifier("1.3.6.1.5.5.7.48.2"), W.utf8("http://x.test/"))), of: \.upper,
            "CN=upper: ", .other),
        malformed(.policies, "policies", W.sequence(), of: \.leaf, "", .other),
        malformed(.policies, "policies", W.null, of: \.middle, "CN=middle: ", .same),
        malformed(
            .policies, "policies",
            W.sequence(W.sequence(W.identifier("1.2.3")), W.sequence(W.identifier("1.2.3"))), of: \.middle,
            "CN=middle: ", .same),
    ]

    /// An extension which is not as its section has it.
    private static func malformed(
        _ kind: DraftCertificate.Extension, _ name: String, _ value: [UInt8],
        of part: any WritableKeyPath<DraftChain, DraftCertificate> & Sendable, _ subject: String,
        _ openssl: SecondOpinion
    ) -> ForgedChain {
        .init(
            "4.2.1", "malformed: \(name) \(value)", "chainRules: \(subject)its \(name) cannot be read", openssl: openssl
        ) { $0[keyPath: part].set(kind, value) }
    }

    static let strangeNames: [ForgedChain] = [
        .init("4.2.1.6", "no names in the list", "wrongName: ", "chainRules: its names cannot be read") {
            $0.leaf.set(.alternativeNames, W.sequence())
        },
        .init("4.2.1.6", "names that are no list", "wrongName: ", "chainRules: its names cannot be read") {
            $0.leaf.set(.alternativeNames, W.dns(Lab.name))
        },
        .init("4.2.1.6", "an address of five octets", "chainRules: its names cannot be read", openssl: .other) {
            $0.leaf.set(.alternativeNames, W.sequence(W.dns(Lab.name), W.ip([127, 0, 0, 1, 0])))
        },
        .init("4.2.1.6", "a zero octet in a name", "chainRules: its names cannot be read", openssl: .other) {
            $0.leaf.set(.alternativeNames, W.sequence(W.dns(Lab.name), W.dns("bank.test\0.evil.test")))
        },
        .init(
            "4.2.1.6", "a name that is not ASCII", "wrongName: ", "chainRules: its names cannot be read",
            openssl: .other
        ) { $0.leaf.set(.alternativeNames, W.sequence(W.dns(Lab.name), W.dns("bücher.test"))) },
        .init("4.2.1.6", "a name of no kind", "wrongName: ", "chainRules: its names cannot be read") {
            $0.leaf.set(.alternativeNames, W.sequence(W.dns(Lab.name), W.node(0x89, [1])))
        },
        .init("4.2.1.6", "names of an issuer that cannot be read", "chainRules: CN=middle: its names cannot be read") {
            $0.middle.add(.alternativeNames, W.null)
        },
    ]

    static let times: [ForgedChain] = [
        .init("6.1.3 (a)", "a leaf that ended", "expired: 1 day ago") { $0.leaf.notAfter = W.time("231113000000Z") },
        .init("6.1.3 (a)", "an issuer that ended", "expired: CN=middle: 1 day ago") {
            $0.middle.notAfter = W.time("231113000000Z")
        },
        .init("6.1.3 (a)", "an issuer further up that ended", "expired: CN=upper: 1 day ago") {
            $0.upper.notAfter = W.time("231113000000Z")
        },
        .init("6.1.3 (a)", "a root that ended", "expired: CN=root: 1 day ago") {
            $0.root.notAfter = W.time("231113000000Z")
        },
        .init("6.1.3 (a)", "a leaf that begins later", "notYetValid: in 1 day") {
            $0.leaf.notBefore = W.time("231116000000Z")
        },
        .init("6.1.3 (a)", "an issuer that begins later", "notYetValid: CN=middle: in 1 day") {
            $0.middle.notBefore = W.time("231116000000Z")
        },
        .init("6.1.3 (a)", "an issuer further up that begins later", "notYetValid: CN=upper: in 1 day") {
            $0.upper.notBefore = W.time("231116000000Z")
        },
        .init("6.1.3 (a)", "a root that begins later", "notYetValid: CN=root: in 1 day") {
            $0.root.notBefore = W.time("231116000000Z")
        },
        .init("6.1.3 (a)", "an end before the beginning", "expired: 1 day ago", "notYetValid: in 1 day") {
            ($0.leaf.notBefore, $0.leaf.notAfter) = (W.time("231116000000Z"), W.time("231113000000Z"))
        },
        .init("6.1.3 (a)", "a year that only looks later", "expired: 8796 days ago") {
            $0.leaf.notBefore = W.time("500101000000Z")
            $0.leaf.notAfter = W.time("991015000000Z")
        },
        .init("6.1.3 (a)", "a second too late", "expired: less than a day ago") {
            $0.leaf.notAfter = W.time("231114221319Z")
        },
        .init("6.1.3 (a)", "a second too early", "notYetValid: in less than a day") {
            $0.leaf.notBefore = W.time("231114221321Z")
        },
        .init("4.1.2.5", "the last second", openssl: .other) { $0.leaf.notAfter = W.time("231114221320Z") },
        .init("4.1.2.5", "the first second") { $0.leaf.notBefore = W.time("231114221320Z") },
    ]
}
