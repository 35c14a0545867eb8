/// A field as a format's notation describes it.
struct PatternField {
    /// What its text looks like, and what becomes of it.
    enum Content {
        /// Without blanks.
        case word
        /// Without blanks, up to a text that begins with something else.
        case name
        /// Without blanks, with quotes around it, which are dropped, or without.
        case perhapsQuoted
        /// Anything up to the text that follows.
        case text
        /// Items with `, ` or ` : ` between them, kept as they stand.
        case list
        /// The same, of which the last is kept.
        case lastItem
        /// `method target protocol`, split.
        case request
        /// `address:port`, split.
        case hostPort
        /// Digits or `-`.
        case digits
        /// A decimal number or `-`.
        case decimal
        /// Three digits.
        case status
        /// Addresses with these bytes around them, of which the first is kept.
        case addresses([UInt8])
        case time(TimeReader.Style)
    }

    /// As questions name it; empty where it is passed over.
    var name: String
    var kind: FieldKind = .text
    var content: Content = .text
    /// What the notation calls it.
    var origin: String
    /// Its name where another field already has `name`.
    var own: String
    /// Whether nothing may stand there.
    var mayBeEmpty = true
    /// Whether the server writes quotes in a quoted value as they are.
    var hasRawQuotes = false

    init(
        _ name: String, _ kind: FieldKind = .text, _ content: Content = .text, origin: String, own: String? = nil,
        mayBeEmpty: Bool = true
    ) {
        self.name = name
        self.kind = kind
        self.content = content
        self.origin = origin
        self.own = own ?? name
        self.mayBeEmpty = mayBeEmpty
    }

    /// A field that is passed over.
    static func skipped(_ origin: String) -> PatternField { PatternField("", origin: origin) }
}

/// Gathers the pieces of a pattern and makes its steps.
struct PatternBuilder {
    /// Fields of a format at most.
    private static let mostFields = 500

    private enum Piece {
        case literal([UInt8])
        case field(PatternField, offset: Int)
        case step(PatternLine.Step.Kind)
    }

    private var pieces: [Piece] = []
    private var parts: TimePattern.Parts = []

    /// Adds a byte of fixed text.
    mutating func literal(_ byte: UInt8) {
        if case .literal(var bytes)? = pieces.last {
            // Out of the list while it grows, so that it is not copied.
            pieces.removeLast()
            bytes.append(byte)
            pieces.append(.literal(bytes))
        } else {
            pieces.append(.literal([byte]))
        }
    }

    mutating func literal(_ text: String) {
        for byte in text.utf8 { literal(byte) }
    }

    /// Adds a field that the notation has at `offset`. A time that says what another said before becomes a text.
    mutating func field(_ field: PatternField, at offset: Int) {
        var field = field
        if case .time(let style) = field.content {
            let more = style.parts
            if parts.isDisjoint(with: more) { parts.formUnion(more) } else { field.content = .text }
        }
        pieces.append(.field(field, offset: offset))
    }

    /// Adds a step without a field: ``PatternLine/Step/Kind/blanks``, `prefix`, `braces` or `optional`.
    mutating func step(_ kind: PatternLine.Step.Kind) { pieces.append(.step(kind)) }

    /// The steps. `hasEscapes`: whether backslashes escape in values, and quotes end them.
    /// Errors: a field whose end nothing marks; no field at all; a line feed in the text.
    func line(hasEscapes: Bool = true) throws(LogFormatFault) -> PatternLine {
        var line = PatternLine()
        var index = 0
        while index < pieces.count {
            var step = PatternLine.Step(kind: .literal)
            var expectation = "text"
            switch pieces[index] {
            case .literal(let bytes):
                try append(bytes[...], after: &step, expecting: expectation, to: &line)
            case .step(let kind):
                step.kind = kind
                step.column = kind == .optional ? line.fields.count : -1
                expectation = kind == .prefix ? "a client before [day/Mon/year" : "headers in braces"
                try append([], after: &step, expecting: expectation, to: &line)
            case .field(let field, let offset):
                var behind: ArraySlice<UInt8> = []
                if index + 1 < pieces.count {
                    switch pieces[index + 1] {
                    case .literal(let bytes):
                        behind = bytes[...]
                        index += 1
                    case .step(.blanks): behind = [0x20]
                    case .step: break
                    case .field:
                        if !field.content.endsItself {
                            throw LogFormatFault(
                                "\(field.origin) has no text behind it that would end it; put one there", at: offset)
                        }
                    }
                }
                expectation = Self.describe(field)
                prepare(&step, field, behind, hasEscapes, &line)
                guard line.fields.count <= Self.mostFields else {
                    throw LogFormatFault(
                        "a format has at most \(Self.mostFields) fields; leave out what no question needs", at: offset)
                }
                try append(behind, after: &step, expecting: expectation, to: &line)
            }
            index += 1
        }
        guard !line.fields.isEmpty else { throw LogFormatFault("the format has no field that could be read") }
        line.expectations.append("the end of the line")
        return line
    }

    /// Appends the step with the first eight bytes of the text behind it, and steps for the rest of the text.
    private func append(
        _ bytes: ArraySlice<UInt8>, after step: inout PatternLine.Step, expecting field: String,
        to line: inout PatternLine
    ) throws(LogFormatFault) {
        if bytes.contains(0x0a) { throw LogFormatFault("the format has a line feed; a line holds none") }
        let text = String(decoding: bytes, as: UTF8.self)
        var rest = bytes
        repeat {
            let piece = rest.prefix(8)
            rest = rest.dropFirst(8)
            step.length = piece.count
            step.needle = 0
            step.mask = 0
            for (place, byte) in piece.enumerated() {
                step.needle |= UInt64(byte) << UInt64(8 * place)
                step.mask |= 0xff << UInt64(8 * place)
            }
            line.steps.append(step)
            line.expectations += [field, bytes.isEmpty ? "the end of the line" : "the text `\(text)`"]
            step = PatternLine.Step(kind: .literal)
        } while !rest.isEmpty
    }

    private func prepare(
        _ step: inout PatternLine.Step, _ field: PatternField, _ behind: ArraySlice<UInt8>, _ hasEscapes: Bool,
        _ line: inout PatternLine
    ) {
        let isQuoted = hasEscapes && behind.first == 0x22
        step.stop = behind.first ?? 0x0a
        step.mayBeEmpty = field.mayBeEmpty
        step.hasRawQuotes = field.hasRawQuotes
        var isText = false
        switch field.content {
        case .name: step.kind = .name
        case .word, .hostPort, .perhapsQuoted:
            step.kind = isQuoted ? .quoted : .word
            step.stop = behind.first ?? 0x20
        case .text, .request:
            step.kind = isQuoted ? .quoted : .text
            isText = true
        case .list, .lastItem:
            step.kind = isQuoted ? .quoted : .list
            step.stop = behind.first ?? 0x20
            isText = isQuoted
        case .digits: step.kind = .digits
        case .decimal: step.kind = .decimal
        case .status: step.kind = .status
        case .addresses(let bytes):
            step.kind = .addresses
            step.shape = .firstItem
            step.index = line.sets.count
            line.sets.append(ByteSet(bytes))
        case .time(.clf):
            step.kind = .clf
            line.times.append(.clf)
        case .time(let style):
            step.kind = .time
            step.index = line.times.count
            line.times.append(style)
        }
        if case .time = field.content { return }
        if field.name.isEmpty { return }
        step.column = line.fields.count
        addColumns(field, &step, &line)
        if isText && hasEscapes { line.escapable += step.column..<line.fields.count }
    }

    private func addColumns(_ field: PatternField, _ step: inout PatternLine.Step, _ line: inout PatternLine) {
        var taken = Set(line.fields.map(\.name))
        func add(_ name: String, _ own: String, _ kind: FieldKind) {
            var free = taken.contains(name) ? own : name
            var number = 2
            while taken.contains(free) {
                free = "\(own)_\(number)"
                number += 1
            }
            taken.insert(free)
            line.fields.append(LogField(free, kind, origin: field.origin))
        }
        switch field.content {
        case .request:
            step.shape = .request
            add("method", "request_method", .text)
            add("url", "request_url", .text)
            add("protocol", "request_protocol", .text)
        case .hostPort:
            step.shape = .hostPort
            add(field.name, field.own, field.kind)
            add(field.own + "_port", field.own + "_port", .number)
        case .perhapsQuoted:
            step.shape = .unquoted
            add(field.name, field.own, field.kind)
        case .lastItem:
            step.shape = .lastItem
            add(field.name, field.own, field.kind)
        default: add(field.name, field.own, field.kind)
        }
    }

    private static func describe(_ field: PatternField) -> String {
        let name = field.name.isEmpty ? field.origin : field.name
        return switch field.content {
        case .word, .name, .perhapsQuoted: "\(name), a word"
        case .text: "\(name), a text"
        case .list, .lastItem: "\(name), one or a list"
        case .request: "request"
        case .hostPort: "\(name), an address and a port"
        case .digits: "\(name), a number or -"
        case .decimal: "\(name), a decimal number or -"
        case .status: "\(name), three digits"
        case .addresses: "\(name), an address"
        case .time(let style): "time, \(style.example)"
        }
    }
}

extension PatternField.Content {
    /// Whether its shape says where it ends.
    fileprivate var endsItself: Bool {
        switch self {
        case .status, .time: true
        default: false
        }
    }
}

extension TimeReader.Style {
    fileprivate var parts: TimePattern.Parts {
        switch self {
        case .clf: [.date, .clock, .zone]
        case .iso, .epoch: [.date, .clock, .fraction, .zone]
        case .pattern(let pattern): pattern.parts
        }
    }

    /// How such a time looks, for people.
    fileprivate var example: String {
        switch self {
        case .clf: "day/Mon/year:hour:minute:second zone"
        case .iso: "year-month-dayThour:minute:second"
        case .epoch: "a number since 1970"
        case .pattern: "as the format describes it"
        }
    }
}
