import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

@Suite("A disk behind a server", .timeLimit(.minutes(40))) struct ActorDiskTests {
    private let folder = TemporaryFolder()

    @Test("Faults are told as the disk itself tells them")
    func faults() throws {
        let (near, far) = (
            try LinuxDisk().openDirectory(folder.path), try ActorDisk.onThread().openDirectory(folder.path)
        )
        _ = try near.create("taken", mode: 0o600)
        let operations: [(any DiskDirectory) throws -> Void] = [
            { try $0.remove("none") }, { try $0.rename("taken", to: $0, as: "taken") },
            { try $0.replace("a", with: "b") },
            { _ = try $0.open("none", forWriting: false) }, { _ = try $0.create("taken", mode: 0o600) },
            { _ = try $0.facts("a/b") }, { try $0.remove(String(repeating: "x", count: 300)) },
            { try $0.open("taken", forWriting: false).truncate(0) },
            {
                try $0.open("taken", forWriting: false).setTimes(
                    access: DiskTime(nanoseconds: -1), modification: DiskTime())
            },
        ]
        for (index, operation) in operations.enumerated() {
            let expected = try #require(throws: DiskFault.self) { try operation(near) }
            let fault = try #require(throws: DiskFault.self) { try operation(far) }
            #expect(fault == expected, "operation \(index)")
        }
        for path in ["/none/there", "a\0b", "", String(repeating: "/x", count: 3_000)] {
            let expected = #expect(throws: DiskFault.self) { _ = try LinuxDisk().openDirectory(path) }
            let fault = #expect(throws: DiskFault.self) { _ = try ActorDisk.onThread().openDirectory(path) }
            #expect(fault == expected)
        }
    }

    @Test("What is longer than a message is too long a name, and the disk works on")
    func longNames() throws {
        let disk = try ActorDisk.onThread()
        let directory = try disk.openDirectory(folder.path)
        let long = String(repeating: "x", count: MessageSocket.capacity)
        #expect(code { try directory.remove(long) } == ENAMETOOLONG)
        #expect(code { try disk.makeDirectory("/" + long, mode: 0o700) } == ENAMETOOLONG)
        _ = try directory.create("a", mode: 0o600)
        #expect(try directory.names() == ["a"])
    }

    @Test("A directory of 100,000 names is listed whole, and so is one whose names are no UTF-8")
    func largeListing() throws {
        let directory = try ActorDisk.onThread().openDirectory(folder.path)
        let parent = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(parent) }
        let first = "a"
        _ = try directory.create(first, mode: 0o600)
        let odd: [CChar] = [0x61, -1, 0x62, 0]
        #expect(unsafe linkat(parent, first, parent, odd, 0) == 0)
        // As many names for a file as a file system allows are fewer.
        var names = [first]
        for file in 0..<10 {
            let head = "file-\(file)-grün"
            _ = try directory.create(head, mode: 0o600)
            names.append(head)
            for number in 1..<10_000 {
                let name = "\(head)-\(number)"
                try #require(unsafe linkat(parent, head, parent, name, 0) == 0)
                names.append(name)
            }
        }
        let listing = try directory.listing()
        #expect(listing.names.count == 100_001 && listing.unreadable == 1)
        #expect(Set(listing.names) == Set(names))
        #expect(unsafe unlinkat(parent, odd, 0) == 0)
    }

    @Test("Any thread may ask, and each has its own answer")
    func threads() async throws {
        let directory = try ActorDisk.onThread().openDirectory(folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask { @concurrent in
                    for number in 0..<50 {
                        let name = "\(worker)-\(number)"
                        try directory.create(name, mode: 0o600).write(name)
                        #expect(try directory.facts(name)?.size == Int64(name.utf8.count))
                        #expect(try directory.open(name, forWriting: false).bytes() == Array(name.utf8))
                        #expect(code { try directory.remove("none-\(name)") } == ENOENT)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try directory.names().count == 400)
    }

    @Test("Nothing stays open on either side, whatever failed")
    func descriptors() throws {
        let disk = try ActorDisk.onThread()
        do {
            let directory = try disk.openDirectory(folder.path)
            try directory.create("a", mode: 0o600).write("a")
            #expect(unsafe mkfifo("\(folder.path)/p", 0o600) == 0)
            for _ in 0..<100 {
                _ = try directory.listing()
                for name in ["a", "p", "none"] { _ = try? directory.open(name, forWriting: true) }
                _ = try? directory.create("a", mode: 0o600)
            }
            #expect(folder.openDescriptors == 1)
            let file = try directory.open("a", forWriting: false)
            // Here and at the server, which is this process too.
            #expect(folder.openDescriptors == 3)
            #expect(try file.bytes() == [0x61])
        }
        #expect(folder.openDescriptors == 0)
    }

    @Test("What is open stays so after the disk is gone, and its end is that of the server")
    func lifetime() throws {
        var directory: (any DiskDirectory)? = try ActorDisk.onThread().openDirectory(folder.path)
        var file: (any DiskFile)? = try directory?.create("a", mode: 0o600)
        directory = nil
        try file?.setMode(0o640)
        #expect(try file?.facts().mode == 0o640)
        file = nil
        #expect(folder.openDescriptors == 0)
    }

    @Test(
        "A server serves nobody who asks for what cannot be",
        arguments: [
            [], [99], [2], [2, 7], [14, 7], [8, 7, 1, 0x61, 8, 0], [11, 7, 0], [0, 1, 1, 0x2f, 0], [5, 1, 0xff, 0xff],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] as [[UInt8]])
    func hostileRequests(request: [UInt8]) throws {
        let (near, far) = try MessageSocket.pair()
        try near.send(request, waiting: true)
        // It comes back: it neither waits for more nor traps.
        DiskServer.serve(far)
        far.end()
        let refusal = #expect(throws: MessageSocket.Refusal.self) { _ = try near.receive() }
        #expect(refusal?.code == EPIPE)
    }

    @Test(
        "A request is read as it was written, whole or not at all, and changed in any byte as one that can be written")
    func requests() throws {
        let time = DiskTime(seconds: -5, nanoseconds: 999_999_999)
        let requests: [ActorRequest] = [
            .openDirectory(1, "/none"), .makeDirectory("/none/a", mode: 0o700), .facts(1), .entryFacts(1, "a"),
            .listing(1),
            .rename(1, "a", to: 1, as: "b"), .replace(1, "a", with: "b"), .remove(1, "a"),
            .create(1, "a", as: 2, mode: 0o600), .open(1, "a", as: 2, forWriting: true), .synchronize(1),
            .setMode(.max, 0o7777), .setOwner(1, user: .max, group: 0), .setTimes(2, access: time, modification: time),
            .release(1 << 40),
        ]
        for request in requests {
            let bytes = request.bytes
            #expect(try ActorRequest(bytes) == request)
            for index in bytes.indices {
                #expect(throws: FieldReader.Malformed.self) { try ActorRequest(Array(bytes[..<index])) }
                for value: UInt8 in [0, 1, 14, 15, 0x7f, 0x80, 0xff] where value != bytes[index] {
                    var changed = bytes
                    changed[index] = value
                    guard let other = try? ActorRequest(changed) else { continue }
                    #expect(try ActorRequest(other.bytes) == other, "\(request): byte \(index) is \(value)")
                }
            }
            #expect(throws: FieldReader.Malformed.self) { try ActorRequest(bytes + [0]) }
        }
    }
}
