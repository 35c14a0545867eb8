internal import Glibc

/// A regular expression over bytes, matched by the C library (POSIX extended, IEEE 1003.1 §9.4, leftmost and longest)
/// without going back, in time that grows with the text, not with its power. ``BytePatternSyntax`` says what of today's
/// notation is translated. A dot matches any byte but a line feed.
///
/// Each user compiles a copy: the library locks an expression while it matches.
@safe
package final class BytePattern {
    /// Names of the groups that have one, by their place in the expression.
    package let names: [String]
    private let groups: [Int]
    // Invariant: compiled by init, freed by deinit only.
    private let regex: UnsafeMutablePointer<regex_t>
    private let places: UnsafeMutablePointer<regmatch_t>
    private let placeCount: Int

    /// Longest text that is searched, in bytes; what lies behind is not looked at. The library keeps a word a byte.
    package static let longestText = 1 << 20

    /// Compiles an expression. Throws where it is malformed or asks for what POSIX cannot do.
    package init(_ pattern: String) throws(LogFormatFault) {
        let syntax = try BytePatternSyntax(pattern)
        names = syntax.names.map(\.name)
        groups = syntax.names.map(\.group)
        placeCount = 1 + (groups.max() ?? 0)
        let regex = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
        unsafe regex.initialize(to: regex_t())
        // Without named groups only whether it matches is asked, which the library knows much sooner.
        let flags = REG_EXTENDED | (syntax.ignoresCase ? REG_ICASE : 0) | (names.isEmpty ? REG_NOSUB : 0)
        let code = unsafe (syntax.output.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            unsafe regcomp(regex, $0.baseAddress, flags)
        }
        guard code == 0 else {
            unsafe regex.deallocate()
            throw LogFormatFault("no regular expression: \(Self.message(code))")
        }
        unsafe self.regex = regex
        unsafe places = .allocate(capacity: placeCount)
        unsafe places.initialize(repeating: regmatch_t(rm_so: -1, rm_eo: -1), count: placeCount)
    }

    deinit {
        unsafe regfree(regex)
        unsafe regex.deallocate()
        unsafe places.deallocate()
    }

    /// The library's words for a code, in the C locale.
    private static func message(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            unsafe regerror(code, nil, buffer.baseAddress, buffer.count)
        }
        return String(decoding: buffer.prefix(max(0, min(count, buffer.count) - 1)).map(UInt8.init), as: UTF8.self)
    }

    /// Whether it matches somewhere in a text.
    package func matches(_ text: Text) -> Bool {
        // Invariant: the library reads only from rm_so to rm_eo, which lie in the text.
        unsafe places[0] = regmatch_t(rm_so: 0, rm_eo: regoff_t(min(text.count, Self.longestText)))
        return unsafe UnsafeRawPointer(text.start).withMemoryRebound(to: CChar.self, capacity: text.count) { start in
            unsafe regexec(regex, start, names.isEmpty ? 0 : placeCount, places, REG_STARTEND) == 0
        }
    }

    /// Where the named group `index` (a place in ``names``) lay in the text that ``matches(_:)`` took last and matched;
    /// nil where it took no part.
    package func capture(_ index: Int) -> Range<Int>? {
        let place = unsafe places[groups[index]]
        return place.rm_so < 0 || place.rm_eo < place.rm_so ? nil : Int(place.rm_so)..<Int(place.rm_eo)
    }
}
