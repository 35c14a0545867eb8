/// What the disk server is asked for. Whoever asks gives the numbers of what is opened.
enum ActorRequest: Sendable, Hashable {
    typealias Number = UInt64

    case openDirectory(Number, String)
    case makeDirectory(String, mode: UInt32)
    /// Of the directory itself.
    case facts(Number)
    case entryFacts(Number, String)
    case listing(Number)
    case rename(Number, String, to: Number, as: String)
    case replace(Number, String, with: String)
    case remove(Number, String)
    case create(Number, String, as: Number, mode: UInt32)
    case open(Number, String, as: Number, forWriting: Bool)
    case synchronize(Number)
    /// Of a directory or a file, as the next two.
    case setMode(Number, UInt32)
    case setOwner(Number, user: UInt32, group: UInt32)
    case setTimes(Number, access: DiskTime, modification: DiskTime)
    case release(Number)

    var bytes: [UInt8] {
        var writer = FieldWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Errors: the bytes are no request, or more than one.
    init(_ bytes: [UInt8]) throws(FieldReader.Malformed) {
        var reader = FieldReader(bytes)
        self = try Self.read(from: &reader)
        guard reader.isAtEnd else { throw FieldReader.Malformed() }
    }

    private func write(to writer: inout FieldWriter) {
        switch self {
        case .openDirectory(let number, let path): writer.add(0, number, path)
        case .makeDirectory(let path, let mode):
            writer.number(1)
            writer.text(path)
            writer.number(UInt64(mode))
        case .facts(let number): writer.add(2, number)
        case .entryFacts(let number, let name): writer.add(3, number, name)
        case .listing(let number): writer.add(4, number)
        case .rename(let number, let name, let target, let other):
            writer.add(5, number, name)
            writer.number(target)
            writer.text(other)
        case .replace(let number, let name, let other):
            writer.add(6, number, name)
            writer.text(other)
        case .remove(let number, let name): writer.add(7, number, name)
        case .create(let number, let name, let file, let mode):
            writer.add(8, number, name)
            writer.number(file)
            writer.number(UInt64(mode))
        case .open(let number, let name, let file, let forWriting):
            writer.add(9, number, name)
            writer.number(file)
            writer.flag(forWriting)
        case .synchronize(let number): writer.add(10, number)
        case .setMode(let number, let mode):
            writer.add(11, number)
            writer.number(UInt64(mode))
        case .setOwner(let number, let user, let group):
            writer.add(12, number)
            writer.number(UInt64(user))
            writer.number(UInt64(group))
        case .setTimes(let number, let access, let modification):
            writer.add(13, number)
            writer.time(access)
            writer.time(modification)
        case .release(let number): writer.add(14, number)
        }
    }

    private static func read(from reader: inout FieldReader) throws(FieldReader.Malformed) -> ActorRequest {
        switch try reader.number() {
        case 0: .openDirectory(try reader.number(), try reader.text())
        case 1: .makeDirectory(try reader.text(), mode: try reader.small())
        case 2: .facts(try reader.number())
        case 3: .entryFacts(try reader.number(), try reader.text())
        case 4: .listing(try reader.number())
        case 5: .rename(try reader.number(), try reader.text(), to: try reader.number(), as: try reader.text())
        case 6: .replace(try reader.number(), try reader.text(), with: try reader.text())
        case 7: .remove(try reader.number(), try reader.text())
        case 8: .create(try reader.number(), try reader.text(), as: try reader.number(), mode: try reader.small())
        case 9: .open(try reader.number(), try reader.text(), as: try reader.number(), forWriting: try reader.flag())
        case 10: .synchronize(try reader.number())
        case 11: .setMode(try reader.number(), try reader.small())
        case 12: .setOwner(try reader.number(), user: try reader.small(), group: try reader.small())
        case 13: .setTimes(try reader.number(), access: try reader.time(), modification: try reader.time())
        case 14: .release(try reader.number())
        default: throw FieldReader.Malformed()
        }
    }
}

extension FieldWriter {
    /// The beginning of most requests: which one, and of what.
    fileprivate mutating func add(_ kind: UInt64, _ number: UInt64, _ text: String? = nil) {
        self.number(kind)
        self.number(number)
        if let text { self.text(text) }
    }

    mutating func time(_ value: DiskTime) {
        number(value.seconds)
        number(value.nanoseconds)
    }
}

extension FieldReader {
    mutating func time() throws(Malformed) -> DiskTime {
        DiskTime(seconds: Int64(bitPattern: try number()), nanoseconds: Int64(bitPattern: try number()))
    }
}
