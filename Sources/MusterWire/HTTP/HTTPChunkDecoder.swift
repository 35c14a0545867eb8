/// Takes the chunked coding apart (RFC 9112 §7.1), whatever the fragments.
///
/// Line ends within the coding are CR LF, strictly: the leniency of RFC 9112 §2.2 is for heads. Extensions are
/// skipped; they and the trailer may take `overheadLimit` bytes together.
struct HTTPChunkDecoder: Sendable {
    /// What was found; `data` is a range of the input.
    enum Event {
        case needMore
        case data(Range<Int>)
        case end
        case failed(HTTPFault)
    }

    private enum Part: Equatable {
        case size, blank, extensions, sizeFeed, data, dataReturn, dataFeed, trailer
    }

    private var part = Part.size
    private var digits = 0
    private var remaining: UInt64 = 0
    private var overhead = 0
    private let overheadLimit: Int
    private var trailer: HTTPHead

    init(overheadLimit: Int) {
        self.overheadLimit = overheadLimit
        trailer = HTTPHead(.trailer, limit: overheadLimit)
    }

    /// Reads `input` from `offset` to the next event and moves `offset` behind it.
    mutating func next(_ input: Span<UInt8>, _ offset: inout Int) -> Event {
        while part == .trailer || offset < input.count {
            if part == .data { return data(input, &offset) }
            if part == .trailer { return readTrailer(input, &offset) }
            if let fault = take(input[offset]) { return .failed(fault) }
            offset &+= 1
        }
        return .needMore
    }

    private mutating func data(_ input: Span<UInt8>, _ offset: inout Int) -> Event {
        let start = offset
        let available = input.count &- start
        let taken = remaining < UInt64(available) ? Int(remaining) : available
        offset = start &+ taken
        remaining &-= UInt64(taken)
        if remaining == 0 { part = .dataReturn }
        return .data(start..<offset)
    }

    /// One byte of what is not data.
    private mutating func take(_ byte: UInt8) -> HTTPFault? {
        switch part {
        case .size:
            if let digit = Bytes.hexDigit(byte) { return take(digit: digit) }
            guard digits > 0 else { return .badChunk }
            return take(afterSize: byte)
        case .blank, .extensions:
            overhead &+= 1
            guard overhead <= overheadLimit else { return .headTooLarge }
            return take(afterSize: byte)
        case .sizeFeed:
            guard byte == HTTPSyntax.lineFeed else { return .badChunk }
            part = remaining == 0 ? .trailer : .data
        case .dataReturn:
            guard byte == HTTPSyntax.carriageReturn else { return .badChunk }
            part = .dataFeed
        case .dataFeed:
            guard byte == HTTPSyntax.lineFeed else { return .badChunk }
            part = .size
            digits = 0
        case .data, .trailer: break
        }
        return nil
    }

    /// A digit of the size: sixteen at most, and no size above what an Int holds.
    private mutating func take(digit: UInt8) -> HTTPFault? {
        digits &+= 1
        remaining = remaining << 4 | UInt64(digit)
        return digits <= 16 && remaining <= UInt64(Int.max) ? nil : .badChunk
    }

    private mutating func take(afterSize byte: UInt8) -> HTTPFault? {
        if byte == HTTPSyntax.carriageReturn {
            part = .sizeFeed
        } else if part == .extensions {
            guard HTTPSyntax.isFieldContent(byte) else { return .badChunk }
        } else if byte == UInt8(ascii: ";") {
            part = .extensions
        } else {
            guard byte == HTTPSyntax.space || byte == HTTPSyntax.tab else { return .badChunk }
            part = .blank
        }
        return nil
    }

    /// The fields of the trailer are verified and dropped.
    private mutating func readTrailer(_ input: Span<UInt8>, _ offset: inout Int) -> Event {
        switch trailer.read(input, &offset) {
        case .needMore: return .needMore
        case .end: return .end
        case .failed(let fault): return .failed(fault)
        }
    }
}
