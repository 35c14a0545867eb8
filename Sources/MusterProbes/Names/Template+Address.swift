internal import MusterCore

extension Template {
    /// The text for one host as a URL or `host:port`: an IPv6 address gets its brackets behind `//` and before a colon
    /// (RFC 3986 §3.2.2), unless the text has them already.
    func textWithPort(for host: Host) -> String {
        var bytes: [UInt8] = []
        for (index, segment) in segments.enumerated() {
            let start = bytes.count
            segment.append(for: host, to: &bytes)
            guard segment == .address, bytes[start...].contains(UInt8(ascii: ":")) else { continue }
            let isBehindSlashes = bytes[..<start].suffix(2).elementsEqual("//".utf8)
            let isBeforePort = index + 1 < segments.count && segments[index + 1].startsWithColon
            guard isBehindSlashes || isBeforePort, bytes[..<start].last != UInt8(ascii: "[") else { continue }
            bytes.insert(UInt8(ascii: "["), at: start)
            bytes.append(UInt8(ascii: "]"))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Template.Segment {
    fileprivate var startsWithColon: Bool {
        if case .text(let text) = self { text.first == UInt8(ascii: ":") } else { false }
    }

    fileprivate func append(for host: Host, to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): bytes.append(contentsOf: text)
        case .name: host.appendName(to: &bytes)
        case .address: host.appendAddress(to: &bytes)
        case .variable(let name): bytes.append(contentsOf: (host.variable(name) ?? "").utf8)
        }
    }
}
