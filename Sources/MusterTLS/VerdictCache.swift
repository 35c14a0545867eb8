/// What a verdict cost, for the bounds that hold whatever a peer sends.
struct ChainWork: Sendable {
    /// Signatures that were verified, at most ``PathSearch/maximumChecks`` and those of one path; one that the library cannot
    /// verify counts several times in a search.
    var signatures = 0
    /// The work of ``NameConstraintRules``, over all paths.
    var comparedNames = 0
}

/// What was found about a chain, its server name aside, and from when until when that stays so.
struct ChainVerdict: Sendable {
    /// All problems but ``CertificateProblem/wrongName``, ordered.
    var findings: [ChainFinding]
    var leaf: CertificateFacts?
    var chain: [CertificateFacts]
    var firstToEnd: CertificateFacts?
    /// Unix seconds in which no certificate of the chain becomes valid or expires.
    var validity: ClosedRange<Int64>
    /// The certificate whose issuer is not at hand; nil where the path does not end so.
    var tip: ReadCertificate?
    /// The authorities between leaf and root, of a chain that holds; until they are remembered.
    var issuers: [ReadCertificate] = []
    var work = ChainWork()

    /// The judgement for one server name.
    func judgement(for name: ServerName) -> ChainJudgement {
        var found = findings
        if let leaf, !name.matches(dnsNames: leaf.dnsNames, ipAddresses: leaf.ipAddresses) {
            found = (found + [ChainFinding(.wrongName)]).ordered
        }
        return ChainJudgement(findings: found, leaf: leaf, chain: chain, firstToEnd: firstToEnd)
    }
}

/// Verdicts by the digest of their chain, bounded in number and in bytes.
///
/// Two generations: when the young one is full it becomes the old one, and what the old one held and nobody asked for
/// is forgotten. What is asked for moves to the young one, so that chains in use stay.
struct VerdictCache {
    /// SHA-256 over the chain.
    typealias Key = [UInt8]

    /// Bytes of DER in one generation: the facts kept for a chain are of the same order as its certificates.
    static let maximumGenerationBytes = 16 << 20

    private let generationCapacity: Int
    private var young: [Key: (verdict: ChainVerdict, bytes: Int)] = [:]
    private var old: [Key: (verdict: ChainVerdict, bytes: Int)] = [:]
    private var youngBytes = 0

    /// - Parameter capacity: How many verdicts are kept at most; at least 2.
    init(capacity: Int) {
        precondition(capacity >= 2, "a verdict cache keeps at least 2 chains")
        generationCapacity = capacity / 2
    }

    var count: Int { young.count + old.count }

    /// The verdict kept for the chain, if it still stands at that time.
    mutating func verdict(for key: Key, now: Int64) -> ChainVerdict? {
        if let kept = young[key] { return kept.verdict.validity.contains(now) ? kept.verdict : nil }
        guard let kept = old.removeValue(forKey: key), kept.verdict.validity.contains(now) else { return nil }
        insert(kept.verdict, for: key, bytes: kept.bytes)
        return kept.verdict
    }

    /// - Parameter bytes: The size of the chain in DER.
    mutating func insert(_ verdict: ChainVerdict, for key: Key, bytes: Int) {
        old.removeValue(forKey: key)
        if let replaced = young.removeValue(forKey: key) { youngBytes -= replaced.bytes }
        if young.count >= generationCapacity || youngBytes + bytes > Self.maximumGenerationBytes {
            old = young
            young = [:]
            youngBytes = 0
        }
        young[key] = (verdict, bytes)
        youngBytes += bytes
    }
}
