import ArgumentParser
import MusterCore
import MusterFormats
import MusterSystem
import MusterText

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

    /// `-`, as in `ndjson=-`; a file of that name is `./-`.
    var isStandardOutput: Bool { path == "-" }
}

/// Where the reports of a check go.
struct ReportPlaces {
    private let choices: [OutputFileChoice]
    /// What standard output gets.
    let format: ReportFormat

    /// Errors: a ``Complaint`` where a report would go into the same file as another one, or into one that is read.
    init(_ output: OutputFormatChoice?, _ files: [OutputFileChoice], inputs: [String]) throws {
        choices = files.filter { !$0.isStandardOutput }
        let standard = files.filter(\.isStandardOutput).map(\.format) + [output?.format].compactMap { $0 }
        if standard.count > 1 {
            throw Complaint("--output-file: standard output is named twice; give a file to all reports but one")
        }
        format = standard.first ?? ReportCatalog.formats[0]
        try refuseDoubles(inputs)
    }

    private func refuseDoubles(_ inputs: [String]) throws {
        var taken: [OutputPath: String] = [:]
        for input in inputs {
            let place = input == "-" ? OutputPath.of(descriptor: 0) : OutputPath.of(input)
            if let place { taken[place] = input == "-" ? "standard input is read from it" : "\(input) is read from it" }
        }
        for (descriptor, name) in [(Int32(1), "standard output"), (2, "standard error")] {
            if let place = OutputPath.of(descriptor: descriptor) { taken[place] = "\(name) goes there" }
        }
        for choice in choices {
            guard let place = OutputPath.of(choice.path) else { continue }
            if let use = taken[place] {
                throw Complaint("--output-file: \(choice.path): \(use) already; name another file")
            }
            taken[place] = "another report (\(choice.path)) goes there"
        }
    }

    /// The files.
    var paths: [String] { choices.map(\.path) }

    /// Opens them. Errors: a ``Complaint`` about one that cannot be written.
    func outlets(color: ColorChoice) throws -> [ReportDesk.Outlet] {
        let width = OutputFile.standardOutput.terminalWidth
        let options = ReportOptions(color: color.isOn(for: .standardOutput), width: width ?? 100)
        var outlets = [ReportDesk.Outlet(format.make(options), to: .standardOutput)]
        for choice in choices {
            do throws(FileFault) {
                outlets.append(.init(choice.format.make(ReportOptions()), to: try OutputFile.stage(choice.path)))
            } catch {
                throw Complaint(error)
            }
        }
        return outlets
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
