import MusterBenchmarkResults
import MusterCore
import MusterFormats

/// How a report is written.
enum ReportStyle: String, CaseIterable, Sendable { case table, json, markdown }

/// All sections of a run, under a line that says where and how they came to be.
struct Report {
    var machine: Machine
    var settings: Settings
    var sections: [Section] = []
    var loadAverageAtEnd = 0.0

    init(machine: Machine, settings: Settings) {
        self.machine = machine
        self.settings = settings
    }

    func text(_ style: ReportStyle) -> String {
        switch style {
        case .table:
            header + "\n"
                + sections.map { "\n\($0.title)\n" + $0.table.text + $0.notes.map { "  \($0)\n" }.joined() }.joined()
        case .markdown:
            header + "\n"
                + sections.map { section in
                    "\n### \(section.title)\n\n" + section.table.markdown
                        + section.notes.map { "\n\($0)" }.joined() + (section.notes.isEmpty ? "" : "\n")
                }.joined()
        case .json: json + "\n"
        }
    }

    private var header: String {
        "\(machine.text(serving: settings.window > 0)); load average \(machine.loadAverage.fixed(1)) before and \(loadAverageAtEnd.fixed(1)) after; "
            + "\(settings.samples) samples" + (settings.window > 0 ? ", window \(settings.window)." : ".")
    }

    private var json: String {
        let setting = Setting.object([
            .init("machine", machine.setting), .init("load_average_after", .number(loadAverageAtEnd)),
            .init("samples", .integer(settings.samples)), .init("window", .integer(settings.window)),
            .init("sections", .list(sections.map(\.setting))),
        ])
        var bytes: [UInt8] = []
        var writer = JSONWriter(taking: &bytes)
        writer.setting(setting)
        writer.give(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Section {
    fileprivate var setting: Setting {
        .object([
            .init("name", .string(name)), .init("title", .string(title)),
            .init("notes", .list(notes.map { .string($0) })), .init("rows", .list(rows.map(\.setting))),
        ])
    }
}

extension Row {
    fileprivate var setting: Setting {
        let statistics = statistics
        var members: [Setting.Member] = [
            .init("variant", .string(variant)), .init("unit", .string(unit)),
            .init("min", .number(statistics.minimum)), .init("median", .number(statistics.median)),
            .init("iqr", .number(statistics.spread)), .init("samples", .list(samples.map { .number($0) })),
            .init(
                "ratios",
                .object(
                    ratios.sorted { $0.key < $1.key }.map { .init($0.key, .list($0.value.map { .number($0) })) })),
        ]
        if let targets { members.append(.init("targets", .integer(targets))) }
        if !goals.isEmpty { members.append(.init("goals", .list(goals.map { .string($0.text) }))) }
        if let isMet { members.append(.init("met", .bool(isMet))) }
        return .object(members)
    }
}
