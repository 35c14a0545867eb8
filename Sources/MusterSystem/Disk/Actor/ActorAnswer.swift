/// What the disk server answers. Whoever reads it has more rights than whoever wrote it, so that nothing in it is believed
/// but what could be.
enum ActorAnswer: Sendable, Hashable {
    case done
    /// Nil where there is no such entry.
    case facts(EntryFacts?)
    /// A piece of a listing; more follow where it is not the last.
    case names(DirectoryListing, isLast: Bool)
    /// The file comes with the message as a descriptor.
    case file
    /// errno, 1 to ``greatestCode``.
    case fault(Int32)

    /// Linux has none above it.
    static let greatestCode: Int32 = 4_095
    /// Bytes of an entry's name: some file systems have longer ones than NAME_MAX.
    static let longestName = 1_100

    var bytes: [UInt8] {
        var writer = FieldWriter()
        switch self {
        case .done: writer.number(0)
        case .facts(let facts):
            writer.number(1)
            writer.optional(facts) { $0.facts($1) }
        case .names(let listing, let isLast):
            writer.number(2)
            writer.flag(isLast)
            writer.number(listing.unreadable)
            writer.list(listing.names) { $0.text($1) }
        case .file: writer.number(3)
        case .fault(let code):
            writer.number(4)
            writer.number(Int(code))
        }
        return writer.bytes
    }

    /// Errors: the bytes are no answer, more than one, or say what no system says.
    init(_ bytes: [UInt8]) throws(FieldReader.Malformed) {
        var reader = FieldReader(bytes)
        switch try reader.number() {
        case 0: self = .done
        case 1: self = .facts(try reader.optional { reader throws(FieldReader.Malformed) in try reader.facts() })
        case 2:
            let isLast = try reader.flag()
            let unreadable = try reader.integer(in: 0...FileNames.limit)
            let names = try reader.list { reader throws(FieldReader.Malformed) in try reader.entryName() }
            self = .names(DirectoryListing(names: names, unreadable: unreadable), isLast: isLast)
        case 3: self = .file
        case 4: self = .fault(Int32(try reader.integer(in: 1...Int(Self.greatestCode))))
        default: throw FieldReader.Malformed()
        }
        guard reader.isAtEnd else { throw FieldReader.Malformed() }
    }
}

extension ActorAnswer {
    /// The pieces of a listing, each of them small enough for a message; one at least.
    static func pieces(of listing: DirectoryListing) -> [ActorAnswer] {
        var pieces: [DirectoryListing] = []
        var piece = DirectoryListing()
        var size = 0
        for name in listing.names {
            // The length before a name takes two bytes at most; some are left for the head.
            let count = name.utf8.count + 2
            if size + count > MessageSocket.capacity - 64 {
                pieces.append(piece)
                (piece, size) = (DirectoryListing(), 0)
            }
            piece.names.append(name)
            size += count
        }
        piece.unreadable = listing.unreadable
        return pieces.map { .names($0, isLast: false) } + [.names(piece, isLast: true)]
    }
}

extension FieldWriter {
    fileprivate mutating func facts(_ facts: EntryFacts) {
        let kind =
            switch facts.kind {
            case .regular: 0
            case .directory: 1
            case .link: 2
            case .other: 3
            }
        number(kind)
        identity(facts.identity)
        for value in [facts.mode, facts.user, facts.group, facts.links] { number(UInt64(value)) }
        number(facts.size)
        time(facts.access)
        time(facts.modification)
    }
}

extension FieldReader {
    fileprivate mutating func integer(in range: ClosedRange<Int>) throws(Malformed) -> Int {
        let value = try integer()
        guard range.contains(value) else { throw Malformed() }
        return value
    }

    fileprivate mutating func entryName() throws(Malformed) -> String {
        let name = try text()
        guard EntryName.isValid(name), name.utf8.count <= ActorAnswer.longestName else { throw Malformed() }
        return name
    }

    fileprivate mutating func facts() throws(Malformed) -> EntryFacts {
        let kinds: [EntryFacts.Kind] = [.regular, .directory, .link, .other]
        let kind = kinds[try integer(in: 0...kinds.count - 1)]
        let identity = try identity()
        let (mode, user, group, links) = (try small(), try small(), try small(), try small())
        let size = Int64(try integer(in: 0...Int.max))
        let (access, modification) = (try time(), try time())
        let billion: Range<Int64> = 0..<1_000_000_000
        guard mode <= 0o7777, billion.contains(access.nanoseconds), billion.contains(modification.nanoseconds) else {
            throw Malformed()
        }
        return EntryFacts(
            kind: kind, identity: identity, mode: mode, user: user, group: group, links: links, size: size,
            access: access, modification: modification)
    }
}
