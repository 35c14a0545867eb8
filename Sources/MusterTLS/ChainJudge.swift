import Crypto
import Synchronization

/// Judges the chains that servers present against one trust store.
///
/// The verdict of a chain is kept until a certificate of it becomes valid or expires; the server name is compared
/// apart, so that one wildcard chain serves thousands of names at the price of one. Shared by all threads of a run.
package final class ChainJudge: Sendable {
    /// Chains with more certificates are ``CertificateProblem/unsupported``, unread.
    package static let maximumChainLength = 20
    /// Chains with more bytes of DER are ``CertificateProblem/unsupported``, unread: 256 KiB.
    package static let maximumChainBytes = 256 << 10

    private let trust: TrustStore
    private let cache: Mutex<VerdictCache>
    private let issuers = KnownIssuers()

    /// - Parameter capacity: How many verdicts are kept at most; at least 2.
    package init(trust: TrustStore, capacity: Int = 4096) {
        self.trust = trust
        self.cache = Mutex(VerdictCache(capacity: capacity))
    }

    /// How many verdicts are kept at the moment.
    package var cachedCount: Int { cache.withLock { $0.count } }

    /// The judgement that the kept verdict gives; nil if none is kept that stands at that time.
    ///
    /// - Parameters:
    ///   - chain: The certificates as presented, in DER, leaf first.
    ///   - now: Unix seconds.
    package func cachedJudgement(chain: [[UInt8]], serverName: ServerName, now: Int64) -> ChainJudgement? {
        if let refused = Self.refusedUnread(chain) { return refused }
        return kept(Self.key(chain), now: now)?.judgement(for: serverName)
    }

    /// The judgement of a chain, from the kept verdict or made anew: 100 to 200 µs, and kept.
    ///
    /// - Parameters:
    ///   - chain: The certificates as presented, in DER, leaf first.
    ///   - now: Unix seconds.
    package func judge(chain: [[UInt8]], serverName: ServerName, now: Int64) -> ChainJudgement {
        if let refused = Self.refusedUnread(chain) { return refused }
        let key = Self.key(chain)
        if let kept = kept(key, now: now) { return kept.judgement(for: serverName) }
        var verdict = ChainVerdict(of: chain, trust: trust, now: now, issuers: issuers)
        issuers.remember(verdict.issuers)
        verdict.issuers = []
        let bytes = chain.reduce(0) { $0 + $1.count }
        cache.withLock { [verdict] in $0.insert(verdict, for: key, bytes: bytes) }
        return verdict.judgement(for: serverName)
    }

    private func kept(_ key: VerdictCache.Key, now: Int64) -> ChainVerdict? {
        guard let verdict = cache.withLock({ $0.verdict(for: key, now: now) }) else { return nil }
        // An issuer that was unknown then may have been seen by now.
        if let tip = verdict.tip, verdict.findings.contains(where: { $0.problem == .untrusted }),
            issuers.contains(issuerOf: tip)
        {
            return nil
        }
        return verdict
    }

    /// The judgement of chains that are over the bounds or empty; nil for all others.
    private static func refusedUnread(_ chain: [[UInt8]]) -> ChainJudgement? {
        let finding: ChainFinding
        if chain.isEmpty {
            finding = ChainFinding(.missing, "the server presented no certificate")
        } else if chain.count > maximumChainLength {
            finding = ChainFinding(
                .unsupported, "\(chain.count) certificates, of which at most \(maximumChainLength) are read")
        } else if chain.reduce(0, { $0 + $1.count }) > maximumChainBytes {
            finding = ChainFinding(.unsupported, "a chain of more than \(maximumChainBytes >> 10) KiB")
        } else {
            return nil
        }
        return ChainJudgement(findings: [finding], leaf: nil, chain: [], firstToEnd: nil)
    }

    /// The lengths are part of the digest, so that no two chains share one by where they are cut.
    private static func key(_ chain: [[UInt8]]) -> VerdictCache.Key {
        var digest = SHA256()
        for der in chain {
            digest.update(data: [UInt8(der.count & 255), UInt8(der.count >> 8 & 255), UInt8(der.count >> 16 & 255)])
            digest.update(data: der)
        }
        return Array(digest.finalize())
    }
}
