/// Reads the version and the cipher suite out of the ServerHello, which is always cleartext (RFC 8446 §4.1.3).
///
/// NIOSSL does not tell the cipher. Keeps the first bytes only, and gives up quietly on what is no ServerHello.
struct ServerHelloReader {
    /// How much is looked at: a ServerHello takes 60 to 200 bytes.
    static let maximumBytes = 1024

    /// The cipher suite's number in the registry; nil until known.
    private(set) var cipher: UInt16?
    /// Such as 0x0304 for TLS 1.3; nil until known.
    private(set) var version: UInt16?
    /// The first bytes that the peer sent, at most 16: they tell what it speaks if that is not TLS.
    private(set) var opening: [UInt8] = []

    private var bytes: [UInt8] = []
    private var isDone = false

    mutating func read(_ received: Span<UInt8>) {
        for index in 0..<min(received.count, 16 - opening.count) { opening.append(received[index]) }
        guard !isDone else { return }
        let count = min(received.count, Self.maximumBytes - bytes.count)
        bytes.reserveCapacity(bytes.count + count)
        for index in 0..<count { bytes.append(received[index]) }
        guard let isComplete = parse() else {
            stop()
            return
        }
        if isComplete || bytes.count == Self.maximumBytes { stop() }
    }

    private mutating func stop() {
        isDone = true
        bytes = []
    }

    /// True once parsed, false if more is needed, nil if it is no ServerHello.
    private mutating func parse() -> Bool? {
        guard let message = handshakeBytes() else { return nil }
        guard message.count >= 4 else { return false }
        guard message[0] == 2 else { return nil }
        let length = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
        guard length <= Self.maximumBytes else { return nil }
        guard message.count >= 4 + length else { return false }
        var fields = Fields(message[4..<4 + length])
        guard let legacyVersion = fields.number(), fields.skip(32), let session = fields.octet(),
            fields.skip(session), let cipher = fields.number(), fields.skip(1)
        else { return nil }
        self.cipher = cipher
        self.version = legacyVersion
        _ = fields.number()
        while let kind = fields.number(), let size = fields.number() {
            guard kind == 43 else {
                guard fields.skip(Int(size)) else { break }
                continue
            }
            // supported_versions (RFC 8446 §4.2.1).
            if let selected = fields.number() { self.version = selected }
            break
        }
        return true
    }

    /// The handshake messages at the start, record headers taken out; nil if another kind of record comes first.
    private func handshakeBytes() -> [UInt8]? {
        var message: [UInt8] = []
        var start = 0
        while start + 5 <= bytes.count {
            guard bytes[start] == 22 else { return message.isEmpty ? nil : message }
            let end = start + 5 + (Int(bytes[start + 3]) << 8 | Int(bytes[start + 4]))
            message += bytes[start + 5..<min(end, bytes.count)]
            start = end
        }
        return message
    }

    /// Takes fields off the front.
    private struct Fields {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: ArraySlice<UInt8>) {
            rest = bytes
        }

        mutating func octet() -> Int? {
            rest.popFirst().map { Int($0) }
        }

        mutating func number() -> UInt16? {
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            return UInt16(high) << 8 | UInt16(low)
        }

        mutating func skip(_ count: Int) -> Bool {
            guard count <= rest.count else { return false }
            rest.removeFirst(count)
            return true
        }
    }
}
