/// The content of a TZif file (RFC 9636), all versions. Of versions from 2 on the second block counts, whose times have
/// 64 bits, and the footer. Bounded and checked: any bytes are a file or a fault.
struct TimeZoneFile {
    var transitions: [Int64] = []
    var offsets: [Int64] = []
    var firstOffset: Int64 = 0
    var footer: TimeZoneFooter?

    static let magic = Array("TZif".utf8)
    private static let headerLength = 44
    private static let mostTransitions = 10_000

    /// UTC.
    init() {}

    /// The six counts of a header.
    private struct Counts {
        var utc, standard, leap, time, type, character: Int

        func length(_ timeSize: Int) -> Int {
            time * (timeSize + 1) + type * 6 + character + leap * (timeSize + 4) + standard + utc
        }
    }

    init(_ bytes: [UInt8]) throws(TimeZoneFault) {
        let first = try Self.counts(bytes, at: 0)
        guard bytes[4] >= UInt8(ascii: "2") else {
            try block(bytes, at: Self.headerLength, first, timeSize: 4)
            return
        }
        let second = Self.headerLength + first.length(4)
        let counts = try Self.counts(bytes, at: second)
        try block(bytes, at: second + Self.headerLength, counts, timeSize: 8)
        try tail(bytes, at: second + Self.headerLength + counts.length(8))
    }

    private static func counts(_ bytes: [UInt8], at start: Int) throws(TimeZoneFault) -> Counts {
        guard start + headerLength <= bytes.count, bytes[start..<start + 4].elementsEqual(magic) else { throw damage }
        func count(_ index: Int) -> Int { Int(number(bytes, start + 20 + 4 * index, 4) & 0xffff_ffff) }
        let counts = Counts(
            utc: count(0), standard: count(1), leap: count(2), time: count(3), type: count(4), character: count(5))
        guard counts.time <= mostTransitions, (1...256).contains(counts.type), counts.character <= 10_000,
            counts.leap <= 10_000, counts.standard <= 256, counts.utc <= 256
        else {
            throw damage
        }
        return counts
    }

    private mutating func block(
        _ bytes: [UInt8], at start: Int, _ counts: Counts, timeSize: Int
    ) throws(TimeZoneFault) {
        guard start + counts.length(timeSize) <= bytes.count else { throw Self.damage }
        guard counts.leap == 0 else {
            throw TimeZoneFault("this zone counts leap seconds; name the one without right/ before it")
        }
        let indices = start + counts.time * timeSize
        let types = indices + counts.time
        var typeOffsets: [Int64] = []
        for type in 0..<counts.type {
            let offset = Self.number(bytes, types + 6 * type, 4)
            guard abs(offset) < 26 * 3600 else { throw Self.damage }
            typeOffsets.append(offset)
        }
        firstOffset = typeOffsets[0]
        for index in 0..<counts.time {
            let time = Self.number(bytes, start + index * timeSize, timeSize)
            let type = Int(bytes[indices + index])
            guard type < typeOffsets.count, transitions.last.map({ $0 < time }) ?? true else { throw Self.damage }
            transitions.append(time)
            offsets.append(typeOffsets[type])
        }
    }

    /// The POSIX TZ string between two line feeds; empty where nothing is known beyond the last transition.
    private mutating func tail(_ bytes: [UInt8], at start: Int) throws(TimeZoneFault) {
        guard start < bytes.count, bytes[start] == 10, let end = bytes[(start + 1)...].firstIndex(of: 10) else {
            throw Self.damage
        }
        if end == start + 1 { return }
        guard let footer = TimeZoneFooter(Array(bytes[(start + 1)..<end])) else { throw Self.damage }
        self.footer = footer
    }

    /// A big-endian number with its sign. Invariant for the caller: its bytes are there.
    private static func number(_ bytes: [UInt8], _ start: Int, _ size: Int) -> Int64 {
        let bits = bytes[start..<start + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return size == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }

    private static var damage: TimeZoneFault { TimeZoneFault("this is no time zone file, or it is damaged") }
}
