import Foundation
import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

@Suite("A disk whose server has ended or lies", .timeLimit(.minutes(40))) struct HostileServerTests {
    private let folder = TemporaryFolder()

    /// A directory at a server that then gives one answer more.
    private func directory(_ answer: [UInt8], descriptor: Int32 = -1) throws -> any DiskDirectory {
        try ActorDisk.answering([ActorAnswer.done.bytes, answer], descriptor: descriptor).openDirectory("/x")
    }

    /// Every operation of a directory, by the name its faults have.
    private static let operations: [(call: String, run: @Sendable (any DiskDirectory) throws -> Void)] = [
        ("look at", { _ = try $0.facts() }), ("look at", { _ = try $0.facts("a") }), ("list", { _ = try $0.listing() }),
        ("rename", { try $0.rename("a", to: $0, as: "b") }), ("replace", { try $0.replace("a", with: "b") }),
        ("remove", { try $0.remove("a") }), ("create", { _ = try $0.create("a", mode: 0o600) }),
        ("open", { _ = try $0.open("a", forWriting: true) }), ("set the mode of", { try $0.setMode(0o700) }),
        ("set the owner of", { try $0.setOwner(user: 0, group: 0) }), ("synchronize", { try $0.synchronize() }),
    ]

    @Test("After the server's end every call fails with its own name, and goes on failing")
    func ended() throws {
        for (call, run) in Self.operations {
            let disk = try ActorDisk.answering([ActorAnswer.done.bytes])
            let directory = try disk.openDirectory("/x")
            for _ in 0..<2 {
                let fault = try #require(throws: DiskFault.self) { try run(directory) }
                #expect(fault.code == EPIPE && fault.call == call && fault.path.hasPrefix("/x"))
            }
            #expect(code { _ = try disk.openDirectory("/") } == EPIPE)
        }
    }

    @Test("An answer to another question, and none at all, is a fault and the last thing that is heard")
    func wrongAnswers() throws {
        let facts = EntryFacts(kind: .link, identity: FileIdentity(device: 1, inode: 2), mode: 0, user: 0, group: 0)
        let answers: [[UInt8]] = [
            ActorAnswer.done.bytes, ActorAnswer.facts(facts).bytes, ActorAnswer.facts(nil).bytes,
            ActorAnswer.names(DirectoryListing(names: ["a"]), isLast: true).bytes, [9], [4, 0], [0, 0],
            [UInt8](repeating: 0xff, count: 100), [UInt8](repeating: 0, count: MessageSocket.capacity + 1),
        ]
        for (index, operation) in Self.operations.enumerated() {
            var accepted = 0
            for answer in answers {
                let directory = try directory(answer)
                do {
                    try operation.run(directory)
                    accepted += 1
                } catch let fault as DiskFault {
                    #expect(fault.code == EPROTO && fault.call == operation.call)
                }
            }
            // Two for facts of an entry: it is there, or not. None for a file that comes without one.
            #expect(accepted == [1: 2, 6: 0, 7: 0][index, default: 1], "\(operation.call)")
        }
    }

    @Test("Random answers are never more than a fault")
    func randomAnswers() throws {
        var dice = Dice(6)
        func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &dice) }
        let sample = ActorAnswer.facts(
            EntryFacts(
                kind: .regular, identity: FileIdentity(device: 1, inode: 1 << 40), mode: 0o644, user: 1, group: 2)
        ).bytes
        for round in 0..<3_000 {
            var bytes = round % 3 == 0 ? sample : (0..<roll(60)).map { _ in UInt8(roll(256)) }
            if round % 3 == 0 { bytes[roll(bytes.count)] = UInt8(roll(256)) }
            if round % 3 == 1, !bytes.isEmpty { bytes[0] = UInt8(roll(5)) }
            if case .facts(let facts?) = try? ActorAnswer(bytes) {
                #expect(facts.size >= 0 && facts.mode <= 0o7777)
            }
            let directory = try directory(bytes)
            let operation = Self.operations[round % Self.operations.count]
            do { try operation.run(directory) } catch { #expect((error as? DiskFault)?.call == operation.call) }
        }
    }

    @Test(
        "Names that could not be, sizes below zero and codes that are none are no answers",
        arguments: [
            ["a/b"], [""], ["."], [".."], ["a", "b\0"], ["long"],
        ])
    func badNames(names: [String]) throws {
        let listing = DirectoryListing(names: names.map { $0 == "long" ? String(repeating: "x", count: 1_101) : $0 })
        #expect(code { _ = try directory(ActorAnswer.names(listing, isLast: true).bytes).listing() } == EPROTO)
    }

    @Test("Numbers that could not be are no answers")
    func badNumbers() {
        func facts(size: Int64 = 0, mode: UInt32 = 0, nanoseconds: Int64 = 0) -> [UInt8] {
            ActorAnswer.facts(
                EntryFacts(
                    kind: .regular, identity: FileIdentity(device: 1, inode: 2), mode: mode, user: 0, group: 0,
                    size: size,
                    modification: DiskTime(nanoseconds: nanoseconds))
            ).bytes
        }
        #expect(throws: Never.self) { try ActorAnswer(facts(size: .max, mode: 0o7777, nanoseconds: 999_999_999)) }
        for bytes in [
            facts(size: -1), facts(mode: 0o10000), facts(nanoseconds: 1_000_000_000), facts(nanoseconds: -1),
            ActorAnswer.fault(-1).bytes, ActorAnswer.fault(0).bytes, ActorAnswer.fault(4_096).bytes,
            ActorAnswer.names(DirectoryListing(unreadable: -1), isLast: true).bytes,
        ] {
            #expect(throws: FieldReader.Malformed.self) { try ActorAnswer(bytes) }
        }
    }

    @Test("A listing without end is left, be its pieces full or empty", arguments: [1, 0])
    func endlessListing(count: Int) throws {
        let piece = ActorAnswer.names(
            DirectoryListing(names: Array(repeating: "a", count: count * 10_000)), isLast: false
        ).bytes
        let disk = try ActorDisk.facing { socket in
            guard (try? socket.receive()) != nil, (try? socket.send(ActorAnswer.done.bytes, waiting: true)) != nil,
                (try? socket.receive()) != nil
            else { return }
            while (try? socket.send(piece, waiting: true)) != nil {}
        }
        #expect(code { _ = try disk.openDirectory("/x").listing() } == EPROTO)
    }

    @Test("A server that answers before it is asked, and never listens, is left")
    func deafServer() throws {
        let (near, far) = try MessageSocket.pair()
        let disk = ActorDisk(socket: near, user: geteuid())
        for _ in 0..<100 { try far.send(ActorAnswer.done.bytes, waiting: true) }
        let path = "/" + String(repeating: "x", count: 30_000)
        #expect(code { for _ in 0..<100 { try disk.makeDirectory(path, mode: 0o700) } } == EPROTO)
    }

    @Test("Descriptors nobody asked for are closed, and so are two at once")
    func unaskedDescriptors() throws {
        let path = try folder.file("a", [1])
        let given = unsafe open(path, O_RDWR | O_CLOEXEC)
        defer { close(given) }
        do {
            let disk = try ActorDisk.answering(
                [ActorAnswer.done.bytes, ActorAnswer.fault(ENOENT).bytes, [99]], descriptor: given)
            let directory = try disk.openDirectory("/x")
            #expect(code { try directory.remove("a") } == ENOENT)
            #expect(code { try directory.remove("a") } == EPROTO)
            #expect(folder.openDescriptors == 1)
        }
        let (near, far) = try MessageSocket.pair()
        sendTwo(given, over: far)
        #expect(throws: MessageSocket.Refusal.self) { _ = try near.receive() }
        #expect(folder.openDescriptors == 1)
    }

    /// A message with a descriptor twice: the padding behind one has room for it.
    private func sendTwo(_ descriptor: Int32, over socket: MessageSocket) {
        var byte: UInt8 = 3
        // A head of 16 bytes (its length, SOL_SOCKET, SCM_RIGHTS), then both.
        var control: [UInt32] = [24, 0, UInt32(SOL_SOCKET), 1, UInt32(descriptor), UInt32(descriptor)]
        unsafe withUnsafeMutablePointer(to: &byte) { start in
            var piece = unsafe iovec(iov_base: start, iov_len: 1)
            unsafe withUnsafeMutablePointer(to: &piece) { pieces in
                unsafe control.withUnsafeMutableBytes { raw in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = pieces
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = raw.baseAddress
                    unsafe message.msg_controllen = raw.count
                    precondition(unsafe sendmsg(socket.descriptor, &message, 0) == 1)
                }
            }
        }
    }

    @Test("A file comes as what was asked for, or not at all")
    func wrongFiles() throws {
        let path = try folder.file("a", [1])
        #expect(unsafe mkfifo("\(folder.path)/p", 0o600) == 0)
        func open(_ name: String, _ flags: Int32, forWriting: Bool, mode: UInt32 = 0o600) throws -> Int32? {
            _ = unsafe chmod(path, mode)
            let given = unsafe Glibc.open("\(folder.path)/\(name)", flags | O_CLOEXEC | O_NONBLOCK)
            defer { close(given) }
            return code {
                let file = try directory(ActorAnswer.file.bytes, descriptor: given).open("a", forWriting: forWriting)
                #expect(try file.bytes() == [1])
            }
        }
        #expect(try open("a", O_RDWR, forWriting: true) == nil)
        #expect(try open("a", O_RDONLY, forWriting: false) == nil)
        for (name, flags, forWriting) in [
            ("a", O_RDONLY, true), ("a", O_RDWR, false), ("a", O_WRONLY, true), ("a", O_RDWR | O_APPEND, true),
            ("a", 0o10000000, false), ("p", O_RDWR, true), ("p", O_RDONLY, false), ("", O_RDONLY, false),
        ] {
            #expect(try open(name, flags, forWriting: forWriting) == EPROTO, "\(name) \(flags)")
        }
        // What lends the rights of a group, or of another user, is not written with more rights than the user's.
        #expect(try open("a", O_RDWR, forWriting: true, mode: 0o2770) == EPERM)
        #expect(try open("a", O_RDWR, forWriting: true, mode: 0o4700) == nil)
        #expect(try open("a", O_RDONLY, forWriting: false, mode: 0o2770) == nil)
        #expect(code { _ = try directory(ActorAnswer.file.bytes).open("a", forWriting: true) } == EMFILE)
        #expect(folder.openDescriptors == 0)
    }
}
