/// A text with places for what differs from host to host: `https://{name}:8443/{site}`.
///
/// `{name}` is the host's name, `{address}` its address (its name where the inventory gives none), any other word a
/// variable of the host or of its groups; `{{` and `}}` stand for the braces themselves.
package struct Template: Sendable, Hashable {
    package enum Segment: Sendable, Hashable {
        case text([UInt8])
        case name
        case address
        case variable(String)
    }

    /// Why a text is no template.
    package struct Fault: Error, Sendable { package var hint: String }

    package let segments: [Segment]
    /// The text as it was written.
    package let source: String

    /// A template is at most so long, in bytes, and has so many places; with ``valueLimit`` this bounds what it becomes.
    package static let lengthLimit = 65_536
    package static let placeLimit = 128
    /// Bytes of a variable's value at most.
    package static let valueLimit = 8_192

    package init(_ source: String) throws(Fault) {
        guard source.utf8.count <= Self.lengthLimit else {
            throw Fault(hint: "a text of \(source.utf8.count) bytes is too long; write at most \(Self.lengthLimit)")
        }
        self.source = source
        var segments: [Segment] = []
        var literal: [UInt8] = []
        var bytes = Array(source.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "}") {
                guard bytes.first == byte else {
                    throw Fault(hint: "a lone \"}\"; write \"}}\" for the character itself")
                }
                bytes = bytes.dropFirst()
                literal.append(byte)
            } else if byte != UInt8(ascii: "{") {
                literal.append(byte)
            } else if bytes.first == byte {
                bytes = bytes.dropFirst()
                literal.append(byte)
            } else {
                guard let end = bytes.firstIndex(of: UInt8(ascii: "}")) else {
                    throw Fault(
                        hint:
                            "\"{\" is never closed; write {name}, {address}, {variable}, or \"{{\" for the character itself"
                    )
                }
                if !literal.isEmpty { segments.append(.text(literal)) }
                literal = []
                segments.append(try Template.place(String(decoding: bytes[..<end], as: UTF8.self)))
                bytes = bytes[bytes.index(after: end)...]
            }
        }
        if !literal.isEmpty { segments.append(.text(literal)) }
        let places = segments.count { if case .text = $0 { false } else { true } }
        guard places <= Self.placeLimit else {
            throw Fault(hint: "more than \(Self.placeLimit) places in braces; write fewer, of longer variables")
        }
        self.segments = segments
    }

    /// A text without places.
    package init(constant: String) {
        source = constant
        segments = constant.isEmpty ? [] : [.text(Array(constant.utf8))]
    }

    /// A text that is one place alone.
    package init(segment: Segment) {
        switch segment {
        case .text(let bytes): source = String(decoding: bytes, as: UTF8.self)
        case .name: source = "{name}"
        case .address: source = "{address}"
        case .variable(let name): source = "{\(name)}"
        }
        segments = [segment]
    }

    /// The same text for every host, nil where it differs.
    package var constant: String? {
        guard segments.allSatisfy({ if case .text = $0 { true } else { false } }) else { return nil }
        var bytes: [UInt8] = []
        for case .text(let text) in segments { bytes += text }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The variables it needs beside name and address.
    package var variables: [String] {
        segments.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    package func text(for host: Host) -> String {
        var bytes: [UInt8] = []
        append(for: host, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text for one host.
    package func append(for host: Host, to bytes: inout [UInt8]) {
        for segment in segments {
            switch segment {
            case .text(let text): bytes.append(contentsOf: text)
            case .name: host.appendName(to: &bytes)
            case .address: host.appendAddress(to: &bytes)
            case .variable(let name): bytes.append(contentsOf: (host.variable(name) ?? "").utf8)
            }
        }
    }

    private static func place(_ word: String) throws(Fault) -> Segment {
        switch word {
        case "name": return .name
        case "address": return .address
        default:
            guard isVariableName(word) else {
                throw Fault(
                    hint: "{\(word)} is no variable; a name is letters, digits and _, not starting with a digit")
            }
            return .variable(word)
        }
    }

    /// Letters, digits and underscore, not starting with a digit, at most 64.
    package static func isVariableName(_ word: String) -> Bool {
        guard let first = word.utf8.first, first &- 48 >= 10, word.utf8.count <= 64 else { return false }
        return word.utf8.allSatisfy { $0 == 95 || $0 &- 48 < 10 || ($0 | 32) &- 97 < 26 }
    }
}
