internal import MusterCore
internal import MusterSystem
internal import MusterTLS
internal import Synchronization

/// What the probes of a run share: the resolver and whom to trust.
package final class ProbeEnvironment: Sendable {
    package let resolver: Resolver
    /// PEM texts that are trusted beside the system's roots, for the whole run.
    private let extraRoots: [String]
    private let judges = Mutex<[String: ChainJudge]>([:])
    private let context = Mutex<TLSClientContext?>(nil)

    package init(resolver: Resolver, extraRoots: [String] = []) {
        self.resolver = resolver
        self.extraRoots = extraRoots
    }

    /// The addresses that a target's check is to be made on. The lookup has a time of its own: the check's deadline moves on
    /// by what it took.
    func addresses(
        of host: String, _ family: AddressChoice.Family, _ target: Target, _ clock: inout PhaseClock,
        until deadline: Instant
    ) async throws(Refusal) -> FoundAddresses {
        if let address = IPAddress(text: host) {
            return FoundAddresses(addresses: [address], isName: false, deadline: deadline)
        }
        let start = SystemClock.now
        let addresses = try await resolver.addresses(of: host, family, &clock, within: target.check.resolveTimeout)
        return FoundAddresses(
            addresses: addresses, isName: true, deadline: deadline.advanced(by: start.duration(to: SystemClock.now)))
    }

    /// Where distributions keep the roots of the system.
    private static let systemRootPaths = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
    ]

    /// The judge that trusts the roots of a file, or of the system where there is none. Errors: the hint says what is wrong
    /// with the file.
    func judge(rootFile: String?) throws(TrustFailure) -> ChainJudge {
        let key = rootFile ?? ""
        if let known = judges.withLock({ $0[key] }) { return known }
        let judge = ChainJudge(trust: try trust(rootFile))
        return judges.withLock { judges in
            if let known = judges[key] { return known }
            judges[key] = judge
            return judge
        }
    }

    /// Why no roots could be read.
    struct TrustFailure: Error { var hint: String }

    private func trust(_ rootFile: String?) throws(TrustFailure) -> TrustStore {
        var texts = extraRoots
        do {
            if let rootFile {
                texts.append(try FileReading.text(rootFile))
            } else if let path = Self.systemRootPaths.first(where: { (try? FileReading.bytes($0)) != nil }) {
                texts.append(try FileReading.text(path))
            }
        } catch {
            throw TrustFailure(hint: error.hint)
        }
        do {
            // A machine without roots trusts nobody: every chain is then untrusted, and says so.
            return try TrustStore(pems: texts)
        } catch {
            throw TrustFailure(hint: error.hint)
        }
    }

    /// The settings of all TLS connections, made at the first use.
    func clientContext() throws(TLSFault) -> TLSClientContext {
        if let known = context.withLock({ $0 }) { return known }
        let made = try TLSClientContext()
        context.withLock { $0 = made }
        return made
    }
}
