extension ChainVerdict {
    /// Reads a chain, finds its ways to the trust store and keeps the one with the fewest problems.
    ///
    /// - Parameters:
    ///   - chain: In DER, leaf first; within the bounds of ``ChainJudge``, at least one.
    ///   - now: Unix seconds.
    static func made(of chain: [[UInt8]], trust: TrustStore, now: Int64) async -> ChainVerdict {
        // What is not a certificate is left out here, and a problem below if the path misses it.
        let read = chain.map { try? ReadCertificate(der: $0) }
        let presented = read.compactMap { $0 }
        guard let leaf = read.first ?? nil else {
            return ChainVerdict(
                problems: [.unreadable], leaf: nil, chain: presented.map(\.facts), earliestNotAfter: nil,
                validity: .min ... .max)
        }
        if let likely = PathSearch.likelyPath(from: presented, trust: trust) {
            let problems = await problems(of: likely, now: now)
            if problems.isEmpty { return ChainVerdict(problems, of: presented, along: likely, of: [likely], now: now) }
        }
        let paths = PathSearch.paths(from: presented, trust: trust)
        var best = (
            problems: Set<CertificateProblem>([.chainRules]), path: CertificatePath(certificates: [leaf], end: .tangled)
        )
        for (index, path) in paths.enumerated() {
            var problems = await problems(of: path, now: now)
            if path.end == .dangling, presented.count < chain.count { problems.insert(.unreadable) }
            if index == 0 || problems.count < best.problems.count { best = (problems, path) }
            if problems.isEmpty { break }
        }
        return ChainVerdict(best.problems, of: presented, along: best.path, of: paths, now: now)
    }

    /// - Parameters:
    ///   - path: The way that was judged, one of `paths`.
    private init(
        _ problems: Set<CertificateProblem>, of presented: [ReadCertificate], along path: CertificatePath,
        of paths: [CertificatePath], now: Int64
    ) {
        let known = Set(presented.map(\.der))
        let facts = presented.map(\.facts)
        self.init(
            problems: CertificateProblem.ordered(problems), leaf: path.certificates.first?.facts, chain: facts,
            earliestNotAfter: path.certificates.filter { known.contains($0.der) }.map(\.facts.notAfter).min(),
            validity: Self.stretch(around: now, of: facts + paths.flatMap(\.certificates).map(\.facts)))
    }

    private static func problems(of path: CertificatePath, now: Int64) async -> Set<CertificateProblem> {
        var problems: Set<CertificateProblem> = []
        for certificate in path.certificates {
            if now > certificate.facts.notAfter { problems.insert(.expired) }
            if now < certificate.facts.notBefore { problems.insert(.notYetValid) }
        }
        for certificate in path.belowRoot {
            if certificate.isWeak {
                problems.insert(.weak)
            } else if certificate.certificate == nil {
                problems.insert(.unreadable)
            }
        }
        switch path.end {
        case .anchored: break
        case .selfSigned: problems.insert(path.certificates.count == 1 ? .selfSigned : .untrusted)
        case .dangling: problems.insert(.incomplete)
        case .badSignature: problems.insert(.badSignature)
        case .tangled: problems.insert(.chainRules)
        }
        if await !ChainRules.hold(path) { problems.insert(.chainRules) }
        return problems
    }

    /// The seconds around `now` in which none of the certificates becomes valid or expires.
    private static func stretch(around now: Int64, of certificates: [CertificateFacts]) -> ClosedRange<Int64> {
        var first = Int64.min
        var last = Int64.max
        for facts in certificates {
            // A certificate changes in two seconds: in its notBefore, and in the one after its notAfter.
            for change in [facts.notBefore, facts.notAfter + 1] {
                if change <= now { first = max(first, change) } else { last = min(last, change - 1) }
            }
        }
        return first...last
    }
}
