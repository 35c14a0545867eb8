internal import MusterCore
internal import MusterWire

/// A request cut at the places that differ from host to host.
///
/// It serves the common URLs, whose host is `{address}` or `{name}` alone: a request is then a few copies instead of a URL
/// to parse and a head to build, which cost more than the rest of the check.
struct HTTPRequestStencil: Sendable {
    let scheme: HTTPURL.Scheme
    let port: UInt16
    /// What stands for the host: `.name` or `.address`.
    let host: Template.Segment
    private let pieces: [Template.Segment]
    private let size: Int

    /// Nil for requests that have to be made one by one.
    init?(url: Template, method: String, headers: [(name: String, value: Template)], body: Template?) {
        var places: [Template.Segment] = []
        let text = Self.marked(url, &places)
        let fields = headers.map { (name: $0.name, value: Self.marked($0.value, &places)) }
        let source = url.source + headers.map { $0.name + $0.value.source }.joined() + (body?.source ?? "")
        // A body of another length needs another head.
        guard !source.lowercased().contains(Self.mark), body == nil || body?.constant != nil,
            let parsed = try? HTTPURL(text),
            let place = places.indices.first(where: { parsed.host == Self.token($0) }).map({ places[$0] }),
            place == .name || place == .address,
            let request = try? HTTPRequest(
                method: method, target: parsed.target, host: parsed.hostHeader, headers: fields,
                body: Array((body?.constant ?? "").utf8))
        else { return nil }
        scheme = parsed.scheme
        port = parsed.port
        host = place
        let bytes = request.encoded()
        pieces = Self.cut(bytes, places)
        size = bytes.count
    }

    /// The request for one host; nil where a value needs the care of the long way.
    func bytes(for target: Host) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for piece in pieces {
            if case .text(let text) = piece {
                bytes.append(contentsOf: text)
                continue
            }
            let start = bytes.count
            switch piece {
            case .name: target.appendName(to: &bytes)
            case .address: target.appendAddress(to: &bytes)
            case .variable(let name): bytes.append(contentsOf: (target.variable(name) ?? "").utf8)
            case .text: break
            }
            for index in start..<bytes.count where !Self.isPlain(bytes[index], in: piece) { return nil }
        }
        return bytes
    }

    /// Visible ASCII; no `#`, which would end a path, no colon in an address, which would need brackets, and no capital in a
    /// host, which would have to be lowered.
    private static func isPlain(_ byte: UInt8, in piece: Template.Segment) -> Bool {
        guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "#") else { return false }
        guard piece == .name || piece == .address else { return true }
        return byte &- 65 >= 26 && (piece == .name || byte != UInt8(ascii: ":"))
    }

    private static let mark = "zqxplace"

    private static func token(_ index: Int) -> String { "\(mark)\(index)zqx" }

    /// The text with a token for each place.
    private static func marked(_ template: Template, _ places: inout [Template.Segment]) -> String {
        var text = ""
        for segment in template.segments {
            if case .text(let bytes) = segment {
                text += String(decoding: bytes, as: UTF8.self)
            } else {
                text += token(places.count)
                places.append(segment)
            }
        }
        return text
    }

    /// The bytes between the tokens, and the places instead of them.
    private static func cut(_ bytes: [UInt8], _ places: [Template.Segment]) -> [Template.Segment] {
        var pieces: [Template.Segment] = []
        var literal: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            if rest.starts(with: mark.utf8),
                let index = places.indices.first(where: { rest.starts(with: token($0).utf8) })
            {
                if !literal.isEmpty { pieces.append(.text(literal)) }
                literal = []
                pieces.append(places[index])
                rest = rest.dropFirst(token(index).utf8.count)
            } else {
                literal.append(byte)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        return pieces
    }
}
