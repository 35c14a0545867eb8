internal import CMusterScan
internal import Glibc

/// Fixed bytes that are looked for, some bytes at a time. Invariant: one byte at least, and ``longest`` at most.
struct Literal: Sendable {
    let bytes: [UInt8]
    /// Two places in it that are rare in texts.
    private let rare: (Int, Int)

    /// Looking at a longer one would cost more than it saves, and each place costs a comparison of so many bytes at most.
    static let longest = 32

    init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count <= Self.longest else { return nil }
        self.bytes = bytes
        let places = bytes.indices.sorted { (Self.rank(bytes[$0]), $0) < (Self.rank(bytes[$1]), $1) }
        rare = (places[0], places.count > 1 ? places[1] : 0)
    }

    /// How common a byte is in logs, about.
    private static func rank(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "e"), UInt8(ascii: "a"), UInt8(ascii: "t"), UInt8(ascii: "i"),
            UInt8(ascii: "o"), UInt8(ascii: "n"), UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "0"):
            3
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-")...UInt8(ascii: "9"): 2
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 1
        default: 0
        }
    }

    /// Where it stands first, from a place on.
    func find(in text: PatternText, from start: Int) -> Int? {
        guard start + bytes.count <= text.count else { return nil }
        // Invariant: as many bytes are searched as the text has from there, and the places are in the literal.
        if bytes.count == 1 {
            guard let found = unsafe memchr(text.start + start, Int32(bytes[0]), text.count - start) else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(text.start)
        }
        let found = unsafe bytes.withUnsafeBufferPointer { needle -> Int in
            guard let base = needle.baseAddress else { return -1 }
            return unsafe cms_find(text.start + start, text.count - start, base, needle.count, rare.0, rare.1)
        }
        return found < 0 ? nil : start + found
    }
}

/// What keeps a state of an automaton going round, in a form that many bytes can be asked at a time.
struct ByteSkip {
    /// Three bytes that end it, and below which number, signed, all do; packed for a table.
    let packed: Int32

    /// No state goes round long enough, or too many different bytes end it.
    static let none: Int32 = 0
    /// Not asked yet.
    static let unknown: Int32 = -1
    /// In a search that waits for a literal.
    static let literal: Int32 = 1

    /// Rounds that make it worth while to find out what ends them.
    static let leastRounds = 16

    /// For the bytes that end it, by their number.
    init(_ ends: [Bool]) {
        let low = (0..<128).filter { ends[$0] }
        let hasHigh = (128..<256).contains { ends[$0] }
        let singles = low.suffix(3)
        // What is below may stop it without need, so it is to be rare.
        let limit = low.count > 3 ? low[low.count - 4] + 1 : hasHigh ? 0 : -128
        guard limit <= 33 else {
            packed = Self.none
            return
        }
        let bytes = Array(singles) + Array(repeating: singles.last ?? 0xff, count: 3 - singles.count)
        packed = Int32(bytes[0] | 1 << 7 | bytes[1] << 8 | bytes[2] << 16 | max(0, limit + 1) << 24)
    }

    /// The first place from `at` that may end it, `stop` at most.
    @inline(__always)
    static func skip(_ packed: Int32, _ text: PatternText, _ at: Int, _ stop: Int) -> Int {
        var at = at
        let (a, b, c) = (UInt8(packed & 0x7f), UInt8(packed >> 8 & 0xff), UInt8(packed >> 16 & 0xff))
        let low = packed < 1 << 24 ? Int8.min : Int8((packed >> 24) - 1)
        // Invariant: no vector reaches beyond `stop`.
        while at &+ Int(CMS_WIDTH) <= stop {
            let mask = unsafe cms_match3_low(text.start + at, a, b, c, low)
            if mask != 0 { return at &+ mask.trailingZeroBitCount }
            at &+= Int(CMS_WIDTH)
        }
        return at
    }
}
