internal import MusterCore

/// Patterns and braces.
extension ConfigurationReader {
    mutating func parse(_ bytes: [UInt8], file: String) {
        var cursor = ConfigurationCursor(bytes, file: file)
        while cursor.skipToStatement(), let byte = cursor.byte {
            switch byte {
            case UInt8(ascii: "}"): closeStanza(&cursor)
            case UInt8(ascii: "{"): openWithoutPattern(&cursor)
            case UInt8(ascii: "/"), UInt8(ascii: "~"), UInt8(ascii: "\""), UInt8(ascii: "'"): openStanza(&cursor)
            case _ where byte.isLetter: directive(&cursor)
            default:
                fault(.malformed, cursor, "a line begins with a directive, a path or a comment; correct or remove it")
                skipBrokenLine(&cursor)
            }
        }
        guard let open = stanza, open.depth == nesting.count else { return }
        note(.malformed, open.place.description, "the stanza has no end; write } on a line behind its directives")
        leaveOut(open.patterns, open.settings, at: open.place)
        stanza = nil
        // What was meant for all stanzas may stand in it.
        doubtGlobals(at: open.place.description)
    }

    mutating func fault(_ code: RotationFault.Code, _ cursor: ConfigurationCursor, _ hint: @autoclosure () -> String) {
        note(code, cursor.place.description, hint())
    }

    /// Whether a stanza of this file is open, so that a `}` may end it.
    var isInStanza: Bool { stanza?.depth == nesting.count }

    /// Over the rest of a line that is not understood. The braces at its end count, so that what follows is read aright, and
    /// the logs that it names stay as they are.
    mutating func skipBrokenLine(_ cursor: inout ConfigurationCursor) {
        let place = cursor.place
        let rest = cursor.restOfLine(inStanza: isInStanza)
        // In a stanza such paths are of directives.
        let patterns = isInStanza ? [] : likelyPatterns(in: rest)
        if stanza == nil, rest.last == UInt8(ascii: "{") { return open(patterns, at: place, isBroken: true) }
        leaveOut(patterns, globals, at: place)
        doubtGlobals(at: place.description)
    }

    private mutating func closeStanza(_ cursor: inout ConfigurationCursor) {
        cursor.advance()
        guard let open = stanza, isInStanza else {
            if stanza == nil { leaveOutFile(at: cursor.place) }
            return fault(
                .malformed, cursor, "nothing is open that this } could close; remove it, or the } that came too early")
        }
        stanza = nil
        if open.isBroken || leavesOut(open) { return leaveOut(open.patterns, open.settings, at: open.place) }
        guard stanzasLeft > 0 else {
            return fault(
                .malformed, cursor, "the stanza is left out: there are more than 100000; write patterns instead")
        }
        stanzasLeft -= 1
        notes.add(RotationStanza(patterns: open.patterns, settings: open.settings, place: open.place))
    }

    /// Keeps the logs of a stanza that is left out from those behind it. Where no more are kept, no more stand.
    private mutating func leaveOut(_ patterns: [String], _ settings: RotationSettings, at place: ConfigurationPlace) {
        guard stanzasLeft > 0, !patterns.isEmpty else { return }
        stanzasLeft -= 1
        notes.leaveOut(RotationStanza(patterns: patterns, settings: settings, place: place))
    }

    private mutating func openWithoutPattern(_ cursor: inout ConfigurationCursor) {
        fault(.malformed, cursor, "no path stands before this {; write the path of a log")
        cursor.advance()
        if stanza == nil { open([], at: cursor.place, isBroken: true) }
    }

    private mutating func open(_ patterns: [String], at place: ConfigurationPlace, isBroken: Bool) {
        stanza = OpenStanza(
            patterns: patterns, settings: globals, alternatives: doubt.alternatives, place: place,
            depth: nesting.count, isBroken: isBroken)
    }

    /// Reads patterns up to their `{`.
    private mutating func openStanza(_ cursor: inout ConfigurationCursor) {
        let place = cursor.place
        if let outer = stanza {
            let hint =
                "a path stands within the stanza of line \(outer.place.line); write } before it, or remove it"
            let isOwn = isInStanza
            fault(.malformed, cursor, isOwn ? hint : "a file that a stanza includes has no paths; include it outside")
            guard isOwn else { return skipBrokenLine(&cursor) }
            leaveOut(outer.patterns, outer.settings, at: outer.place)
            stanza = nil
            // What was meant for all stanzas may stand in the one that has no end.
            doubtGlobals(at: place.description)
        }
        var patterns: [String] = []
        var isBroken = false
        while cursor.skipToStatement(), let byte = cursor.byte {
            if byte == UInt8(ascii: "{") {
                cursor.advance()
                return open(patterns, at: place, isBroken: isBroken)
            }
            if byte == UInt8(ascii: "}") || byte.isLetter && cursor.isFirstInLine {
                fault(.malformed, cursor, "the paths of line \(place.line) have no { behind them; write one")
                if byte.isLetter { return open(patterns, at: place, isBroken: true) }
                leaveOut(patterns, globals, at: place)
                leaveOutFile(at: cursor.place)
                return cursor.advance()
            }
            let start = cursor.index
            do throws(BadValue) {
                patterns.append(try pattern(&cursor))
            } catch {
                isBroken = true
                patterns += likelyPatterns(in: cursor.bytes(from: start))
                fault(.badValue, cursor, "\(error.text); write an absolute path, in quotes where it has blanks")
            }
        }
        note(.malformed, place.description, "the paths have no { behind them; write one, directives and a }")
        leaveOut(patterns, globals, at: place)
    }

    /// What may be patterns in bytes that are not understood.
    private mutating func likelyPatterns(in bytes: ArraySlice<UInt8>) -> [String] {
        let words = bytes.split { $0.isBlank || $0 == .newline || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
        return words.compactMap { word in
            var word = word.drop { $0 != UInt8(ascii: "/") }
            while word.last == UInt8(ascii: "{") { word.removeLast() }
            guard !word.isEmpty, word.count <= GlobPattern.lengthLimit,
                let text = String(validating: word, as: UTF8.self), let count = GlobPattern.alternatives(of: text),
                count <= alternativesLeft
            else { return nil }
            alternativesLeft -= count
            return text
        }
    }

    /// One pattern, with `~/` replaced.
    private mutating func pattern(_ cursor: inout ConfigurationCursor) throws(BadValue) -> String {
        let bytes = try cursor.pattern()
        guard bytes.count <= GlobPattern.lengthLimit else {
            throw BadValue("a path of \(bytes.count) bytes is too long")
        }
        var text = try DirectiveValues.text(bytes[...])
        if text.hasPrefix("~/"), let home { text = GlobPattern.escaped(home) + text.dropFirst() }
        guard text.hasPrefix("/") else { throw BadValue("\(DirectiveValues.shown(text)) does not begin with /") }
        guard let count = GlobPattern.alternatives(of: text) else {
            throw BadValue(
                "\(DirectiveValues.shown(text)) has more than \(GlobPattern.alternativeLimit) alternatives, or too deep ones"
            )
        }
        alternativesLeft -= count
        guard alternativesLeft >= 0 else { throw BadValue("all patterns together have more than 1000000 alternatives") }
        return text
    }
}

extension ConfigurationCursor {
    /// The bytes of a pattern from here on, unquoted. It ends with a blank, a line, or a `{` that does not begin alternatives.
    /// Errors: a quote is not closed in its line; the rest of the line is skipped then.
    mutating func pattern() throws(BadValue) -> [UInt8] {
        var word = QuotedWord(isPattern: true)
        var endOfAlternatives = -1
        while let byte {
            if byte == .newline {
                if word.isQuoting { throw BadValue("a quote, or a backslash, has nothing that closes it") }
                break
            }
            if !word.isQuoting, index > endOfAlternatives {
                if byte.isBlank { break }
                if byte == UInt8(ascii: "{") {
                    guard let end = self.endOfAlternatives() else { break }
                    endOfAlternatives = end
                }
            }
            word.append(byte)
            advance()
        }
        return word.take() ?? []
    }
}
