/// Values of an `in`.
struct ValueSet: Sendable {
    /// All of them as texts.
    var texts: [[UInt8]] = []
    var numbers: [Int64] = []
    /// Numbers that 64 bits cannot hold.
    var wide: [Int128] = []
    var blocks: [AddressBlock] = []
    var source: NumberSource?

    /// Makes it ready to be asked.
    mutating func sort() {
        texts.sort { left, right in
            left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
        }
        numbers.sort()
    }

    func contains(_ text: Text) -> Bool {
        var low = 0
        var high = texts.count
        while low < high {
            let middle = (low + high) / 2
            let order = Self.order(texts[middle], text)
            if order == 0 { return true }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        guard !blocks.isEmpty, let address = AddressBlock.address(text) else { return false }
        return blocks.contains { $0.contains(address) }
    }

    func contains(_ number: Int64) -> Bool {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] == number { return true }
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return false
    }

    /// Less than, equal to or greater than 0: by length, then by bytes.
    private static func order(_ bytes: [UInt8], _ text: Text) -> Int {
        if bytes.count != text.count { return bytes.count < text.count ? -1 : 1 }
        for index in bytes.indices where bytes[index] != text[index] { return bytes[index] < text[index] ? -1 : 1 }
        return 0
    }
}
