import MusterTLS

private typealias W = WrittenDER

private let lacksCertSign = "its key usage lacks keyCertSign, but it issued a certificate"
private let hasNoConstraints = "it is no authority (no basicConstraints), but issued a certificate"
private let isNoAuthority = "it is no authority (basicConstraints), but issued a certificate"
private let unreadableConstraints = "its basicConstraints cannot be read"

/// Who may issue certificates, and how far below (RFC 5280 §6.1.4).
extension ForgedChain {
    static let controls: [ForgedChain] = [
        .init("6.1", "nothing is changed") { _ in },
        .init("6.1", "the root is presented as well, and the order is another") { $0.presented = [3, 0, 1, 2] },
        .init("4.1.2.2", "a serial number of 20 octets") { $0.leaf.serial = W.node(2, Array(repeating: 1, count: 20)) },
        .init("4.1.2.2", "a serial number of zero, which is to be taken") { $0.leaf.serial = W.integer(0) },
        .init("4.1.2.2", "a negative serial number, which is to be taken") { $0.middle.serial = W.integer(-5) },
        .init("4.1.2.5", "a GeneralizedTime before 2050") { $0.leaf.notAfter = W.time("20400101000000Z") },
        .init("4.1.2.5", "an end after 2049") { $0.leaf.notAfter = W.time("21000101000000Z") },
        .init("4.1.2.5", "no end") { $0.leaf.notAfter = W.time("99991231235959Z") },
        .init("4.2", "an unknown extension that is not critical") { $0.leaf.add(.unknown, W.null) },
        .init("4.2.1.1", "no identifiers of keys") {
            $0.leaf.remove(.authorityKey)
            $0.middle.remove(.subjectKey)
        },
        .init("4.2.1.1", "an authority key identifier by issuer and serial number") {
            $0.leaf.set(.authorityKey, W.sequence(W.node(0xA1, W.directory(W.name("upper"))), W.node(0x82, [3])))
        },
        .init("4.2.1.3", "no key usage at all") {
            $0.leaf.remove(.keyUsage)
            $0.middle.remove(.keyUsage)
            $0.root.remove(.keyUsage)
        },
        .init("4.2.1.3", "a key usage that is not critical") { $0.middle.set(.keyUsage, W.bits([4], unused: 2)) },
        .init("4.2.1.9", "basicConstraints that are not critical") {
            $0.middle.set(.basicConstraints, W.sequence(W.true))
        },
        .init("4.2.1.9", "a leaf without basicConstraints") { $0.leaf.remove(.basicConstraints) },
        .init("4.2.1.9", "a leaf that says FALSE") { $0.leaf.set(.basicConstraints, W.sequence(W.false)) },
        .init("4.2.1.9", "a leaf with a path length, which means nothing") {
            $0.leaf.set(.basicConstraints, W.sequence(W.integer(0)))
        },
        .init("4.2.1.9", "path lengths that are just enough") {
            $0.root.set(.basicConstraints, W.sequence(W.true, W.integer(2)))
            $0.upper.set(.basicConstraints, W.sequence(W.true, W.integer(1)))
            $0.middle.set(.basicConstraints, W.sequence(W.true, W.integer(0)))
        },
        .init("6.1.4 (l)", "an authority that issued itself, which does not count") {
            $0.upper.set(.basicConstraints, W.sequence(W.true, W.integer(0)))
            $0.middle.subject = W.name("upper")
            $0.leaf.issuer = W.name("upper")
        },
        .init("6.1.1 (d)", "a root of version 1, trusted because it is in the store") {
            $0.root.version = []
            $0.root.extensions = nil
        },
        .init("6.1.1 (d)", "a root whose signature is broken, which proves nothing anyway") {
            $0.root.damagesSignature = true
        },
        .init("7.1", "an issuer spelt in another kind of string and other letters") {
            $0.leaf.issuer = W.name(W.printable("  MIDdle "))
            $0.middle.issuer = W.name("UPPER")
        },
    ]

    static let authorities: [ForgedChain] = [
        .init(
            "6.1.4 (k)", "an issuer of version 1",
            "chainRules: CN=middle: a certificate of version 1 is no authority, but issued a certificate"
        ) {
            $0.middle.version = []
            $0.middle.extensions = nil
        },
        .init(
            "6.1.4 (k)", "an issuer of version 2",
            "chainRules: CN=middle: a certificate of version 2 is no authority, but issued a certificate"
        ) {
            $0.middle.version = W.node(0xA0, W.integer(1))
            $0.middle.extensions = nil
        },
        .init(
            "6.1.4 (k)", "an issuer of version 1 further up",
            "chainRules: CN=upper: a certificate of version 1 is no authority, but issued a certificate"
        ) {
            $0.upper.version = []
            $0.upper.extensions = nil
        },
        .init("6.1.4 (k)", "an issuer without basicConstraints", "chainRules: CN=middle: \(hasNoConstraints)") {
            $0.middle.remove(.basicConstraints)
        },
        .init("6.1.4 (k)", "the same further up", "chainRules: CN=upper: \(hasNoConstraints)") {
            $0.upper.remove(.basicConstraints)
        },
        .init(
            "6.1.4 (k)", "a root without basicConstraints", "chainRules: CN=root: \(hasNoConstraints)", openssl: .other
        ) {
            $0.root.remove(.basicConstraints)
        },
        .init("6.1.4 (k)", "an issuer without any extension", "chainRules: CN=middle: \(hasNoConstraints)") {
            $0.middle.extensions = nil
        },
        .init("6.1.4 (k)", "an issuer that does not say TRUE", "chainRules: CN=middle: \(isNoAuthority)") {
            $0.middle.set(.basicConstraints, critical: true, W.sequence())
        },
        .init("6.1.4 (k)", "an issuer that says FALSE", "chainRules: CN=middle: \(isNoAuthority)") {
            $0.middle.set(.basicConstraints, critical: true, W.sequence(W.false))
        },
        .init("6.1.4 (k)", "an issuer further up that says FALSE", "chainRules: CN=upper: \(isNoAuthority)") {
            $0.upper.set(.basicConstraints, critical: true, W.sequence(W.false))
        },
        .init("6.1.4 (k)", "a root that says FALSE", "chainRules: CN=root: \(isNoAuthority)") {
            $0.root.set(.basicConstraints, critical: true, W.sequence())
        },
        .init("6.1.4 (k)", "an issuer with a path length alone", "chainRules: CN=middle: \(isNoAuthority)") {
            $0.middle.set(.basicConstraints, critical: true, W.sequence(W.integer(3)))
        },
        .init("6.1.4 (k)", "an end certificate that issues", "chainRules: CN=middle: \(isNoAuthority)") {
            $0.middle.extensions = $0.leaf.extensions
            $0.middle.set(.authorityKey, W.sequence(W.node(0x80, [1])))
        },
        .init("6.1.4 (n)", "an issuer for signatures only", "chainRules: CN=middle: \(lacksCertSign)") {
            $0.middle.set(.keyUsage, critical: true, W.bits([0x80], unused: 7))
        },
        .init("6.1.4 (n)", "an issuer of revocation lists only", "chainRules: CN=middle: \(lacksCertSign)") {
            $0.middle.set(.keyUsage, W.bits([0x02], unused: 1))
        },
        .init("6.1.4 (n)", "an issuer further up for signatures only", "chainRules: CN=upper: \(lacksCertSign)") {
            $0.upper.set(.keyUsage, critical: true, W.bits([0x80], unused: 7))
        },
        .init("6.1.4 (n)", "a root for signatures only", "chainRules: CN=root: \(lacksCertSign)") {
            $0.root.set(.keyUsage, critical: true, W.bits([0x80], unused: 7))
        },
        .init("6.1.4 (n)", "an issuer for nothing", "chainRules: CN=middle: its key usage cannot be read") {
            $0.middle.set(.keyUsage, critical: true, W.bits([0], unused: 0))
        },
    ]

    static let pathLengths: [ForgedChain] = [
        .init(
            "6.1.4 (l)", "an authority below one that allows none",
            "chainRules: CN=upper: 1 authorities below it, where its path length allows 0"
        ) { $0.upper.set(.basicConstraints, critical: true, W.sequence(W.true, W.integer(0))) },
        .init(
            "6.1.4 (l)", "two authorities below a root that allows one",
            "chainRules: CN=root: 2 authorities below it, where its path length allows 1"
        ) { $0.root.set(.basicConstraints, critical: true, W.sequence(W.true, W.integer(1))) },
        .init(
            "6.1.4 (m)", "a path length below cannot widen the one above",
            "chainRules: CN=root: 2 authorities below it, where its path length allows 0"
        ) {
            $0.root.set(.basicConstraints, critical: true, W.sequence(W.true, W.integer(0)))
            $0.middle.set(.basicConstraints, critical: true, W.sequence(W.true, W.integer(9)))
        },
        .init("4.2.1.9", "a negative path length", "chainRules: CN=upper: \(unreadableConstraints)") {
            $0.upper.set(.basicConstraints, critical: true, W.sequence(W.true, W.integer(-1)))
        },
        .init(
            "4.2.1.9", "a path length beyond all numbers", "chainRules: CN=upper: \(unreadableConstraints)",
            openssl: .other
        ) {
            $0.upper.set(
                .basicConstraints, critical: true,
                W.sequence(W.true, W.node(2, Array(repeating: 0x7F, count: 20))))
        },
        .init("4.2.1.9", "something after the path length", "chainRules: CN=middle: \(unreadableConstraints)") {
            $0.middle.set(.basicConstraints, critical: true, W.sequence(W.true, W.integer(0), W.null))
        },
        .init("4.2.1.9", "a TRUE of two octets", "chainRules: CN=middle: \(unreadableConstraints)") {
            $0.middle.set(.basicConstraints, critical: true, W.sequence(W.node(1, [0xFF, 0xFF])))
        },
        .init("4.2.1.9", "basicConstraints that are no sequence", "chainRules: CN=middle: \(unreadableConstraints)") {
            $0.middle.set(.basicConstraints, critical: true, W.true)
        },
        .init(
            "4.2.1.9", "octets after basicConstraints", "chainRules: CN=middle: \(unreadableConstraints)",
            openssl: .other
        ) {
            $0.middle.set(.basicConstraints, critical: true, W.sequence(W.true) + [0, 0])
        },
        .init("4.2.1.9", "a leaf's that cannot be read", "chainRules: its basicConstraints cannot be read") {
            $0.leaf.set(.basicConstraints, critical: true, W.sequence(W.null))
        },
    ]
}
