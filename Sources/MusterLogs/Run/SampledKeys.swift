/// The keys that the first lines of JSON or logfmt have, however deep, with their different values: what to ask of a log of
/// which nothing else is known, and what somebody may have meant.
package struct SampledKeys: Sendable {
    private struct Key {
        var lines = 0
        var values: Set<[UInt8]> = []
        /// Whether a value was long, or there were others than texts and numbers.
        var isOdd = false
    }

    private static let keyLimit = 500
    private static let lineLimit = 500
    private static let depthLimit = 6
    private static let longestValue = 120

    private var keys: [String: Key] = [:]
    private var lines = 0

    /// Names of all keys, dots between those inside each other.
    package var names: [String] { keys.keys.sorted() }

    /// Keys of most lines whose values repeat, those of several values first, at most `count` of them.
    func repeating(_ count: Int) -> [String] {
        let found = keys.filter { name, key in
            !key.isOdd && key.lines * 2 > lines && key.values.count * 2 <= key.lines && !TimeNames.all.contains(name)
        }
        let sorted = found.sorted { left, right in
            let (a, b) = (left.value.values.count > 1, right.value.values.count > 1)
            if a != b { return a }
            if left.value.lines != right.value.lines { return left.value.lines > right.value.lines }
            return left.key < right.key
        }
        return sorted.prefix(count).map(\.key)
    }

    /// Takes the lines of a log's beginning; the last only where it is whole or the only one.
    mutating func take(_ head: [UInt8]) {
        let whole = head.lastIndex(of: 0x0a).map { head[...$0] } ?? head[...]
        for text in whole.split(separator: 0x0a).prefix(Self.lineLimit) where keys.count < Self.keyLimit {
            let line = text.drop { $0 == 0 }
            let first = line.first { $0 != 0x20 && $0 != 0x09 }
            lines += 1
            if first == UInt8(ascii: "{") { takeJSON(Array(line)) } else { takePairs(line) }
        }
    }

    private mutating func note(_ name: String, _ value: ArraySlice<UInt8>, isOdd: Bool = false) {
        guard keys.count < Self.keyLimit || keys[name] != nil else { return }
        keys[name, default: Key()].lines += 1
        keys[name]?.values.insert(Array(value.prefix(Self.longestValue)))
        if isOdd || value.count >= Self.longestValue { keys[name]?.isOdd = true }
    }

    /// `k=v k="v w"`; what is in quotes is not looked at closely.
    private mutating func takePairs(_ line: ArraySlice<UInt8>) {
        var rest = line
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
            let start = rest[..<equals].lastIndex(of: 0x20).map { $0 + 1 } ?? rest.startIndex
            let name = String(decoding: rest[start..<equals], as: UTF8.self)
            rest = rest[(equals + 1)...]
            let isQuoted = rest.first == UInt8(ascii: "\"")
            if isQuoted { rest = rest.dropFirst() }
            let end = rest.firstIndex(of: isQuoted ? UInt8(ascii: "\"") : 0x20) ?? rest.endIndex
            if !name.isEmpty { note(name, rest[..<end]) }
            rest = rest[end...]
        }
    }

    private mutating func takeJSON(_ line: [UInt8]) {
        var walk = JSONWalk(bytes: line)
        _ = walk.value("", Self.depthLimit) { note($0, line[$1], isOdd: $2) }
    }
}

/// Goes over a JSON value, roughly: what is no JSON ends it.
private struct JSONWalk {
    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Calls with the path and the place of every text and number in a value; objects and arrays that are not gone into are
    /// odd. False where it is no JSON.
    mutating func value(_ path: String, _ depth: Int, _ body: (String, Range<Int>, _ isOdd: Bool) -> Void) -> Bool {
        skipBlanks()
        guard at < bytes.count else { return false }
        let start = at
        switch bytes[at] {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth > 0 else { return false }
            return members(path, isObject: bytes[at] == UInt8(ascii: "{"), depth, body)
        case UInt8(ascii: "\""):
            guard text() else { return false }
            body(path, start + 1..<at - 1, false)
        default:
            while at < bytes.count, !Self.ends(bytes[at]) { at += 1 }
            guard at > start else { return false }
            if bytes[start..<at].elementsEqual("null".utf8) { return true }
            body(path, start..<at, false)
        }
        return true
    }

    private mutating func members(
        _ path: String, isObject: Bool, _ depth: Int, _ body: (String, Range<Int>, _ isOdd: Bool) -> Void
    ) -> Bool {
        at += 1
        var index = 0
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        while true {
            skipBlanks()
            guard at < bytes.count else { return false }
            if bytes[at] == close { break }
            var name = String(index)
            if isObject {
                let start = at
                guard bytes[at] == UInt8(ascii: "\""), text() else { return false }
                name = String(decoding: bytes[start + 1..<at - 1], as: UTF8.self)
                skipBlanks()
                guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return false }
                at += 1
            }
            guard value(path.isEmpty ? name : path + "." + name, depth - 1, body) else { return false }
            skipBlanks()
            guard at < bytes.count else { return false }
            if bytes[at] == UInt8(ascii: ",") { at += 1 } else if bytes[at] != close { return false }
            index += 1
        }
        at += 1
        return true
    }

    /// Passes over a text with its quotes.
    private mutating func text() -> Bool {
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
        return at <= bytes.count
    }

    private mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte == 0x20
    }
}
