/// What a field's text stands for.
package enum FieldKind: Sendable, Hashable {
    case text
    /// An IPv4 or IPv6 address.
    case address
    /// A decimal number.
    case number
    /// A decimal number of bytes.
    case bytes
    /// A decimal number of seconds, given as multiples of a second divided by `perSecond` (1 for seconds, 1000 for
    /// milliseconds, 1,000,000 for microseconds, 1,000,000,000 for nanoseconds).
    case duration(perSecond: Int)
}

/// A field of a format: a column of its rows.
package struct LogField: Sendable, Hashable {
    /// As questions name it: one of ``FieldVocabulary`` where the meaning is known there.
    package var name: String
    /// What the format itself calls it: `$remote_addr`, `%h`; the same as `name` where it has no word of its own.
    package var origin: String
    package var kind: FieldKind

    package init(_ name: String, _ kind: FieldKind = .text, origin: String? = nil) {
        self.name = name
        self.kind = kind
        self.origin = origin ?? name
    }
}

/// A format that is ready to read: its columns, and a parser for each worker.
package struct LineReading: Sendable {
    /// As the report tells it: `combined`, `nginx: $remote_addr …`.
    package var title: String
    package var fields: [LogField]
    /// Whether lines have a time.
    package var hasTime: Bool
    package var makeParser: @Sendable () -> any LineParser
    /// Where records are split over lines.
    package var makeJoiner: (@Sendable () -> any LineJoiner)?

    package init(
        title: String, fields: [LogField], hasTime: Bool, makeJoiner: (@Sendable () -> any LineJoiner)? = nil,
        makeParser: @escaping @Sendable () -> any LineParser
    ) {
        self.title = title
        self.fields = fields
        self.hasTime = hasTime
        self.makeJoiner = makeJoiner
        self.makeParser = makeParser
    }
}

/// Why a format that was asked for cannot be had.
package struct LogFormatFault: Error, Hashable, Sendable {
    /// Where in the format's text, from 0; nil where it is about all of it.
    package var offset: Int?
    /// What is wrong and what to write instead.
    package var hint: String

    package init(_ hint: String, at offset: Int? = nil) {
        self.hint = hint
        self.offset = offset
    }
}

/// A kind of log line.
package struct LogFormat: Sendable {
    /// As `--format` names it: `combined`.
    package var name: String
    /// One line for the help.
    package var summary: String
    /// The format for questions about `wanted` fields: names as the operator wrote them. A format whose fields are fixed
    /// returns them all; one that can have any (JSON lines, logfmt) returns columns for those that are wanted.
    package var reading: @Sendable (_ wanted: [String]) throws(LogFormatFault) -> LineReading
    /// A narrower reading to recognise the format by, where ``reading`` takes nearly any line.
    package var strictReading: (@Sendable (_ wanted: [String]) throws(LogFormatFault) -> LineReading)?
    /// Whether lines that fit are likely meant so, where many others fit as well; nil where fitting says enough.
    package var isLikely: (@Sendable (_ lines: [UInt8]) -> Bool)?
    /// What is to be said of lines that fit and are not likely: `its lines fit …, but` and this.
    package var doubt: String?
    /// Whether the values of lines that fit are such as its fields have, where lines of another format fit as well; nil where
    /// fitting says enough. `reading` is one of the format, in a carrier or not.
    package var isPlausible: (@Sendable (_ lines: [UInt8], _ reading: LineReading) -> Bool)?
    /// Whether it passes over what stands before its own fields, so that it fits without the carrier that wrote that.
    package var passesHeaders = false
    /// Whether it takes part in `--format auto`.
    package var isRecognised: Bool
    /// Which part of a log's lines has to fit for that. More where a more general format reads the same fields.
    package var leastShare: Double

    package init(
        name: String, summary: String, isRecognised: Bool = true, leastShare: Double = 0.8,
        reading: @escaping @Sendable (_ wanted: [String]) throws(LogFormatFault) -> LineReading
    ) {
        self.name = name
        self.summary = summary
        self.isRecognised = isRecognised
        self.leastShare = leastShare
        self.reading = reading
    }
}

/// A way to describe a format by a text of the operator's: `nginx:$remote_addr …`.
package struct LogFormatNotation: Sendable {
    /// The word before the colon: `nginx`.
    package var name: String
    package var summary: String
    /// Whether a text without the word is likely meant so.
    package var isLikely: @Sendable (_ text: String) -> Bool
    package var read: @Sendable (_ text: String, _ wanted: [String]) throws(LogFormatFault) -> LineReading

    package init(
        name: String, summary: String, isLikely: @escaping @Sendable (_ text: String) -> Bool = { _ in false },
        read: @escaping @Sendable (_ text: String, _ wanted: [String]) throws(LogFormatFault) -> LineReading
    ) {
        self.name = name
        self.summary = summary
        self.isLikely = isLikely
        self.read = { text, wanted throws(LogFormatFault) in
            guard text.utf8.count <= Self.longest else {
                throw LogFormatFault(
                    "a format has at most \(Self.longest) bytes, not \(text.utf8.count); leave out what no question needs",
                    at: Self.longest)
            }
            return try read(text, wanted)
        }
    }

    /// Longest text of a format, in bytes.
    private static let longest = 16_384
}
