internal import MusterCore
internal import MusterTLS

/// How a check wants its TLS connections judged.
struct TLSSettings: Sendable {
    /// Whether a chain that does not hold ends the attempt; it is reported either way.
    var verify: Bool
    /// The name to ask for and to find in the certificate; the URL's host where nothing is said.
    var serverName: Template?
    /// Fewer days left on the certificate are degraded.
    var daysLeft: Int?
    /// Nil for a check that never uses TLS.
    var judge: ChainJudge?

    static func read(
        _ reader: SettingsReader?, isSecure: Bool, _ environment: ProbeEnvironment, place: String, log: FaultLog
    ) -> TLSSettings {
        let verify = reader?.bool("verify") ?? true
        let rootFile = reader?.string("ca")
        let serverName = reader?.template("serverName")
        let daysLeft = reader?.integer("daysLeft", in: 0...3650)
        reader?.finish()
        var judge: ChainJudge?
        if isSecure {
            do throws(ProbeEnvironment.TrustFailure) {
                judge = try environment.judge(rootFile: rootFile)
            } catch {
                log.add(
                    .unreadable, at: rootFile.map { _ in "\(place).ca" } ?? place,
                    "\(rootFile ?? "the system's roots"): \(error.hint)")
            }
        }
        return TLSSettings(verify: verify, serverName: serverName, daysLeft: daysLeft, judge: judge)
    }
}
