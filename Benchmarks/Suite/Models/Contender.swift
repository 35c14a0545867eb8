import CMusterLimits
import MusterBenchmarkResults

/// A way of doing many things at once. All do the same items, with the same window and the same timeouts.
struct Contender: Sendable {
    /// What keeps a heartbeat beside it, as a program of its kind would.
    enum Heart: Sendable {
        /// There is nothing that could beat beside the work.
        case none
        case thread, task, dispatch
        /// It keeps one itself.
        case own
    }

    /// Whose memory, threads and descriptors are its own.
    enum Family: Sendable {
        case alone
        case withChildren
        /// Another program, which the measured process only starts.
        case childrenOnly
    }

    /// How many items it has in flight at most.
    enum Width: Sendable {
        /// The window that it is given.
        case given
        /// As many as there are.
        case unbounded
        case one
        /// One a core, within the window.
        case cores
    }

    /// As `--contender` names it.
    var name: String
    var title: String
    var kind = ModelContender.Kind.model
    var heart = Heart.thread
    var family = Family.alone
    var width = Width.given
    /// Seconds of processor time that an item takes it beside the work, about: who is slow gets fewer items.
    var cost = 1e-6
    /// How many items it brings forward at a time, about, of so many in flight on so many cores: fewer where its threads or
    /// a lock keep the others waiting.
    var reach: @Sendable (_ assignment: Assignment, _ flight: Int, _ cores: Int) -> Int = { _, flight, _ in flight }
    /// The program that has to be installed; nil where none has.
    var needs: String?
    /// Why it cannot do this work; nil where it can.
    var obstacle: @Sendable (Assignment) -> String? = { _ in nil }
    /// Does all items of a ledger and returns when they have ended.
    var run: @Sendable (Ledger) async throws -> Void
}

extension Contender {
    var isExternal: Bool { kind == .external }

    /// Items in flight at most where it is given a window; 0: all.
    func flight(_ window: Int, cores: Int) -> Int {
        switch width {
        case .given: window
        case .unbounded: 0
        case .one: 1
        case .cores: min(window, cores)
        }
    }

    /// Whether more in flight would change what it does: not where it has fewer at a time anyway, or where an item is so dear
    /// that a sample holds only a few.
    func fills(_ assignment: Assignment, _ cores: Int) -> Bool {
        cost < 1e-3 && reach(assignment, 1 << 20, cores) > cores
    }

    var description: ModelContender { ModelContender(name: name, title: title, kind: kind) }
}

/// All contenders, in the order of the tables. A new one is a file of its own and one line here.
enum ContenderCatalog {
    static let all: [Contender] =
        [
            SerialContender.contender,
            TaskGroupContender.unbounded,
            TaskGroupContender.windowed,
            TaskGroupContender.discarding,
            EngineContender.contender,
            WorkerPoolContender.contender,
            ConcurrentPerformContender.contender,
            SemaphoreContender.contender,
            DispatchSourceContender.contender,
            ProcessPoolContender.contender,
            ProcessContender.contender,
            ThreadsContender.contender,
            LimitContender.contender,
        ] + PythonPrograms.contenders + [NmapProgram.contender, CurlProgram.contender, XargsProgram.contender]

    static func named(_ name: String) -> Contender? { all.first { $0.name == name } }
}
