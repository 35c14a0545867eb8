import Crypto
import Synchronization

/// Judges the chains that servers present against one trust store.
///
/// The verdict of a chain is kept until a certificate of it becomes valid or expires; the server name is compared
/// apart, so that one wildcard chain serves thousands of names at the price of one. Shared by all threads of a run.
package final class ChainJudge: Sendable {
    /// Chains with more certificates are ``CertificateProblem/unreadable``, unread.
    package static let maximumChainLength = 16
    /// Chains with more bytes of DER are ``CertificateProblem/unreadable``, unread: 256 KiB.
    package static let maximumChainBytes = 256 << 10

    private let trust: TrustStore
    private let cache: Mutex<VerdictCache>

    /// - Parameter capacity: How many verdicts are kept at most; at least 2.
    package init(trust: TrustStore, capacity: Int = 4096) {
        self.trust = trust
        self.cache = Mutex(VerdictCache(capacity: capacity))
    }

    /// How many verdicts are kept at the moment.
    package var cachedCount: Int { cache.withLock { $0.count } }

    /// The judgement that the kept verdict gives, without waiting; nil if none is kept that stands at that time.
    ///
    /// - Parameters:
    ///   - chain: The certificates as presented, in DER, leaf first.
    ///   - now: Unix seconds.
    package func cachedJudgement(chain: [[UInt8]], serverName: ServerName, now: Int64) -> ChainJudgement? {
        if let refused = Self.refusedUnread(chain) { return refused }
        return cached(Self.key(chain), now: now)?.judgement(for: serverName)
    }

    /// The same as ``cachedJudgement(chain:serverName:now:)``, under the name that synchronous code looks for.
    package func judge(chain: [[UInt8]], serverName: ServerName, now: Int64) -> ChainJudgement? {
        cachedJudgement(chain: chain, serverName: serverName, now: now)
    }

    /// The judgement of a chain, from the kept verdict or made anew: 100 to 200 µs, and kept.
    ///
    /// Never suspends when the verdict is kept.
    ///
    /// - Parameters:
    ///   - chain: The certificates as presented, in DER, leaf first.
    ///   - now: Unix seconds.
    package func judge(chain: [[UInt8]], serverName: ServerName, now: Int64) async -> ChainJudgement {
        if let refused = Self.refusedUnread(chain) { return refused }
        let key = Self.key(chain)
        if let kept = cached(key, now: now) { return kept.judgement(for: serverName) }
        let verdict = await ChainVerdict.made(of: chain, trust: trust, now: now)
        keep(verdict, for: key, bytes: chain.reduce(0) { $0 + $1.count })
        return verdict.judgement(for: serverName)
    }

    private func cached(_ key: VerdictCache.Key, now: Int64) -> ChainVerdict? {
        cache.withLock { $0.verdict(for: key, now: now) }
    }

    private func keep(_ verdict: ChainVerdict, for key: VerdictCache.Key, bytes: Int) {
        cache.withLock { $0.insert(verdict, for: key, bytes: bytes) }
    }

    /// The judgement of chains that are over the bounds or empty; nil for all others.
    private static func refusedUnread(_ chain: [[UInt8]]) -> ChainJudgement? {
        let problem: CertificateProblem
        if chain.isEmpty {
            problem = .missing
        } else if chain.count > maximumChainLength || chain.reduce(0, { $0 + $1.count }) > maximumChainBytes {
            problem = .unreadable
        } else {
            return nil
        }
        return ChainJudgement(problems: [problem], leaf: nil, chain: [], earliestNotAfter: nil)
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
