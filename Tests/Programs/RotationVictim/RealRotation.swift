package import MusterRotation
package import MusterSystem

/// A rotation as the program does it: a configuration in files, logs on a real disk, scripts that run.
package struct RealRotation: Sendable {
    private let configuration: String
    private let state: String
    private let isForced: Bool
    private let workers: Int

    /// Paths of the configuration and of the state file.
    package init(_ configuration: String, _ state: String, isForced: Bool = true, workers: Int = 1) {
        self.configuration = configuration
        self.state = state
        self.isForced = isForced
        self.workers = workers
    }

    /// Errors: those of the run; then nothing was touched.
    package func run(
        on disk: any Disk = LinuxDisk(), _ programs: any RotationPrograms = ShellPrograms(),
        now: RotationTime = .current
    ) async throws(RotationFault) -> RotationReport {
        var reader = ConfigurationReader(
            source: DiskConfigurationSource(disk: LinuxDisk()), user: Accounts.effectiveUser)
        reader.read(configuration)
        let options = RotationOptions(isForced: isForced, statePath: state, workers: workers)
        let run = RotationRun(reader.finish(), options, disk: disk, programs: programs, now: now) { _ in disk }
        let outcome = await WorkerPool.withPool(workers) { pool -> Result<RotationReport, RotationFault> in
            do throws(RotationFault) {
                return .success(try await run.run(on: pool, progress: RotationProgress()))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

extension RotationReport {
    /// Of the run, of stanzas and of logs.
    package var allFaults: [Fault] {
        faults + stanzas.flatMap { $0.faults + $0.logs.compactMap(\.fault) }
    }
}
