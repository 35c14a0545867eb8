internal import MusterCore

extension RotationReport.Step {
    /// A step of a log, as reports tell it.
    package init(_ step: RotationStep, of intent: RotationIntent) {
        func rotated(_ name: String) -> String { "\(intent.destination)/\(name)" }
        func ownership(_ mode: UInt32, _ user: UInt32, _ group: UInt32) -> String {
            let digits = String(mode, radix: 8)
            return "\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits) \(user):\(group)"
        }
        switch step {
        case .makeDirectory(let mode, let user, let group):
            self.init(action: "mkdir", path: intent.destination, detail: ownership(mode, user, group))
        case .shift(let from, let to, _): self.init(action: "rename", path: rotated(from), to: rotated(to))
        case .rotate(let to, _): self.init(action: "rename", path: intent.path, to: rotated(to))
        case .create(let mode, let user, let group, _):
            self.init(action: "create", path: intent.path, detail: ownership(mode, user, group))
        case .copy(let to, _, let truncates):
            self.init(
                action: "copy", path: intent.path, to: rotated(to), detail: truncates ? "then truncate" : "")
        case .truncate: self.init(action: "truncate", path: intent.path)
        case .setAside(let name, _):
            self.init(action: "rename", path: intent.path, to: "\(intent.directory)/\(name)")
        case .deliver(let from, let to?, _):
            self.init(action: "copy", path: "\(intent.directory)/\(from)", to: rotated(to), detail: "then remove")
        case .deliver(let from, nil, _): self.init(action: "remove", path: "\(intent.directory)/\(from)")
        case .script(let kind): self.init(action: "script", path: intent.path, detail: kind.rawValue)
        case .compress(let from, let to), .recompress(let from, let to, _, _):
            self.init(action: "compress", path: rotated(from), to: rotated(to))
        case .remove(let name, _, let reason):
            self.init(action: "remove", path: rotated(name), detail: "beyond \(reason.directive)")
        }
    }
}

extension RotationReport.Step {
    /// A script that runs once for all logs of a stanza.
    init(_ kind: ScriptKind, of stanza: JournalStanza) {
        self.init(action: "script", path: stanza.pattern, detail: kind.rawValue)
    }
}

extension JournalStanza {
    /// The scripts that run once, in order.
    var sharedScripts: [ScriptKind] {
        let kinds: [ScriptKind] =
            sharesScripts ? [.firstAction, .beforeRotation, .afterRotation, .lastAction] : [.firstAction, .lastAction]
        return kinds.filter { scripts[$0] != nil }
    }
}

extension RotationStep.RemovalReason {
    /// The directive that says so.
    var directive: String {
        switch self {
        case .count: "rotate"
        case .age: "maxage"
        case .totalSize: "maxtotalsize"
        }
    }
}
