/// What writes down lines of other programs, with something before or around each: syslog, a container runtime, journald.
///
/// It is a format of its own, whose message is the text it carries; around another format it is written `cri+combined`.
/// Then the fields are those of the inner format, and the carrier's are called `carrier.host`, `carrier.time` and so on.
package struct Carrier: Sendable {
    package var format: LogFormat
    /// Whether the format by itself already finds fields in a JSON text.
    var readsObjects: Bool
    private let makeAround: @Sendable (_ inner: LineReading, _ wanted: [String]) -> LineReading

    package var name: String { format.name }

    /// What the carrier's own fields begin with.
    static let prefix = "carrier."

    /// `make` is a parser with its fields for wanted ones; `time` among these asks for the carrier's time as text.
    init<Parser: LineCarrier & SendableMetatype>(
        _ format: LogFormat, readsObjects: Bool = false, hasTime: Bool = true, prefix: String = Self.prefix,
        makeJoiner: (@Sendable () -> any LineJoiner)? = nil,
        make: @escaping @Sendable (_ wanted: [String]) -> (fields: [LogField], parser: @Sendable () -> Parser)
    ) {
        self.format = format
        self.readsObjects = readsObjects
        makeAround = { inner, wanted in
            let (fields, parser) = make(wanted)
            let own = (fields + (hasTime ? [LogField("time")] : [])).map { field in
                LogField(prefix + field.name, field.kind, origin: field.name)
            }
            return LineReading(
                title: "\(format.name)+\(inner.title)", fields: inner.fields + own, hasTime: inner.hasTime || hasTime,
                makeJoiner: makeJoiner
            ) {
                CarriedParser(parser(), columns: fields.count, hasTime: hasTime, around: inner)
            }
        }
    }

    /// The reading of lines of another format in this carrier.
    func reading(around inner: LineReading, _ wanted: [String]) -> LineReading {
        makeAround(inner, wanted.filter { $0.hasPrefix(Self.prefix) }.map { String($0.dropFirst(Self.prefix.count)) })
    }

    /// Another format in this carrier: `cri+combined`.
    func around(_ inner: LogFormat) -> LogFormat {
        var format = LogFormat(
            name: "\(name)+\(inner.name)", summary: "\(inner.summary), carried by \(name)"
        ) { wanted throws(LogFormatFault) in
            reading(around: try inner.reading(Self.inner(wanted)), wanted)
        }
        format.leastShare = inner.leastShare
        format.isPlausible = inner.isPlausible
        if let strict = inner.strictReading {
            format.strictReading = { wanted throws(LogFormatFault) in
                reading(around: try strict(Self.inner(wanted)), wanted)
            }
        }
        return format
    }

    /// A format that a text describes, in this carrier.
    func around(_ notation: LogFormatNotation, _ text: String) -> LogFormat {
        around(
            LogFormat(name: "\(notation.name):\(text)", summary: notation.summary) { wanted throws(LogFormatFault) in
                try notation.read(text, wanted)
            })
    }

    /// The name of a field that a carrier by itself has: `carrier.host` is its `host`.
    static func ownName(_ name: String) -> String {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    /// Fields that the inner format is asked for.
    private static func inner(_ wanted: [String]) -> [String] { wanted.filter { !$0.hasPrefix(prefix) } }
}
