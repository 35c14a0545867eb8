/// What a rotation did, or would do, stanza by stanza.
package struct RotationReport: Sendable, Hashable {
    package var version: String
    /// Nothing was touched.
    package var isDry: Bool
    package var stanzas: [Stanza] = []
    /// What is wrong in the configuration or the state, told once.
    package var faults: [Fault] = []
    package var warnings: [Fault] = []
    /// Rotations that an earlier run had begun and this one ended.
    package var recovered = 0
    /// Rotations that are begun and that the next run ends.
    package var unfinished = 0
    package var isInterrupted = false
    package var seconds = 0.0

    package init(version: String, isDry: Bool) {
        self.version = version
        self.isDry = isDry
    }

    package struct Stanza: Sendable, Hashable {
        /// Its patterns, a blank between them.
        package var pattern: String
        /// `/etc/logrotate.d/nginx:1`
        package var place: String
        package var logs: [Log] = []
        /// What is done once for all its logs: scripts, in order.
        package var steps: [Step] = []
        /// Faults of its own: a script, a directory.
        package var faults: [Fault] = []

        package init(pattern: String, place: String) {
            self.pattern = pattern
            self.place = place
        }
    }

    /// One log.
    package struct Log: Sendable, Hashable {
        package enum Outcome: String, Sendable, Hashable { case rotated, skipped, failed }

        package var path: String
        package var outcome: Outcome
        /// Why it was skipped: `not due`, `empty`, `missing`, …; empty for others.
        package var reason = ""
        package var fault: Fault?
        package var steps: [Step] = []
        /// Bytes of the log before.
        package var bytes = 0
        /// Bytes of what was compressed, and of what came of it.
        package var bytesBefore = 0
        package var bytesAfter = 0
        package var compressed = 0
        package var removed = 0
        /// Bytes that a writer may have lost between copying and truncating; nil where nothing was truncated.
        package var bytesAtRisk: Int?

        package init(path: String, outcome: Outcome) {
            self.path = path
            self.outcome = outcome
        }
    }

    /// One thing that was done or would be.
    package struct Step: Sendable, Hashable {
        /// `rename`, `create`, `copy`, `truncate`, `compress`, `remove`, `script`.
        package var action: String
        /// Path that it is about.
        package var path: String
        /// Path that comes of it; empty where none does.
        package var to: String
        /// `0640 root:adm`, `postrotate`, `beyond rotate 7`; empty where there is nothing to tell.
        package var detail: String

        package init(action: String, path: String, to: String = "", detail: String = "") {
            self.action = action
            self.path = path
            self.to = to
            self.detail = detail
        }
    }

    package struct Fault: Sendable, Hashable {
        /// A fixed word: `script`, `disk`, `duplicate`, …
        package var code: String
        package var location: String
        package var hint: String

        package init(code: String, location: String, hint: String) {
            self.code = code
            self.location = location
            self.hint = hint
        }

        package var text: String { "\(location): \(hint)" }
    }

    /// All logs with an outcome.
    package func count(_ outcome: Log.Outcome) -> Int {
        stanzas.reduce(0) { $0 + $1.logs.count { $0.outcome == outcome } }
    }

    package var hasFaults: Bool {
        !faults.isEmpty || stanzas.contains { !$0.faults.isEmpty || $0.logs.contains { $0.outcome == .failed } }
    }
}
