/// A field that no line has but that follows from one it has, or from its time.
package struct DerivedField: Sendable {
    /// How it follows.
    enum Evaluation: Sendable {
        /// From a request target: its path. Apart from the others because it is asked for most.
        case path
        /// From the text of its base.
        case text(@Sendable (Text, inout Scratch) -> Text)
        /// From the row's time, as the clocks of the zone that is shown have it.
        case time(@Sendable (LocalTime, inout Scratch) -> Text)
    }

    package var name: String
    package var summary: String
    /// Fields that a format has to have for it, by their names in ``FieldVocabulary``; none where it follows from the time.
    package var bases: [String]
    var evaluation: Evaluation

    fileprivate init(_ name: String, _ summary: String, from base: String, _ evaluation: Evaluation) {
        self.name = name
        self.summary = summary
        bases = [base]
        self.evaluation = evaluation
    }

    /// From the row's time.
    fileprivate init(
        _ name: String, _ summary: String, _ make: @escaping @Sendable (LocalTime, inout Scratch) -> Text
    ) {
        self.name = name
        self.summary = summary
        bases = []
        evaluation = .time(make)
    }

    fileprivate init(_ name: String, _ summary: String, to precision: CivilMoment.Precision) {
        self.init(name, summary) { time, scratch in
            unsafe scratch.make(CivilMoment.longest) {
                unsafe time.moment.write(to: $0, precision, shift: time.shift)
            }
        }
    }
}

/// Every derived field. Absent values read as `-`.
package enum DerivedFieldCatalog {
    package static let fields: [DerivedField] = [
        DerivedField("path", "url without its query and fragment", from: "url", .path),
        DerivedField(
            "query", "what stands behind the ? in url", from: "url", .text { PathText.query($0) ?? $1.copy([0x2d]) }),
        DerivedField(
            "normalized_path", "path with * for numbers, UUIDs and other identifiers in it", from: "url",
            .text { PathText.normalized($0, &$1) }),
        DerivedField(
            "extension", "file extension of path's last segment, in lower case", from: "url",
            .text { PathText.fileExtension($0, &$1) ?? $1.copy([0x2d]) }),
        network(
            "network", "ip as a /24 of IPv4 or a /48 of IPv6; network/16, network/64 and so on for other lengths",
            NetworkText.defaultLengths),
        DerivedField(
            "agent_family", "agent as the name of the bot, the browser or the program", from: "agent",
            .text { AgentFamily.family($0, &$1) }),
        DerivedField("status_class", "status as 1xx to 5xx, or other", from: "status", .text { statusClass($0, &$1) }),
        DerivedField("time", "time of the line, with its zone", to: .full),
        DerivedField("day", "day of time: 2026-01-02", to: .day),
        DerivedField("hour", "hour of time: 2026-01-02T03", to: .hour),
        DerivedField("minute", "minute of time: 2026-01-02T03:04", to: .minute),
        DerivedField("hour_of_day", "00 to 23, from time") { time, scratch in
            let hour = time.moment.hour
            return scratch.copy([UInt8(48 + hour / 10), UInt8(48 + hour % 10)])
        },
        DerivedField("weekday", "Mon to Sun, from time") { time, scratch in
            scratch.copy(weekdays[time.moment.weekday])
        },
    ]

    /// Whether a field is what clocks show at a line's time, and so hangs on the zone.
    static func isOfTime(_ name: String) -> Bool {
        if case .time = field(name)?.evaluation { true } else { false }
    }

    /// The derived field of a name; `network` may have a length.
    static func field(_ name: String) -> DerivedField? {
        if let found = fields.first(where: { $0.name == name }) { return found }
        let digits = name.dropFirst(8)
        guard name.hasPrefix("network/"), digits.utf8.allSatisfy({ $0 &- 48 < 10 }), let length = Int(digits),
            (1...128).contains(length)
        else {
            return nil
        }
        let usual = NetworkText.defaultLengths
        return network(name, "", length <= 32 ? (length, usual.v6) : (usual.v4, length))
    }

    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map { Array($0.utf8) }

    private static func network(_ name: String, _ summary: String, _ lengths: (v4: Int, v6: Int)) -> DerivedField {
        DerivedField(
            name, summary, from: "ip",
            .text { NetworkText.network($0, v4: lengths.v4, v6: lengths.v6, &$1) })
    }

    private static func statusClass(_ status: Text, _ scratch: inout Scratch) -> Text {
        if status.equals([0x2d]) { return status }
        guard status.count == 3, status[0] &- 49 < 5, status[1] &- 48 < 10, status[2] &- 48 < 10 else {
            return scratch.copy(Array("other".utf8))
        }
        return scratch.copy([status[0], UInt8(ascii: "x"), UInt8(ascii: "x")])
    }
}
