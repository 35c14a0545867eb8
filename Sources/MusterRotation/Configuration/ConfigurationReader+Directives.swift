internal import MusterCore

/// Directives and their values.
extension ConfigurationReader {
    mutating func directive(_ cursor: inout ConfigurationCursor) {
        let place = cursor.place
        let word = cursor.word()
        let name = String(decoding: word.prefix(64), as: UTF8.self)
        guard let directive = word.count <= 64 ? Directive.named[name] : nil else { return unknown(name, &cursor) }
        guard cursor.isAfterWord else {
            fault(.malformed, cursor, "a blank is missing behind \(name); write \(directive.example)")
            skipBrokenLine(&cursor)
            return suspect(directive, at: place)
        }
        do throws(BadValue) {
            try perform(directive, at: place, &cursor)
        } catch {
            note(.badValue, place.description, "\(name): \(error.text); write \(directive.example)")
            suspect(directive, at: place)
        }
    }

    private mutating func unknown(_ name: String, _ cursor: inout ConfigurationCursor) {
        let near = notes.isFull ? nil : NearestWord.of(name, among: Directive.all.lazy.map(\.name))
        let hint = near.map { "did you mean \"\($0)\"?" } ?? "remove it, or write an absolute path"
        let place = cursor.place
        fault(.unknownDirective, cursor, "no directive is called \(DirectiveValues.shown(name)); \(hint)")
        if let near, Directive.isScript(near), isInStanza {
            _ = cursor.script()
        } else {
            skipBrokenLine(&cursor)
            if let near = near.flatMap({ Directive.named[$0] }) { suspect(near, at: place) }
            if stanza == nil, notes.isFull { doubt.addToAll(place.description) }
        }
    }

    private mutating func perform(
        _ directive: Directive, at place: ConfigurationPlace, _ cursor: inout ConfigurationCursor
    ) throws(BadValue) {
        switch directive.action {
        case .flag(let change):
            try expectNoValue(&cursor)
            apply { change(&$0) }
        case .optionalNumber(let range, let change):
            let number = try optionalNumber(range, &cursor)
            apply { change(&$0, number) }
        case .script(let kind):
            try script(kind, at: place, &cursor)
        case .unsupported(let hasValue, let hint):
            if hasValue, try value(&cursor).isEmpty { throw BadValue("the value is missing") }
            notes.warning(place.description, "\(directive.name) has no effect: \(hint)")
        case .include:
            try include(try value(&cursor), at: place)
        case .tabooEndings, .tabooPatterns:
            let text = try value(&cursor)
            guard stanza == nil else {
                doubt.suspectFolders(at: place.description)
                throw BadValue("it stands within a stanza, and belongs before it")
            }
            var areEndings = false
            if case .tabooEndings = directive.action { areEndings = true }
            try taboo.change(text, areEndings: areEndings)
        default:
            try change(directive.action, try value(&cursor))
        }
    }

    /// Directives with a value in the rest of their line.
    private mutating func change(_ action: Directive.Action, _ text: String) throws(BadValue) {
        switch action {
        case .number(let range, let change):
            let number = try DirectiveValues.number(text, in: range)
            apply { change(&$0, number) }
        case .size(let change):
            let size = try DirectiveValues.size(text)
            apply { change(&$0, size) }
        case .line(let change):
            guard !text.isEmpty else { throw BadValue("the value is missing") }
            apply { change(&$0, text) }
        case .text(let change):
            let word = try DirectiveValues.word(text)
            apply { change(&$0, word) }
        case .path(let change):
            let path = fromHome(try DirectiveValues.word(text))
            apply { change(&$0, path) }
        case .words(let change):
            let words = try DirectiveValues.words(text)
            apply { change(&$0, words) }
        case .ownership(let change):
            let ownership = try DirectiveValues.ownership(try DirectiveValues.words(text))
            apply { change(&$0, ownership) }
        case .actor:
            let words = try DirectiveValues.words(text)
            guard words.count == 2 else { throw BadValue("\(DirectiveValues.shown(text)) is not a user and a group") }
            apply { $0.actor = RotationSettings.Actor(user: words[0], group: words[1]) }
        case .flag, .optionalNumber, .script, .unsupported, .include, .tabooEndings, .tabooPatterns: break
        }
    }

    private mutating func apply(_ change: (inout RotationSettings) -> Void) {
        guard stanza != nil else {
            change(&globals)
            return doubt.apply(change)
        }
        change(&stanza!.settings)
        for index in stanza!.alternatives.indices { change(&stanza!.alternatives[index]) }
    }

    // MARK: Values

    /// The value in the rest of the line, which may be empty.
    private func value(_ cursor: inout ConfigurationCursor) throws(BadValue) -> String {
        try DirectiveValues.text(cursor.restOfLine(inStanza: isInStanza, afterEqualsSign: true))
    }

    private mutating func expectNoValue(_ cursor: inout ConfigurationCursor) throws(BadValue) {
        cursor.skipBlanks()
        guard cursor.byte == UInt8(ascii: "=") else { return }
        let text = try value(&cursor)
        guard text.isEmpty else { throw BadValue("it stands alone, without \(DirectiveValues.shown(text))") }
    }

    private func optionalNumber(
        _ range: ClosedRange<Int>, _ cursor: inout ConfigurationCursor
    ) throws(BadValue) -> Int? {
        cursor.skipBlanks()
        guard let byte = cursor.byte, byte.isDigit || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "-") else {
            return nil
        }
        return try DirectiveValues.number(try value(&cursor), in: range)
    }

    private mutating func script(
        _ kind: ScriptKind, at place: ConfigurationPlace, _ cursor: inout ConfigurationCursor
    ) throws(BadValue) {
        guard let bytes = cursor.script() else {
            suspect(.script(kind), at: place)
            return note(
                .malformed, place.description,
                "\(kind.rawValue) has no end; write endscript on a line behind its commands")
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            suspect(.script(kind), at: place)
            return note(.badValue, place.description, "the script of \(kind.rawValue) is no UTF-8 text; write one")
        }
        apply { $0.set(kind, RotationSettings.Script(text: text, place: place)) }
    }

    private mutating func include(_ text: String, at place: ConfigurationPlace) throws(BadValue) {
        let words = try DirectiveValues.words(text)
        guard words.count == 1, let path = words.first, !path.isEmpty else {
            throw BadValue("\(DirectiveValues.shown(text)) is not one path")
        }
        read(fromHome(path), from: place.description)
    }

    private func fromHome(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home else { return path }
        return home + path.dropFirst()
    }
}
