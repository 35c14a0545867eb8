internal import MusterCore

/// Addresses with a common beginning: `10.0.0.0/8`, `2001:db8::/32`. An IPv4 address that is written as IPv6
/// (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) counts as IPv4.
struct AddressBlock: Hashable, Sendable {
    /// The first address.
    let base: IPAddress
    /// Bits that its addresses have in common.
    let length: Int

    /// The block of some length around an address. Traps where there is no such length.
    init(_ address: IPAddress, length: Int) {
        self.length = length
        switch Self.plain(address) {
        case .v4(let value):
            precondition((0...32).contains(length))
            base = .v4(value & Self.mask32(length))
        case .v6(let high, let low):
            precondition((0...128).contains(length))
            base = .v6(high: high & Self.mask64(length), low: low & Self.mask64(length - 64))
        }
    }

    /// Reads `address` or `address/length`; nil where the text is neither.
    init?(text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(text: String(parts[0])).map(Self.plain) else { return nil }
        let longest = Self.longest(address)
        guard parts.count > 1 else {
            self.init(address, length: longest)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ $0 &- 48 < 10 }),
            let length = Int(parts[1]), length <= longest
        else { return nil }
        self.init(address, length: length)
    }

    func contains(_ address: IPAddress) -> Bool {
        switch (base, Self.plain(address)) {
        case (.v4(let start), .v4(let value)):
            return value & Self.mask32(length) == start
        case (.v6(let startHigh, let startLow), .v6(let high, let low)):
            return high & Self.mask64(length) == startHigh && low & Self.mask64(length - 64) == startLow
        default:
            return false
        }
    }

    /// `192.0.2.0/24`
    var text: String { "\(base.text)/\(length)" }

    /// The address that bytes of a log are, with a port, brackets and a zone or without; nil where they are none.
    static func address(_ text: Text) -> IPAddress? {
        if let address = bare(text) { return address }
        let plain = AddressText.withoutZone(AddressText.plain(text))
        return plain.count < text.count ? bare(plain) : nil
    }

    private static func bare(_ text: Text) -> IPAddress? {
        // Nothing longer is an address.
        guard text.count >= 2, text.count <= 45 else { return nil }
        // Invariant: the text's bytes outlive the call.
        let bytes = unsafe UnsafeBufferPointer(start: text.start, count: text.count)
        return unsafe IPAddress(ascii: bytes.span).map(plain)
    }

    /// An IPv4 address in IPv6's clothes as what it is.
    private static func plain(_ address: IPAddress) -> IPAddress {
        if case .v6(0, let low) = address, low >> 32 == 0xffff { return .v4(UInt32(truncatingIfNeeded: low)) }
        return address
    }

    private static func longest(_ address: IPAddress) -> Int {
        if case .v4 = address { 32 } else { 128 }
    }

    /// As many leading ones; none for a negative length. Smart shifts: a shift by all bits leaves zero.
    private static func mask32(_ length: Int) -> UInt32 { ~0 << UInt32(32 - length) }
    private static func mask64(_ length: Int) -> UInt64 { ~0 << UInt64(64 - min(max(length, 0), 64)) }
}

/// The network that an address is in, as a key.
enum NetworkText {
    /// Lengths where nothing else is asked for.
    static let defaultLengths = (v4: 24, v6: 48)

    /// `192.0.2.0/24`; a text that is no address stays what it is.
    static func network(_ text: Text, v4: Int, v6: Int, _ scratch: inout Scratch) -> Text {
        guard let address = AddressBlock.address(text) else { return text }
        switch address {
        case .v4: return write(AddressBlock(address, length: v4), &scratch)
        case .v6: return scratch.copy(Array(AddressBlock(address, length: v6).text.utf8))
        }
    }

    private static func write(_ block: AddressBlock, _ scratch: inout Scratch) -> Text {
        guard case .v4(let value) = block.base else { return scratch.copy(Array(block.text.utf8)) }
        // Invariant: four numbers of three digits, a length of two, four separators: 18 bytes.
        return unsafe scratch.make(18) { start in
            var count = 0
            func put(_ number: UInt32, _ separator: UInt8?) {
                if number >= 100 {
                    unsafe start[count] = UInt8(48 + number / 100)
                    count += 1
                }
                if number >= 10 {
                    unsafe start[count] = UInt8(48 + number / 10 % 10)
                    count += 1
                }
                unsafe start[count] = UInt8(48 + number % 10)
                count += 1
                if let separator {
                    unsafe start[count] = separator
                    count += 1
                }
            }
            put(value >> 24, 0x2e)
            put(value >> 16 & 255, 0x2e)
            put(value >> 8 & 255, 0x2e)
            put(value & 255, 0x2f)
            put(UInt32(block.length), nil)
            return count
        }
    }
}

extension Scratch {
    /// A text of these bytes.
    mutating func copy(_ bytes: [UInt8]) -> Text {
        unsafe make(bytes.count) { start in
            // Invariant: as many bytes are written as were asked for.
            for index in bytes.indices { unsafe start[index] = bytes[index] }
            return bytes.count
        }
    }
}
