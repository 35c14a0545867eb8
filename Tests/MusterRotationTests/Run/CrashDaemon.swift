import MusterSystem
import MusterTesting
import Synchronization

/// Which lines were written, each with a number of its own, and which of them have to be there at the end.
final class LineBook: Sendable {
    private struct Book {
        var count = 0
        var needed: Set<Int> = []
        /// What is on the device from the moment on that it is written.
        var durable: Set<Int> = []
    }

    private let book: Mutex<Book>

    init() { book = Mutex(Book()) }

    /// After a power cut only what was on the device is needed.
    init(afterCrash other: LineBook) {
        var found = other.book.withLock { $0 }
        found.needed.formIntersection(found.durable)
        book = Mutex(found)
    }

    /// A line that is needed or not.
    func line(isNeeded: Bool, isDurable: Bool) -> [UInt8] {
        let number = book.withLock { book in
            book.count += 1
            if isNeeded { book.needed.insert(book.count) }
            if isDurable { book.durable.insert(book.count) }
            return book.count
        }
        return Array("<\(number + 100_000)> a line of a daemon\n".utf8)
    }

    var needed: Set<Int> { book.withLock { $0.needed } }

    /// The numbers of the whole lines among some bytes.
    static func numbers(_ bytes: [UInt8]) -> [Int] {
        bytes.indices.compactMap { start in
            guard bytes[start] == UInt8(ascii: "<"), start + 8 <= bytes.count, bytes[start + 7] == UInt8(ascii: ">"),
                let number = Int(String(decoding: bytes[start + 1..<start + 7], as: UTF8.self))
            else { return nil }
            return number - 100_000
        }
    }
}

/// A process that appends lines to a log which it holds open, until it is told to open it again.
final class CrashDaemon: Sendable {
    let path: String
    private let disk: ModelDisk
    private let book: LineBook
    private let file: Mutex<any DiskFile>

    init(_ path: String, _ disk: ModelDisk, _ book: LineBook) throws {
        self.path = path
        self.disk = disk.process()
        self.book = book
        file = Mutex(try Self.open(path, self.disk))
    }

    private static func open(_ path: String, _ disk: ModelDisk) throws -> any DiskFile {
        let (folder, name) = CrashRig.parts(path)
        let directory = try disk.openDirectory(folder)
        if try directory.facts(name) == nil { return try directory.create(name, mode: 0o644) }
        return try directory.open(name, forWriting: true)
    }

    func reopen() throws {
        let new = try Self.open(path, disk)
        file.withLock { $0 = new }
    }

    /// Appends a line.
    func write(isNeeded: Bool, isDurable: Bool = false) throws {
        let line = book.line(isNeeded: isNeeded, isDurable: isDurable)
        try file.withLock { file in
            let end = try file.facts().size
            try unsafe line.withUnsafeBytes { bytes in try unsafe file.write(bytes, at: end) }
            if isDurable { try file.synchronize() }
        }
    }

    /// Whether the file under the path is the one that it writes to.
    var isCurrent: Bool {
        get throws { try file.withLock { try $0.facts().identity } == disk.facts(path)?.identity }
    }
}
