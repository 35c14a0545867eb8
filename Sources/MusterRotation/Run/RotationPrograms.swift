package import MusterSystem

/// Other programs that a rotation runs: scripts and compressors. The command line gives the real ones, tests others.
package protocol RotationPrograms: Sendable {
    /// Runs a script by `/bin/sh`, `$1` and `$2` being the arguments, with nothing on its standard input, and waits for its
    /// end. Errors: it cannot be started or ends with anything but 0; the hint has its last lines of output.
    func run(_ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]) async throws(RotationFault)
    /// Runs a compressor between two files, and waits for its end. `output` is empty before; `log` is the path of what is
    /// compressed, for the program to know. Errors: as above, or a file fails.
    func run(
        _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
    ) async throws(RotationFault)
}

/// What the operator asks of a run.
package struct RotationOptions: Sendable, Hashable {
    /// Nothing is touched: steps are listed only.
    package var isDry = false
    /// Every log is due.
    package var isForced = false
    package var statePath: String
    /// Whether the state is read and written: without it every log is seen for the first time. The lock and the journal lie
    /// beside its path all the same.
    package var keepsState = true
    /// Whether the report has the steps of each log, done or planned; a dry run has them always.
    package var tellsSteps = true
    /// Threads that work on files.
    package var workers: Int
    /// What is done where another run holds the lock.
    package var locking: Locking

    package enum Locking: Sendable, Hashable {
        /// The run ends with a fault of code `locked`.
        case refuse
        /// It waits for the lock, so long at most; then as `refuse`.
        case wait(Duration)
        /// No lock is taken: the operator knows that nobody else rotates these logs.
        case skip
    }

    package init(
        isDry: Bool = false, isForced: Bool = false, statePath: String, workers: Int, locking: Locking = .refuse
    ) {
        self.isDry = isDry
        self.isForced = isForced
        self.statePath = statePath
        self.workers = workers
        self.locking = locking
    }
}
