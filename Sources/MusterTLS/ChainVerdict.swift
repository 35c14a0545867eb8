extension ChainVerdict {
    /// Reads a chain, finds its ways to the trust store and keeps the one with the fewest problems.
    ///
    /// - Parameters:
    ///   - chain: In DER, leaf first; within the bounds of ``ChainJudge``, at least one.
    ///   - now: Unix seconds.
    ///   - issuers: The authorities that were seen in this run.
    init(of chain: [[UInt8]], trust: TrustStore, now: Int64, issuers: KnownIssuers) {
        var work = ChainWork()
        // What is not a certificate is left out here, and a problem below if the path misses it.
        let read = chain.map { try? ReadCertificate(der: $0) }
        let presented = read.compactMap { $0 }
        guard let leaf = read.first ?? nil else {
            self.init(
                findings: [ChainFinding(.unreadable, "the first certificate cannot be read")], leaf: nil,
                chain: presented.map(\.facts), firstToEnd: nil, validity: .min ... .max)
            return
        }
        if let likely = PathSearch.likelyPath(from: presented, trust: trust),
            // The limit is the leaf: no other way can last longer.
            likely.firstToEnd == leaf.facts,
            likely.findings(trust: trust, now: now, issuers: issuers, work: &work).isEmpty
        {
            self.init([], of: presented, along: likely, of: [likely], now: now, work: work)
            return
        }
        let paths = PathSearch.paths(from: presented, trust: trust, work: &work)
        var best: (findings: [ChainFinding], path: CertificatePath)?
        for path in paths {
            var findings = path.findings(trust: trust, now: now, issuers: issuers, work: &work)
            if path.end == .dangling, let index = read.firstIndex(where: { $0 == nil }) {
                findings.append(ChainFinding(.unreadable, "certificate \(index + 1) of the server cannot be read"))
            }
            let found = (findings: findings.ordered, path: path)
            if Self.isBetter(found, than: best) { best = found }
        }
        let found = best ?? ([], CertificatePath(certificates: [leaf], end: .tangled, signatures: []))
        self.init(found.findings, of: presented, along: found.path, of: paths, now: now, work: work)
    }

    /// A path that we cannot judge says less than one with nothing wrong, and more than one that is known to fail.
    private static func isBetter(
        _ found: (findings: [ChainFinding], path: CertificatePath),
        than best: (findings: [ChainFinding], path: CertificatePath)?
    ) -> Bool {
        guard let best else { return true }
        let faults = found.findings.count { $0.problem != .unsupported }
        let leastFaults = best.findings.count { $0.problem != .unsupported }
        if faults != leastFaults { return faults < leastFaults }
        if found.findings.count != best.findings.count { return found.findings.count < best.findings.count }
        return found.path.firstToEnd.notAfter > best.path.firstToEnd.notAfter
    }

    /// - Parameter path: The way that was judged, one of `paths`.
    private init(
        _ findings: [ChainFinding], of presented: [ReadCertificate], along path: CertificatePath,
        of paths: [CertificatePath], now: Int64, work: ChainWork
    ) {
        let facts = presented.map(\.facts)
        self.init(
            findings: findings, leaf: path.certificates.first?.facts, chain: facts, firstToEnd: path.firstToEnd,
            validity: Self.stretch(around: now, of: facts + paths.flatMap(\.certificates).map(\.facts)),
            tip: path.end == .dangling ? path.certificates.last : nil,
            issuers: findings.isEmpty ? Array(path.belowRoot.dropFirst()) : [], work: work)
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

extension CertificatePath {
    /// Everything that is wrong with the path, several findings a problem perhaps, the leaf's first.
    fileprivate func findings(
        trust: TrustStore, now: Int64, issuers: KnownIssuers, work: inout ChainWork
    ) -> [ChainFinding] {
        if signatures.isEmpty { work.signatures += certificates.count - 1 }
        var findings = timeFindings(now: now) + strengthFindings() + signatureFindings()
        switch end {
        case .anchored: break
        case .selfSigned, .dangling:
            findings.append(MissingIssuer.finding(of: self, trust: trust, issuers: issuers))
        case .badSignature:
            let tip = certificates[certificates.count - 1]
            findings.append(
                tip.finding(.badSignature, "not signed by \(tip.facts.issuer)", isLeaf: certificates.count == 1))
        case .tangled:
            findings.append(
                ChainFinding(
                    .unsupported, "a path of more than \(PathSearch.maximumLength) certificates, or too many ways"))
        }
        return findings + ChainRules.findings(of: self, work: &work)
    }

    private func timeFindings(now: Int64) -> [ChainFinding] {
        var findings: [ChainFinding] = []
        for (index, certificate) in certificates.enumerated() {
            let facts = certificate.facts
            if now > facts.notAfter {
                findings.append(certificate.finding(.expired, isLeaf: index == 0, time: facts.notAfter))
            }
            if now < facts.notBefore {
                findings.append(certificate.finding(.notYetValid, isLeaf: index == 0, time: facts.notBefore))
            }
        }
        return findings
    }

    private func strengthFindings() -> [ChainFinding] {
        var findings: [ChainFinding] = []
        for (index, certificate) in certificates.enumerated() {
            if certificate.outline.key.isWeak {
                let key = certificate.outline.key.description
                findings.append(certificate.finding(.weak, "a key of \(key)", isLeaf: index == 0))
            }
            if certificate.outline.signature.isWeak, index < belowRoot.endIndex {
                let signature = certificate.outline.signature.name
                findings.append(certificate.finding(.weak, "signed with \(signature)", isLeaf: index == 0))
            }
        }
        // A leaf that signed itself proves nothing by its signature, but a weak one is worth telling.
        if end == .selfSigned, certificates.count == 1, certificates[0].outline.signature.isWeak {
            findings.append(ChainFinding(.weak, "signed with \(certificates[0].outline.signature.name)"))
        }
        return findings
    }

    private func signatureFindings() -> [ChainFinding] {
        var findings: [ChainFinding] = []
        for (index, child) in certificates.dropLast().enumerated() {
            let issuer = certificates[index + 1]
            switch signatures.isEmpty ? issuer.outcome(for: child) : signatures[index] {
            case .good: continue
            case .bad:
                let detail = "not signed by \(child.facts.issuer)"
                findings.append(child.finding(.badSignature, detail, isLeaf: index == 0))
            // Too weak to matter is told already.
            case .open where child.outline.signature.isWeak || issuer.outline.key.isWeak: continue
            case .open:
                let detail =
                    "signed with \(child.outline.signature.name), by a key of \(issuer.outline.key.description)"
                findings.append(child.finding(.unsupported, detail, isLeaf: index == 0))
            }
        }
        return findings
    }
}

extension ReadCertificate {
    /// A finding about this certificate; the leaf needs no name.
    func finding(
        _ problem: CertificateProblem, _ detail: String = "", isLeaf: Bool, time: Int64? = nil
    ) -> ChainFinding {
        ChainFinding(problem, detail, certificate: isLeaf ? nil : facts.subject, time: time)
    }
}
