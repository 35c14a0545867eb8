import MusterSystem
import MusterTLS

/// The authority of a lab and the certificates it has issued so far, each made when a connection first needs it.
///
/// Invariant that makes it safe to share: everything but `rootPEM` is touched on the lab's loop only.
final class LabCertificates: @unchecked Sendable {
    private struct Key: Hashable {
        var leaf: Int32
        var flaw: LabAuthority.Flaw
    }

    let rootPEM: String
    let thread: TLSThread

    private let authority: LabAuthority
    private let leaves: [LeafNames]
    private var contexts: [Key: TLSServerContext] = [:]

    /// Call it on the loop that is to serve.
    init(_ leaves: [LeafNames]) throws(LabFailure) {
        do throws(TLSFault) {
            authority = try LabAuthority(now: Int64(SystemClock.wallSeconds))
        } catch {
            throw LabFailure(location: "certificates", hint: error.hint)
        }
        rootPEM = authority.rootPEM
        thread = TLSThread()
        self.leaves = leaves
    }

    /// What a server presents for the names of a leaf.
    func context(leaf: Int32, flaw: LabAuthority.Flaw) throws(TLSFault) -> TLSServerContext {
        let key = Key(leaf: flaw == .wrongName ? -1 : leaf, flaw: flaw)
        if let known = contexts[key] { return known }
        let names = leaves[Int(leaf)]
        let made = try authority.serverContext(dnsNames: names.dnsNames, ipAddresses: names.addresses, flaw: flaw)
        contexts[key] = made
        return made
    }
}
