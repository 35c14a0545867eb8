/// What the values of some lines say about the two quoted fields that stand behind the common format: whether they are a
/// referrer and an agent, as in the combined format, or fields of another server's own.
///
/// A referrer is `-` or begins with a scheme, as `https://` does; an agent does not. Some clients send odd ones, so a few
/// values decide only where both fields are against it. An address is what a proxy wrote there, and where all agents are
/// hosts, addresses or numbers, none is one.
struct ReferrerEvidence {
    /// Lines whose referrer begins with a scheme, and lines in which that stands which no referrer is.
    private var referrers = 0
    private var strangers = 0
    /// Those of the latter that are addresses, and numbers.
    private var addresses = 0
    private var numbers = 0
    /// Lines whose agent is one, and lines in which a URL stands there, or a host, an address or a number.
    private var agents = 0
    private var urls = 0
    private var places = 0
    /// Those of the latter that are addresses.
    private var agentAddresses = 0
    private var count = 0

    /// Odd values that decide where the agents are agents, and URLs that do where no line has a referrer.
    private static let decisive = 5
    private static let decisiveURLs = 3
    /// Hosts and numbers that decide where no line has another agent.
    private static let decisivePlaces = 3
    /// Lines that are read at once: nearly always some of the first have a referrer and an agent.
    private static let piece = 8

    /// Looks at lines, read by a format with these two fields.
    init(_ lines: [UInt8], _ reading: LineReading) {
        guard let referrer = KeyField.column("referrer", in: reading), let agent = KeyField.column("agent", in: reading)
        else { return }
        Chunk.with(lines) { chunk in
            let parser = reading.makeParser()
            var batch = RowBatch(width: reading.fields.count)
            var cursor = 0
            while cursor < chunk.end, referrers == 0 || agents == 0 {
                let part = chunk.lines(Self.piece, from: cursor)
                while cursor < part.end {
                    batch.begin(part)
                    parser.parse(part, &cursor, into: &batch)
                    for row in 0..<batch.count { note(batch.text(row, referrer), batch.text(row, agent)) }
                }
            }
        }
    }

    private mutating func note(_ referrer: Text?, _ agent: Text?) {
        count += 1
        // A path may be what a client calls its referrer.
        if Self.isURL(referrer) {
            referrers += 1
        } else if let referrer, !Self.isNothing(referrer), referrer[0] != 0x2f {
            strangers += 1
            switch PlaceText.kind(referrer) {
            case .address: addresses += 1
            case .number: numbers += 1
            case .host, nil: break
            }
        }
        if Self.isURL(agent) {
            urls += 1
        } else if let agent, !Self.isNothing(agent) {
            let kind = PlaceText.kind(agent)
            if kind == nil { agents += 1 } else { places += 1 }
            if kind == .address { agentAddresses += 1 }
        }
    }

    var isCombined: Bool {
        if agents == 0, agentAddresses > 0 || places >= Self.decisivePlaces { return false }
        if referrers > 0 { return true }
        if addresses > 0 || numbers > 0 && numbers == strangers { return false }
        if strangers == 0 { return agents + places > 0 || urls < Self.decisiveURLs }
        if agents + places == 0 { return urls == 0 && strangers < 2 }
        return strangers < Self.decisive || strangers * 2 < count
    }

    private static func isNothing(_ text: Text) -> Bool { text.isEmpty || text.count == 1 && text[0] == 0x2d }

    /// Whether it begins with a scheme and `://`, or is `about:…`.
    private static func isURL(_ text: Text?) -> Bool {
        guard let value = text?.bytes, let colon = value.firstIndex(of: 0x3a), colon > 0 else { return false }
        let scheme = value[..<colon].map { $0 | 0x20 }
        guard scheme.allSatisfy({ $0 &- 97 < 26 || LineWalk.isDigit($0) || [0x2b, 0x2d, 0x2e].contains($0) }) else {
            return false
        }
        return value[(colon + 1)...].starts(with: [0x2f, 0x2f]) || scheme.elementsEqual("about".utf8)
    }
}
