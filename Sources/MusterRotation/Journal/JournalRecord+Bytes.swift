internal import MusterSystem

extension JournalRecord {
    package var bytes: [UInt8] {
        var writer = FieldWriter()
        switch self {
        case .stanza(let number, let stanza):
            writer.number(1)
            writer.number(number)
            stanza.write(to: &writer)
        case .intent(let number, let intent):
            writer.number(2)
            writer.number(number)
            intent.write(to: &writer)
        case .named(let logs):
            writer.number(3)
            writer.list(logs) { $0.number($1) }
        case .copied(let log, let copy):
            writer.number(copy.cut == .unknown ? 4 : 9)
            writer.number(log)
            writer.identity(copy.identity)
            writer.number(copy.size)
        case .ran(let kind, let stanza, let log):
            writer.number(5)
            writer.text(kind.rawValue)
            writer.number(stanza)
            writer.optional(log) { $0.number($1) }
        case .ended(let logs):
            writer.number(6)
            writer.list(logs) { $0.number($1) }
        case .closed(let stanza):
            writer.number(7)
            writer.number(stanza)
        case .dropped(let logs):
            writer.number(8)
            writer.list(logs) { $0.number($1) }
        case .cutting(let logs):
            writer.number(10)
            writer.list(logs) { $0.number($1) }
        case .cut(let logs):
            writer.number(11)
            writer.list(logs) { $0.number($1) }
        }
        return writer.bytes
    }

    /// Nil where the bytes are no record.
    package init?(_ bytes: [UInt8]) {
        var reader = FieldReader(bytes)
        do throws(FieldReader.Malformed) {
            self = try Self.read(&reader)
        } catch {
            return nil
        }
        guard reader.isAtEnd else { return nil }
    }

    private static func read(_ reader: inout FieldReader) throws(FieldReader.Malformed) -> JournalRecord {
        func numbers() throws(FieldReader.Malformed) -> [Int] {
            try reader.list { reader throws(FieldReader.Malformed) in try reader.integer() }
        }
        let kind = try reader.number()
        switch kind {
        case 1: return .stanza(try reader.integer(), try JournalStanza(from: &reader))
        case 2: return .intent(try reader.integer(), try RotationIntent(from: &reader))
        case 3: return .named(try numbers())
        case 4, 9:
            let log = try reader.integer()
            let identity = try reader.identity()
            let size = Int64(try reader.integer())
            return .copied(log, LogCopy(identity, size: size, cut: kind == 4 ? .unknown : .not))
        case 5:
            guard let kind = ScriptKind(rawValue: try reader.text()) else { throw FieldReader.Malformed() }
            let stanza = try reader.integer()
            return .ran(
                kind, stanza: stanza,
                log: try reader.optional { reader throws(FieldReader.Malformed) in try reader.integer() })
        case 6: return .ended(try numbers())
        case 7: return .closed(try reader.integer())
        case 8: return .dropped(try numbers())
        case 10: return .cutting(try numbers())
        case 11: return .cut(try numbers())
        default: throw FieldReader.Malformed()
        }
    }
}

extension RotationIntent {
    fileprivate func write(to writer: inout FieldWriter) {
        writer.number(stanza)
        writer.text(directory)
        writer.identity(folder)
        writer.text(destination)
        writer.optional(destinationFolder) { $0.identity($1) }
        writer.text(name)
        writer.number(token)
        writer.list(steps) { writer, step in step.write(to: &writer) }
        for part in [time.year, time.month, time.day, time.hour, time.minute, time.second] { writer.number(part) }
        writer.flag(rotates)
    }

    fileprivate init(from reader: inout FieldReader) throws(FieldReader.Malformed) {
        stanza = try reader.integer()
        directory = try reader.text()
        folder = try reader.identity()
        destination = try reader.text()
        destinationFolder = try reader.optional { reader throws(FieldReader.Malformed) in try reader.identity() }
        name = try reader.text()
        token = try reader.number()
        steps = try reader.list { reader throws(FieldReader.Malformed) in try RotationStep(from: &reader) }
        let calendarTime = CalendarTime(
            year: try reader.integer(), month: try reader.integer(), day: try reader.integer(),
            hour: try reader.integer(), minute: try reader.integer(), second: try reader.integer())
        guard let calendarTime else { throw FieldReader.Malformed() }
        time = calendarTime
        rotates = try reader.flag()
    }
}

extension RotationStep {
    fileprivate func write(to writer: inout FieldWriter) {
        switch self {
        case .shift(let from, let to, let identity):
            writer.number(1)
            writer.text(from)
            writer.text(to)
            writer.identity(identity)
        case .rotate(let to, let identity):
            writer.number(2)
            writer.text(to)
            writer.identity(identity)
        case .create(let mode, let user, let group, let keepsList):
            writer.number(keepsList ? 3 : 13)
            for part in [mode, user, group] { writer.number(UInt64(part)) }
        case .copy(let to, let identity, let truncates):
            writer.number(4)
            writer.text(to)
            writer.identity(identity)
            writer.flag(truncates)
        case .script(let kind):
            writer.number(5)
            writer.text(kind.rawValue)
        case .compress(let from, let to):
            writer.number(6)
            writer.text(from)
            writer.text(to)
        case .remove(let name, let identity, let reason):
            writer.number(7)
            writer.text(name)
            writer.identity(identity)
            writer.text(reason.rawValue)
        case .truncate(let identity):
            writer.number(8)
            writer.identity(identity)
        case .setAside(let name, let identity):
            writer.number(9)
            writer.text(name)
            writer.identity(identity)
        case .deliver(let from, let to, let identity):
            writer.number(10)
            writer.text(from)
            writer.optional(to) { $0.text($1) }
            writer.identity(identity)
        case .makeDirectory(let mode, let user, let group):
            writer.number(11)
            for part in [mode, user, group] { writer.number(UInt64(part)) }
        case .recompress(let from, let to, let identity, let temporary):
            writer.number(12)
            writer.text(from)
            writer.text(to)
            writer.identity(identity)
            writer.number(temporary)
        }
    }

    fileprivate init(from reader: inout FieldReader) throws(FieldReader.Malformed) {
        switch try reader.number() {
        case 1: self = .shift(from: try reader.text(), to: try reader.text(), try reader.identity())
        case 2: self = .rotate(to: try reader.text(), try reader.identity())
        case let tag where tag == 3 || tag == 13:
            self = .create(
                mode: try reader.small(), user: try reader.small(), group: try reader.small(), keepsList: tag == 3)
        case 4: self = .copy(to: try reader.text(), try reader.identity(), truncates: try reader.flag())
        case 5:
            guard let kind = ScriptKind(rawValue: try reader.text()) else { throw FieldReader.Malformed() }
            self = .script(kind)
        case 6: self = .compress(from: try reader.text(), to: try reader.text())
        case 7:
            let (name, identity) = (try reader.text(), try reader.identity())
            guard let reason = RemovalReason(rawValue: try reader.text()) else { throw FieldReader.Malformed() }
            self = .remove(name, identity, reason)
        case 8: self = .truncate(try reader.identity())
        case 9: self = .setAside(as: try reader.text(), try reader.identity())
        case 10:
            self = .deliver(
                from: try reader.text(),
                to: try reader.optional { reader throws(FieldReader.Malformed) in try reader.text() },
                try reader.identity())
        case 11: self = .makeDirectory(mode: try reader.small(), user: try reader.small(), group: try reader.small())
        case 12:
            self = .recompress(
                from: try reader.text(), to: try reader.text(), try reader.identity(),
                temporary: try reader.integer())
        default: throw FieldReader.Malformed()
        }
    }
}

extension JournalStanza {
    fileprivate init(from reader: inout FieldReader) throws(FieldReader.Malformed) {
        pattern = try reader.text()
        place = try Self.place(&reader)
        scripts = [:]
        let list = try reader.list { reader throws(FieldReader.Malformed) in
            guard let kind = ScriptKind(rawValue: try reader.text()) else { throw FieldReader.Malformed() }
            return (kind, RotationSettings.Script(text: try reader.text(), place: try Self.place(&reader)))
        }
        for (kind, script) in list { scripts[kind] = script }
        sharesScripts = try reader.flag()
        compression = CompressionChoice(
            command: try reader.text(),
            options: try reader.list { reader throws(FieldReader.Malformed) in try reader.text() })
        shredPasses = try reader.optional { reader throws(FieldReader.Malformed) in try reader.integer() }
        actor = try reader.optional { reader throws(FieldReader.Malformed) in
            RotationSettings.Actor(user: try reader.text(), group: try reader.text())
        }
    }

    private static func place(_ reader: inout FieldReader) throws(FieldReader.Malformed) -> ConfigurationPlace {
        ConfigurationPlace(file: try reader.text(), line: try reader.integer())
    }

    fileprivate func write(to writer: inout FieldWriter) {
        writer.text(pattern)
        Self.write(place, to: &writer)
        writer.list(scripts.sorted { $0.key.rawValue < $1.key.rawValue }) { writer, entry in
            writer.text(entry.key.rawValue)
            writer.text(entry.value.text)
            Self.write(entry.value.place, to: &writer)
        }
        writer.flag(sharesScripts)
        writer.text(compression.command)
        writer.list(compression.options) { $0.text($1) }
        writer.optional(shredPasses) { $0.number($1) }
        writer.optional(actor) { writer, actor in
            writer.text(actor.user)
            writer.text(actor.group)
        }
    }

    private static func write(_ place: ConfigurationPlace, to writer: inout FieldWriter) {
        writer.text(place.file)
        writer.number(place.line)
    }
}
