/// DER written by hand, so that it may also say what no library would write.
enum WrittenDER {
    static func node(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] { node(tag, parts) }

    static func node(_ tag: UInt8, _ parts: [[UInt8]]) -> [UInt8] {
        let content = parts.flatMap { $0 }
        guard content.count > 127 else { return [tag, UInt8(content.count)] + content }
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { node(0x30, parts) }
    static func sequence(_ parts: [[UInt8]]) -> [UInt8] { node(0x30, parts) }

    /// In the fewest octets of two's complement.
    static func integer(_ value: Int) -> [UInt8] {
        var octets = (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        while octets.count > 1, octets[0] == 0 && octets[1] < 0x80 || octets[0] == 0xFF && octets[1] >= 0x80 {
            octets.removeFirst()
        }
        return node(2, octets)
    }

    static let null: [UInt8] = [5, 0]
    static let `true`: [UInt8] = [1, 1, 0xFF]
    static let `false`: [UInt8] = [1, 1, 0]

    /// From its dotted form.
    static func identifier(_ dotted: String) -> [UInt8] {
        let arcs = dotted.split(separator: ".").compactMap { Int($0) }
        var content: [UInt8] = []
        for arc in [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2) {
            var octets = [UInt8(arc & 0x7F)]
            var rest = arc >> 7
            while rest > 0 {
                octets.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
                rest >>= 7
            }
            content += octets
        }
        return node(6, content)
    }

    static func bits(_ octets: [UInt8], unused: UInt8 = 0) -> [UInt8] { node(3, [unused], octets) }
    static func octets(_ octets: [UInt8]) -> [UInt8] { node(4, octets) }
    static func utf8(_ text: String) -> [UInt8] { node(12, Array(text.utf8)) }
    static func printable(_ text: String) -> [UInt8] { node(19, Array(text.utf8)) }
    static func time(_ text: String) -> [UInt8] { node(text.utf8.count > 13 ? 24 : 23, Array(text.utf8)) }

    /// A name of one attribute, the common name unless told otherwise.
    static func name(_ text: String, _ attribute: String = "2.5.4.3") -> [UInt8] { name(utf8(text), attribute) }

    static func name(_ value: [UInt8], _ attribute: String = "2.5.4.3") -> [UInt8] {
        sequence(node(0x31, sequence(identifier(attribute), value)))
    }

    // MARK: Names of every kind (RFC 5280 §4.2.1.6)

    static func dns(_ text: String) -> [UInt8] { node(0x82, Array(text.utf8)) }
    static func email(_ text: String) -> [UInt8] { node(0x81, Array(text.utf8)) }
    static func uri(_ text: String) -> [UInt8] { node(0x86, Array(text.utf8)) }
    static func ip(_ octets: [UInt8]) -> [UInt8] { node(0x87, octets) }
    static func directory(_ name: [UInt8]) -> [UInt8] { node(0xA4, name) }
    static let registered = node(0x88, [0x2A, 3])
    static let otherName = node(0xA0, identifier("1.2.3"), node(0xA0, utf8("x")))

    static func constraints(permitted: [[UInt8]] = [], excluded: [[UInt8]] = []) -> [UInt8] {
        sequence(
            [(0xA0, permitted), (0xA1, excluded)].compactMap { tag, names in
                names.isEmpty ? nil : node(tag, names.map { sequence($0) })
            })
    }
}
