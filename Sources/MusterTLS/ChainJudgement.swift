/// What was found about a presented chain, for one server name at one time.
package struct ChainJudgement: Sendable, Hashable {
    /// Why the chain does not hold: one finding a problem, in the order of ``CertificateProblem``; empty if it holds.
    package var findings: [ChainFinding]
    /// The facts of the first certificate; nil if none was presented or it cannot be read.
    package var leaf: CertificateFacts?
    /// The facts of every readable certificate, in the order in which the peer presented them.
    package var chain: [CertificateFacts]
    /// Which certificate of the path ends first: the leaf or an authority below the root; nil without a leaf.
    ///
    /// A root of the trust store does not count: renewing it is not the server's to do, and clients that have its
    /// successor do not look at it. Where several paths hold, it is that of the path which holds longest.
    package var firstToEnd: CertificateFacts?

    /// The problems that were found, ordered.
    package var problems: [CertificateProblem] { findings.map(\.problem) }

    /// The end of ``firstToEnd``, in Unix seconds.
    package var earliestNotAfter: Int64? { firstToEnd?.notAfter }

    /// Whether the chain holds: no problem was found.
    package var holds: Bool { findings.isEmpty }

    /// Whole days until ``firstToEnd`` expires, rounded down, negative once expired; nil without a readable leaf.
    ///
    /// - Parameter now: Unix seconds.
    package func daysLeft(now: Int64) -> Int? { firstToEnd?.daysLeft(now: now) }
}
