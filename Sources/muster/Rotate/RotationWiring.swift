import MusterCore
import MusterRotation
import MusterSystem

/// The one place where a rotation is put together.
enum RotationWiring {
    static func configuration(_ paths: [String]) -> RotationConfiguration {
        var reader = ConfigurationReader(
            source: DiskConfigurationSource(disk: LinuxDisk(), followsLinks: true),
            user: Accounts.effectiveUser,
            home: Environment.variable("HOME"))
        for path in paths { reader.read(path) }
        return reader.finish()
    }

    /// Errors: another run holds the lock, or nothing could begin.
    static func rotate(
        _ configuration: RotationConfiguration, _ options: RotationOptions, _ programs: any RotationPrograms,
        on pool: WorkerPool, progress: RotationProgress
    ) async throws(RotationFault) -> RotationReport {
        let run = RotationRun(
            configuration, options, disk: LinuxDisk(), programs: programs, actorDisk: disk)
        return try await run.run(on: pool, progress: progress)
    }

    /// The disk as the user sees it that a stanza's `su` names.
    private static func disk(of actor: RotationSettings.Actor) throws(RotationFault) -> any Disk {
        guard let user = Accounts.user(actor.user), let group = Accounts.group(actor.group) else {
            throw RotationFault(
                .badValue, at: "su \(actor.user) \(actor.group)", "there is no such user or group; correct the name")
        }
        if user.user == Accounts.effectiveUser, group == Accounts.effectiveGroup { return LinuxDisk() }
        do throws(DiskFault) {
            // A number without an account has no name, and no groups besides.
            let name = user.group == nil ? "" : actor.user
            return try ActorDisk.start(user: user.user, group: group, name: name)
        } catch {
            let hint = "\(error.hint); only root may work as somebody else"
            throw RotationFault(.disk, at: "su \(actor.user) \(actor.group)", hint)
        }
    }

    /// Makes the folders of a default state file; that one cannot be made shows when the file is written.
    static func makeFolders(of path: String) {
        for folder in DefaultState.folders(of: path) { try? LinuxDisk().makeDirectory(folder, mode: 0o755) }
    }
}
