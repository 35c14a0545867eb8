/// Walks the labels of a name in a message, following compression pointers (RFC 1035 §4.1.4).
///
/// A pointer must point strictly before the place where the labels it follows began, and not into the header; with
/// at most 127 pointers and 255 bytes a name costs a bounded number of steps whatever the message holds.
struct DNSLabelCursor {
    /// Where the next length byte or pointer stands.
    private(set) var position: Int
    /// Where the name ends in place: after its root byte or its first pointer. Known once `next` has given nil.
    private(set) var end = -1
    private var floor: Int
    private var jumps = 0
    private var length = 1

    @inline(__always)
    init(at start: Int) {
        position = start
        floor = start
    }

    /// The offset of the next label's length byte, whose label lies within the message; nil after the last one.
    @inline(__always)
    mutating func next(in bytes: Span<UInt8>) throws(DNSFault) -> Int? {
        while true {
            guard position < bytes.count else { throw .truncatedMessage }
            let byte = bytes[position]
            if byte < 64 {
                if byte == 0 {
                    if end < 0 { end = position &+ 1 }
                    return nil
                }
                let label = position
                let size = Int(byte) &+ 1
                length &+= size
                guard length <= 255 else { throw .nameTooLong }
                guard size < bytes.count &- position else { throw .truncatedMessage }
                position &+= size
                return label
            }
            guard byte >= 192 else { throw .badLabelType }
            guard bytes.count &- position >= 2 else { throw .truncatedMessage }
            let target = Int(byte & 0x3F) << 8 | Int(bytes[position &+ 1])
            if end < 0 { end = position &+ 2 }
            guard target >= DNSWire.headerSize else { throw .badPointer }
            guard target < floor, jumps < 127 else { throw .pointerLoop }
            jumps &+= 1
            floor = target
            position = target
        }
    }
}

/// One record in a message: where its name begins, its fixed fields and where its data lies (RFC 1035 §4.1.3).
struct DNSRecordFrame {
    let name: Int
    let type: UInt16
    let recordClass: UInt16
    let ttl: UInt32
    let data: Range<Int>
}

/// Reading of names and records in place. Nothing here allocates.
enum DNSWire {
    /// The size of a message's header (RFC 1035 §4.1.1).
    static let headerSize = 12
    /// The class IN.
    static let internet: UInt16 = 1
    /// The type DNAME, which is read but not asked for (RFC 6672).
    static let dname: UInt16 = 39
    /// The least a record can take: a root name and the fixed fields.
    static let smallestRecord = 11

    /// Where the name at `start` ends in place; throws when it cannot be read in whole.
    static func endOfName(_ bytes: Span<UInt8>, at start: Int) throws(DNSFault) -> Int {
        var cursor = DNSLabelCursor(at: start)
        while try cursor.next(in: bytes) != nil {}
        return cursor.end
    }

    /// The name at `start` and where it ends in place.
    static func name(_ bytes: Span<UInt8>, at start: Int) throws(DNSFault) -> (name: DNSName, end: Int) {
        var cursor = DNSLabelCursor(at: start)
        var wire: [UInt8] = []
        wire.reserveCapacity(32)
        while let label = try cursor.next(in: bytes) {
            for index in label...(label &+ Int(bytes[label])) { wire.append(bytes[index]) }
        }
        wire.append(0)
        return (DNSName(wire: wire), cursor.end)
    }

    /// Whether two names in a message are the same, set aside the case of letters; false when one cannot be read.
    static func sameName(_ bytes: Span<UInt8>, _ left: Int, _ right: Int) -> Bool {
        var left = DNSLabelCursor(at: left)
        var right = DNSLabelCursor(at: right)
        do {
            while true {
                let label = try left.next(in: bytes)
                let other = try right.next(in: bytes)
                // A cursor that has come to the same place has the same labels before it.
                guard let label, let other else { return label == nil && other == nil }
                if label == other { return true }
                guard sameLabel(bytes, label, bytes, other) else { return false }
            }
        } catch {
            return false
        }
    }

    /// Whether the name at `start` is the uncompressed one at `from` in `wire`, set aside the case of letters.
    static func isName(_ bytes: Span<UInt8>, at start: Int, _ wire: Span<UInt8>, from: Int) -> Bool {
        var cursor = DNSLabelCursor(at: start)
        var position = from
        do {
            while let label = try cursor.next(in: bytes) {
                guard sameLabel(bytes, label, wire, position) else { return false }
                position &+= Int(wire[position]) &+ 1
            }
        } catch {
            return false
        }
        return position < wire.count && wire[position] == 0
    }

    /// The record whose name begins at `start`, its data within the message but not yet looked at.
    @inline(__always)
    static func record(_ bytes: Span<UInt8>, at start: Int) throws(DNSFault) -> DNSRecordFrame {
        let fixed = try endOfName(bytes, at: start)
        guard bytes.count &- fixed >= 10 else { throw .truncatedMessage }
        let size = Int(Bytes.word(bytes, fixed &+ 8))
        let data = fixed &+ 10
        guard bytes.count &- data >= size else { throw .truncatedMessage }
        return DNSRecordFrame(
            name: start, type: Bytes.word(bytes, fixed), recordClass: Bytes.word(bytes, fixed &+ 2),
            ttl: Bytes.doubleWord(bytes, fixed &+ 4), data: data..<(data &+ size))
    }

    private static func sameLabel(_ left: Span<UInt8>, _ at: Int, _ right: Span<UInt8>, _ other: Int) -> Bool {
        let size = Int(left[at])
        guard size < left.count &- at, size < right.count &- other, right[other] == left[at] else { return false }
        var index = 1
        var difference: UInt8 = 0
        while index <= size {
            difference |= Bytes.difference(left[at &+ index], right[other &+ index])
            index &+= 1
        }
        return difference == 0
    }
}
