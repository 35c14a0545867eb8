/// What was found about a presented chain, for one server name at one time.
package struct ChainJudgement: Sendable, Hashable {
    /// Why the chain does not hold: each problem once, in the order of ``CertificateProblem``; empty if it holds.
    package var problems: [CertificateProblem]
    /// The facts of the first certificate; nil if none was presented or it cannot be read.
    package var leaf: CertificateFacts?
    /// The facts of every readable certificate, in the order in which the peer presented them.
    package var chain: [CertificateFacts]
    /// The earliest notAfter among the presented certificates that form the path, in Unix seconds; nil without a leaf.
    package var earliestNotAfter: Int64?

    package init(
        problems: [CertificateProblem], leaf: CertificateFacts?, chain: [CertificateFacts], earliestNotAfter: Int64?
    ) {
        self.problems = problems
        self.leaf = leaf
        self.chain = chain
        self.earliestNotAfter = earliestNotAfter
    }

    /// Whether the chain holds: no problem was found.
    package var holds: Bool { problems.isEmpty }

    /// Whole days until the leaf expires, rounded down, negative once expired; nil without a readable leaf.
    ///
    /// - Parameter now: Unix seconds.
    package func daysLeft(now: Int64) -> Int? { leaf?.daysLeft(now: now) }
}
