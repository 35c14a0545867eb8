/// Values of JSON that nobody wants, passed over and checked (RFC 8259). All return the byte behind the value, or nil with
/// the fault noted.
@safe
struct JSONValues {
    typealias Bytes = ByteScan.Bytes

    /// How deep objects and arrays may lie in each other, the line's own object included.
    static let deepest = 128

    /// The first byte that did not fit, and what should have stood there. Meaningful once a function returned nil.
    var place: Bytes
    var expected: StaticString = "an object"

    /// Invariant for the caller of all functions: a line feed lies at or behind the given byte, with ``Chunk/padding``
    /// readable bytes behind it; no scan passes it.
    init(_ start: Bytes) { unsafe place = start }

    @inline(never)
    mutating func fail(_ at: Bytes, _ expected: StaticString) -> Bytes? {
        unsafe place = at
        self.expected = expected
        return nil
    }

    @inline(__always)
    static func space(_ start: Bytes) -> Bytes {
        var at = unsafe start
        while unsafe LineWalk.isBlank(at.pointee) { unsafe at += 1 }
        return unsafe at
    }

    /// From behind the opening quote to behind the closing one.
    @inline(__always)
    mutating func string(_ start: Bytes, _ escaped: inout Bool) -> Bytes? {
        var fault: StaticString?
        let end = unsafe JSONText.end(start, escaped: &escaped, fault: &fault)
        if let fault { return unsafe fail(end, fault) }
        return unsafe end + 1
    }

    /// A number (§6): no leading zero, no bare point.
    @inline(__always)
    mutating func number(_ start: Bytes) -> Bytes? {
        var at = unsafe start
        if unsafe at.pointee == 0x2d { unsafe at += 1 }
        let isZero = unsafe at.pointee == 0x30
        guard let whole = unsafe digits(at) else { return nil }
        if unsafe isZero && whole > at + 1 { return unsafe fail(at + 1, "no digit behind a leading 0") }
        unsafe at = whole
        if unsafe at.pointee == 0x2e {
            guard let fraction = unsafe digits(at + 1) else { return nil }
            unsafe at = fraction
        }
        if unsafe at.pointee | 0x20 == UInt8(ascii: "e") {
            unsafe at += 1
            if unsafe at.pointee == 0x2b || at.pointee == 0x2d { unsafe at += 1 }
            return unsafe digits(at)
        }
        return unsafe at
    }

    @inline(__always)
    private mutating func digits(_ start: Bytes) -> Bytes? {
        var at = unsafe start
        while unsafe LineWalk.isDigit(at.pointee) { unsafe at += 1 }
        return unsafe at > start ? at : fail(at, "a digit")
    }

    /// `true`, `false` or `null`.
    @inline(__always)
    mutating func literal(_ start: Bytes) -> Bytes? {
        let word = unsafe ByteScan.load32(start)
        if word == 0x6575_7274 || word == 0x6c6c_756e { return unsafe start + 4 }
        if unsafe word == 0x736c_6166 && start[4] == UInt8(ascii: "e") { return unsafe start + 5 }
        return unsafe fail(start, "a value")
    }

    /// A value that is no object or array.
    @inline(__always)
    mutating func scalar(_ start: Bytes, _ escaped: inout Bool) -> Bytes? {
        let byte = unsafe start.pointee
        if byte == 0x22 { return unsafe string(start + 1, &escaped) }
        if byte == 0x2d || LineWalk.isDigit(byte) { return unsafe number(start) }
        return unsafe literal(start)
    }

    /// Any value, `depth` objects and arrays deep.
    mutating func skip(_ start: Bytes, depth: Int) -> Bytes? {
        var escaped = false
        let byte = unsafe start.pointee
        return unsafe byte == 0x7b || byte == 0x5b ? container(start, depth) : scalar(start, &escaped)
    }

    /// An object or array with all that is in it, without recursion: a bit a level says whether it is an object.
    private mutating func container(_ start: Bytes, _ depth: Int) -> Bytes? {
        var levels: UInt128 = 0
        var depth = depth
        let outer = depth
        var at = unsafe start
        var escaped = false
        while true {
            // A value.
            let byte = unsafe at.pointee
            if byte == 0x7b || byte == 0x5b {
                guard depth < Self.deepest else { return unsafe fail(at, "at most 128 levels") }
                depth += 1
                levels = levels << 1 | (byte == 0x7b ? 1 : 0)
                unsafe at = Self.space(at + 1)
                // `}` and `]` are two above their opening.
                if unsafe at.pointee != byte &+ 2 {
                    if byte == 0x7b {
                        guard let next = unsafe key(at) else { return nil }
                        unsafe at = next
                    }
                    continue
                }
            } else {
                guard let next = unsafe scalar(at, &escaped) else { return nil }
                unsafe at = Self.space(next)
            }
            // What may follow it: ends of containers, or a comma.
            while true {
                let isObject = levels & 1 == 1
                let byte = unsafe at.pointee
                if byte == 0x2c { break }
                guard byte == (isObject ? 0x7d : 0x5d) else { return unsafe fail(at, isObject ? ", or }" : ", or ]") }
                unsafe at += 1
                depth -= 1
                levels >>= 1
                if depth == outer { return unsafe at }
                unsafe at = Self.space(at)
            }
            unsafe at = Self.space(at + 1)
            if levels & 1 == 1 {
                guard let next = unsafe key(at) else { return nil }
                unsafe at = next
            }
        }
    }

    /// A key and its colon.
    private mutating func key(_ start: Bytes) -> Bytes? {
        var escaped = false
        guard unsafe start.pointee == 0x22 else { return unsafe fail(start, "a key in quotes") }
        guard let end = unsafe string(start + 1, &escaped) else { return nil }
        return unsafe colon(end)
    }

    @inline(__always)
    mutating func colon(_ start: Bytes) -> Bytes? {
        var at = unsafe start
        if unsafe at.pointee != 0x3a {
            unsafe at = Self.space(at)
            guard unsafe at.pointee == 0x3a else { return unsafe fail(at, ":") }
        }
        unsafe at += 1
        return unsafe at.pointee <= 0x20 ? Self.space(at) : at
    }
}
