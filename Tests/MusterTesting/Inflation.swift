/// Inflates a deflate stream (RFC 1951), bit by bit: a second opinion on what zlib makes.
struct Inflation {
    private let bytes: [UInt8]
    /// In bits.
    private var at: Int
    private var output: [UInt8] = []

    init(_ bytes: [UInt8], at offset: Int) {
        self.bytes = bytes
        at = offset * 8
    }

    /// Where the stream ends, in whole bytes.
    var end: Int { (at + 7) / 8 }

    /// Nil where it is damaged.
    mutating func run() -> [UInt8]? {
        while true {
            guard let isLast = bits(1), let kind = bits(2) else { return nil }
            let isWhole =
                switch kind {
                case 0: stored()
                case 1: coded(Self.fixed, Code(Array(repeating: 5, count: 30)))
                case 2: dynamic()
                default: false
                }
            if !isWhole { return nil }
            if isLast == 1 { return output }
        }
    }

    private mutating func bits(_ count: Int) -> Int? {
        guard at + count <= bytes.count * 8 else { return nil }
        var value = 0
        for index in 0..<count {
            value |= Int(bytes[at / 8] >> UInt8(at % 8) & 1) << index
            at += 1
        }
        return value
    }

    private mutating func stored() -> Bool {
        at = end * 8
        guard let count = bits(16), let inverse = bits(16), count ^ inverse == 0xffff, end + count <= bytes.count else {
            return false
        }
        output += bytes[end..<end + count]
        at += count * 8
        return true
    }

    // MARK: Codes

    /// Symbols by the length and value of their codes (§3.2.2).
    private struct Code {
        private var symbols: [Int: Int] = [:]

        init(_ lengths: [Int]) {
            var next = 0
            for length in 1...15 {
                next <<= 1
                for (symbol, own) in lengths.enumerated() where own == length {
                    symbols[length << 16 | next] = symbol
                    next += 1
                }
            }
        }

        func symbol(_ length: Int, _ value: Int) -> Int? { symbols[length << 16 | value] }
    }

    private static let fixed = Code(
        Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112) + Array(repeating: 7, count: 24)
            + Array(repeating: 8, count: 8))

    private mutating func symbol(_ code: Code) -> Int? {
        var value = 0
        for length in 1...15 {
            guard let bit = bits(1) else { return nil }
            value = value << 1 | bit
            if let symbol = code.symbol(length, value) { return symbol }
        }
        return nil
    }

    /// The order in which the lengths of the codes for lengths come (§3.2.7).
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private mutating func dynamic() -> Bool {
        guard let literals = bits(5), let distances = bits(5), let count = bits(4) else { return false }
        var lengths = Array(repeating: 0, count: 19)
        for index in 0..<count + 4 {
            guard let length = bits(3) else { return false }
            lengths[Self.order[index]] = length
        }
        let code = Code(lengths)
        var all: [Int] = []
        while all.count < literals + 257 + distances + 1 {
            guard let symbol = symbol(code) else { return false }
            guard symbol >= 16 else {
                all.append(symbol)
                continue
            }
            let (extra, base) = symbol == 16 ? (2, 3) : symbol == 17 ? (3, 3) : (7, 11)
            guard let more = bits(extra), symbol > 16 || !all.isEmpty else { return false }
            all += Array(repeating: symbol == 16 ? all[all.count - 1] : 0, count: base + more)
        }
        return coded(Code(Array(all[..<(literals + 257)])), Code(Array(all[(literals + 257)...])))
    }

    // MARK: Texts

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]

    private mutating func coded(_ literals: Code, _ distances: Code) -> Bool {
        while let symbol = symbol(literals) {
            if symbol == 256 { return true }
            if symbol < 256 {
                output.append(UInt8(symbol))
                continue
            }
            let index = symbol - 257
            guard index < 29, let more = bits(index < 8 || index == 28 ? 0 : index / 4 - 1),
                let far = self.symbol(distances), far < 30, let further = bits(far < 4 ? 0 : far / 2 - 1)
            else { return false }
            let distance = Self.distanceBases[far] + further
            guard distance <= output.count else { return false }
            for _ in 0..<Self.lengthBases[index] + more { output.append(output[output.count - distance]) }
        }
        return false
    }
}
