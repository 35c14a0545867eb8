import ArgumentParser
import MusterCore
import MusterFormats
import MusterSystem

/// `--output-file [FORMAT=]PATH`: the format is named or follows from the file's extension.
struct OutputFileChoice: ExpressibleByArgument {
    var format: ReportFormat
    var path: String

    init?(argument: String) {
        if let equals = argument.firstIndex(of: "="),
            let format = ReportCatalog.format(named: String(argument[..<equals]))
        {
            self.format = format
            path = String(argument[argument.index(after: equals)...])
        } else {
            let name = argument.split(separator: ".").last.map(String.init) ?? ""
            guard let format = ReportCatalog.format(named: name == "txt" ? "table" : name) else { return nil }
            self.format = format
            path = argument
        }
        if path.isEmpty { return nil }
    }
}

/// `--output FORMAT`.
struct OutputFormatChoice: ExpressibleByArgument {
    var format: ReportFormat

    init?(argument: String) {
        guard let format = ReportCatalog.format(named: argument) else { return nil }
        self.format = format
    }

    init(_ format: ReportFormat) { self.format = format }

    var defaultValueDescription: String { format.name }
    static var allValueStrings: [String] { ReportCatalog.formats.map(\.name) }
}

/// `--color WHEN`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// On a terminal, unless `NO_COLOR` is set (no-color.org).
    func isOn(for file: OutputFile) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: file.terminalWidth != nil && (Environment.variable("NO_COLOR") ?? "").isEmpty
        }
    }
}

/// A duration on the command line.
struct DurationChoice: ExpressibleByArgument {
    var duration: Duration

    init?(argument: String) {
        guard let duration = Duration(text: argument), duration > .zero else { return nil }
        self.duration = duration
    }
}

/// A duration that may be none.
struct WaitChoice: ExpressibleByArgument {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = Duration(text: argument) else { return nil }
        self.duration = duration
    }

    /// `60s`, as people write it.
    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
