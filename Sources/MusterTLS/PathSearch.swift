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
        /// The presented certificates refer to one another in too many ways to follow them all.
        case tangled
    }

    /// Leaf first.
    var certificates: [ReadCertificate]
    var end: End

    /// The certificates that have to be strong: all but the root, whose own signature proves nothing.
    var belowRoot: ArraySlice<ReadCertificate> {
        switch end {
        case .anchored: certificates.dropLast()
        case .selfSigned: certificates.count > 1 ? certificates.dropLast() : certificates[...]
        case .dangling, .badSignature, .tangled: certificates[...]
        }
    }
}

/// Finds the ways from a leaf to the trust store, within a fixed number of signature checks.
///
/// The certificates come from a peer: made to issue one another, sixteen of them form more ways than can ever be
/// followed, so that a search without a bound is a way to stop us.
struct PathSearch {
    static let maximumLength = 10
    static let maximumChecks = 64
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
    static func paths(from presented: [ReadCertificate], trust: TrustStore) -> [CertificatePath] {
        var search = PathSearch(trust: trust, presented: presented, believesSignatures: false)
        search.extend([presented[0]])
        guard search.anchored.isEmpty else { return search.anchored }
        if search.isExhausted { return [CertificatePath(certificates: [presented[0]], end: .tangled)] }
        return search.deadEnd.map { [$0] } ?? []
    }

    /// The first way that ends in the store going by the names alone; nil if there is none.
    ///
    /// No signature was checked: it is a guess, for ``ChainRules`` to confirm. It spares chains that hold, nearly all
    /// there are, from having every signature checked twice.
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

    private mutating func extend(_ path: [ReadCertificate]) {
        let tip = path[path.count - 1]
        guard !trust.contains(tip) else {
            anchored.append(CertificatePath(certificates: path, end: .anchored))
            return
        }
        guard path.count < Self.maximumLength else {
            isExhausted = true
            return
        }
        var goesOn = false
        var sawBadSignature = false
        for anchor in trust.anchors(issuing: tip) where anchored.count < Self.maximumPaths {
            if signed(tip, by: anchor) {
                goesOn = true
                anchored.append(CertificatePath(certificates: path + [anchor], end: .anchored))
            } else {
                sawBadSignature = true
            }
        }
        if tip.isSelfIssued, tip.mayHaveIssued(tip) {
            if signed(tip, by: tip) {
                // A root: whatever else bears its name issued something else.
                if !goesOn { reachedEnd(path, .selfSigned) }
                return
            }
            sawBadSignature = true
        }
        for issuer in presented where issuer.mayHaveIssued(tip) && !path.contains(where: { $0.isSameEntity(issuer) }) {
            guard anchored.count < Self.maximumPaths, !isExhausted else { return }
            if signed(tip, by: issuer) {
                goesOn = true
                extend(path + [issuer])
            } else {
                sawBadSignature = true
            }
        }
        if !goesOn { reachedEnd(path, sawBadSignature ? .badSignature : .dangling) }
    }

    private mutating func reachedEnd(_ path: [ReadCertificate], _ end: CertificatePath.End) {
        guard path.count > deadEnd?.certificates.count ?? 0 else { return }
        deadEnd = CertificatePath(certificates: path, end: end)
    }

    /// A signature counts as good if it cannot be checked because one of the two cannot be represented: that one is a
    /// problem of the path itself, so that the path does not hold.
    private mutating func signed(_ child: ReadCertificate, by issuer: ReadCertificate) -> Bool {
        guard checks < Self.maximumChecks else {
            isExhausted = true
            return false
        }
        checks += 1
        guard !believesSignatures else { return true }
        return issuer.signed(child) ?? (issuer.certificate == nil || child.certificate == nil)
    }
}

extension ReadCertificate {
    /// Whether both certify the same key for the same name: a path through both could be shorter.
    fileprivate func isSameEntity(_ other: ReadCertificate) -> Bool {
        outline.subject == other.outline.subject && outline.keyBytes == other.outline.keyBytes
    }
}
