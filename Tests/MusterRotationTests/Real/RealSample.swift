import MusterRotation
import MusterSystem

/// A tree with a configuration, to be rotated some times.
struct RealSample: Sendable, CustomStringConvertible {
    var description: String
    /// With `ROOT` for the folder of logs.
    var text: String
    var entries: [RealTree.Entry]
    /// Lines of the state file at first, a time being so many days ago: `a.log 3`. Nil: there is no state file.
    var state: [(path: String, days: Int)]?
    /// So many runs one after another.
    var runs = 3
    var isForced = true
    /// Logs that get a line before each run but the first.
    var growing: [String] = ["a.log"]
    /// Files whose lines have no order between them.
    var unordered: Set<String> = []
    /// Further files beside the configuration, by their names in the folder `included`.
    var included: [(name: String, text: String)] = []
    var needsRoot = false
    var needsPrograms: [String] = []

    /// A stanza for `a.log` alone.
    init(
        _ directives: String, _ entries: [RealTree.Entry], _ change: (inout RealSample) -> Void = { _ in }
    ) {
        description = directives.replacing("\n", with: "; ")
        text = "ROOT/a.log {\n\(directives)\n}\n"
        self.entries = entries
        change(&self)
    }

    /// A whole configuration.
    init(whole text: String, _ entries: [RealTree.Entry], _ change: (inout RealSample) -> Void = { _ in }) {
        description = text.replacing("\n", with: "; ")
        self.text = text
        self.entries = entries
        change(&self)
    }

    var canRun: Bool {
        (!needsRoot || Accounts.effectiveUser == 0) && needsPrograms.allSatisfy { ProgramStream.find($0) != nil }
    }

    // MARK: Running

    /// What a sample leaves behind.
    struct Outcome: Hashable {
        /// Of each run, whether something failed.
        var failed: [Bool] = []
        var listing: [String] = []
        var state: [String] = []
    }

    /// Rotates a tree of its own by one of both programs; once more where an hour, or a day, began meanwhile.
    func outcome(by rotate: (RealTree, RotationTime) async throws -> Bool) async throws -> Outcome {
        while true {
            let (outcome, reading) = try await attempt(rotate)
            if !reading.isAtTurn { return outcome }
        }
    }

    private func attempt(
        _ rotate: (RealTree, RotationTime) async throws -> Bool
    ) async throws -> (Outcome, StateReading) {
        let tree = try RealTree(entries)
        try tree.write(text.replacing("INCLUDED", with: tree.configuration + ".d"), as: "conf")
        if !included.isEmpty { try tree.makeFolder("conf.d") }
        for (name, text) in included { try tree.write(text, as: "conf.d/\(name)") }
        let began = RotationTime.current
        if let state {
            let lines = state.map { "\"ROOT/\($0.path)\" \(Self.text(daysBefore: $0.days, began))\n" }
            try tree.write("logrotate state -- version 2\n" + lines.joined(), as: "state")
        }
        var outcome = Outcome()
        for run in 0..<runs {
            if run > 0 { for log in growing { try tree.append("before run \(run)", to: log) } }
            outcome.failed.append(try await rotate(tree, .current))
        }
        let time = began.calendar
        let today = String(time.year * 10_000 + time.month * 100 + time.day)
        outcome.listing = try tree.listing(sorting: unordered).map { $0.replacing(today, with: "TODAY") }
        let reading = StateReading(began: began, ended: .current)
        outcome.state = try reading.lines(of: tree)
        return (outcome, reading)
    }

    private static func text(daysBefore days: Int, _ now: RotationTime) -> String {
        let time = CalendarTime(dayNumber: now.calendar.dayNumber - days) ?? .epoch
        return "\(time.year)-\(time.month)-\(time.day)-1:2:3"
    }
}

/// The lines of a state file, with words for times that depend on when the test ran.
struct StateReading {
    var began: RotationTime
    var ended: RotationTime

    /// Whether an hour began meanwhile, so that its beginning and now cannot be told apart.
    var isAtTurn: Bool { (Self.seconds(began.calendar) - 1) / 3600 != Self.seconds(ended.calendar) / 3600 }

    func lines(of tree: RealTree) throws -> [String] {
        try FileReading.text(tree.state).replacing(tree.root, with: "ROOT").split(separator: "\n").map { line in
            guard let blank = line.lastIndex(of: " ") else { return String(line) }
            return line[..<blank] + " " + word(line[line.index(after: blank)...])
        }.sorted()
    }

    private func word(_ text: Substring) -> String {
        let numbers = text.split { $0 == "-" || $0 == ":" }.compactMap { Int($0) }
        guard numbers.count == 6,
            let time = CalendarTime(
                year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
                second: numbers[5])
        else { return String(text) }
        // time(2), which logrotate asks, may be a tick behind the clock that we ask.
        if Self.seconds(began.calendar) - 1 <= Self.seconds(time), time <= ended.calendar { return "now" }
        let hour = began.calendar
        return time
            == CalendarTime(year: hour.year, month: hour.month, day: hour.day, hour: hour.hour)
            ? "this hour" : String(text)
    }

    /// On the clock on the wall.
    private static func seconds(_ time: CalendarTime) -> Int {
        time.dayNumber * 86_400 + time.hour * 3600 + time.minute * 60 + time.second
    }
}
