/// A way from the leaf up through the issuers, and how it ends.
struct CertificatePath {
    enum End {
        /// At a certificate of the trust store, the last of the path.
        case anchored
        /// At a self-signed certificate which is not in the store.
        case selfSigned
        /// At a certificate whose issuer is not at hand.
        case dangling
        /// At a certificate which the issuer at hand did not sign.
        case badSignature
        /// The presented certificates refer to one another in too many ways to follow them all, or in too long a one.
        case tangled
    }

    /// Leaf first.
    var certificates: [ReadCertificate]
    var end: End
    /// What became of the signature of each certificate but the last; empty if none was looked at.
    var signatures: [SignatureOutcome]

    /// The certificates whose signatures count: all but the root, whose own signature proves nothing.
    var belowRoot: ArraySlice<ReadCertificate> {
        switch end {
        case .anchored, .selfSigned: certificates.dropLast()
        case .dangling, .badSignature, .tangled: certificates[...]
        }
    }

    /// The certificates that a server has to renew: the leaf and the authorities below the root.
    var ownedByServer: ArraySlice<ReadCertificate> { certificates.count > 1 ? belowRoot : certificates[...] }

    /// The certificate of the path that ends first; the one nearest to the leaf where several do.
    var firstToEnd: CertificateFacts {
        ownedByServer.reduce(certificates[0]) { $1.facts.notAfter < $0.facts.notAfter ? $1 : $0 }.facts
    }
}

/// Finds the ways from a leaf to the trust store, within a fixed number of signature checks.
///
/// The certificates come from a peer: made to issue one another, twenty of them form more ways than can ever be
/// followed, so that a search without a bound is a way to stop us.
struct PathSearch {
    static let maximumLength = 20
    static let maximumChecks = 64
    /// What a check costs that the cryptographic library cannot make: ours takes tens of times as long (``PSSSignature``).
    static let ownCheckCost = 4
    static let maximumPaths = 4

    private let trust: TrustStore
    private let presented: [ReadCertificate]
    private let believesSignatures: Bool
    private var checks = 0
    private var isExhausted = false
    private var anchored: [CertificatePath] = []
    private var deadEnd: CertificatePath?

    /// The ways that end in the store, at most ``maximumPaths``; or if there is none, the longest that ends elsewhere.
    ///
    /// - Parameter presented: As presented, leaf first; at least one.
    static func paths(
        from presented: [ReadCertificate], trust: TrustStore, work: inout ChainWork
    ) -> [CertificatePath] {
        var search = PathSearch(trust: trust, presented: presented, believesSignatures: false)
        search.extend([presented[0]])
        work.signatures += search.checks
        guard search.anchored.isEmpty else { return search.anchored }
        if search.isExhausted { return [CertificatePath(certificates: [presented[0]], end: .tangled, signatures: [])] }
        return search.deadEnd.map { [$0] } ?? []
    }

    /// The first way that ends in the store going by the names alone; nil if there is none.
    ///
    /// No signature was checked: it is a guess, to be confirmed. It spares chains that hold, nearly all there are, from
    /// having signatures of other ways checked.
    static func likelyPath(from presented: [ReadCertificate], trust: TrustStore) -> CertificatePath? {
        var search = PathSearch(trust: trust, presented: presented, believesSignatures: true)
        search.extend([presented[0]])
        return search.anchored.first
    }

    private init(trust: TrustStore, presented: [ReadCertificate], believesSignatures: Bool) {
        self.trust = trust
        self.presented = presented
        self.believesSignatures = believesSignatures
    }

    /// What became of one step further up.
    private struct Step {
        var goesOn = false
        var sawBadSignature = false
    }

    private mutating func extend(_ path: [ReadCertificate], _ signatures: [SignatureOutcome] = []) {
        let tip = path[path.count - 1]
        guard !trust.contains(tip) else {
            reachedStore(path, signatures)
            return
        }
        guard path.count < Self.maximumLength else {
            isExhausted = true
            return
        }
        var step = Step()
        extend(path, signatures, intoStore: &step)
        if tip.isSelfIssued, tip.mayHaveIssued(tip) {
            if check(tip, by: tip) != .bad {
                // A root: whatever else bears its name issued something else.
                if !step.goesOn { reachedEnd(path, signatures, .selfSigned) }
                return
            }
            step.sawBadSignature = true
        }
        for issuer in presented where issuer.mayHaveIssued(tip) && !path.contains(where: { $0.isSameEntity(issuer) }) {
            guard anchored.count < Self.maximumPaths, !isExhausted else { return }
            let outcome = check(tip, by: issuer)
            if outcome != .bad {
                step.goesOn = true
                extend(path + [issuer], signatures + [outcome])
            } else {
                step.sawBadSignature = true
            }
        }
        if !step.goesOn { reachedEnd(path, signatures, step.sawBadSignature ? .badSignature : .dangling) }
    }

    private mutating func extend(
        _ path: [ReadCertificate], _ signatures: [SignatureOutcome], intoStore step: inout Step
    ) {
        let tip = path[path.count - 1]
        for anchor in trust.anchors(issuing: tip) where anchored.count < Self.maximumPaths {
            let outcome = check(tip, by: anchor)
            if outcome != .bad {
                step.goesOn = true
                reachedStore(path + [anchor], signatures + [outcome])
            } else if anchor.isIdentifiedIssuer(of: tip) {
                step.sawBadSignature = true
            }
            // Without identifiers an anchor that bears the name may be another authority, or have another key by now.
        }
    }

    private mutating func reachedStore(_ path: [ReadCertificate], _ signatures: [SignatureOutcome]) {
        anchored.append(
            CertificatePath(certificates: path, end: .anchored, signatures: believesSignatures ? [] : signatures))
    }

    private mutating func reachedEnd(
        _ path: [ReadCertificate], _ signatures: [SignatureOutcome], _ end: CertificatePath.End
    ) {
        guard path.count > deadEnd?.certificates.count ?? 0 else { return }
        deadEnd = CertificatePath(certificates: path, end: end, signatures: signatures)
    }

    private mutating func check(_ child: ReadCertificate, by issuer: ReadCertificate) -> SignatureOutcome {
        guard checks < Self.maximumChecks else {
            isExhausted = true
            return .bad
        }
        checks += child.outline.signature.method?.isInLibrary ?? true ? 1 : Self.ownCheckCost
        return believesSignatures ? .good : issuer.outcome(for: child)
    }
}

/// Whether a certificate was signed by its issuer.
enum SignatureOutcome {
    case good, bad
    /// It cannot be checked. The path may go on, but it does not hold.
    case open
}

extension ReadCertificate {
    /// Whether the signature of `child` is of its key.
    func outcome(for child: ReadCertificate) -> SignatureOutcome {
        switch signed(child) {
        case true?: .good
        case false?: .bad
        case nil: .open
        }
    }
}

extension ReadCertificate {
    /// Whether both certify the same key for the same name: a path through both could be shorter.
    fileprivate func isSameEntity(_ other: ReadCertificate) -> Bool {
        outline.subject == other.outline.subject && outline.keyBytes == other.outline.keyBytes
    }
}
