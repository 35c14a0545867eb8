import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterFleet

@Suite("The record of a run")
struct RecordTests {
    private static let hosts = ["web1", "web2", "wéb3\u{1b}[31m"]

    private func head(_ command: [String] = ["echo", "a b"], input: [UInt8]? = nil) -> RunHead {
        RunHead(
            command: command, input: input, inventory: "-", limit: "web*", hosts: 3, wallSeconds: 1_795_000_000.25,
            seed: 7)
    }

    private func ending(_ name: String, _ outcome: HostOutcome = .done) -> HostEnding {
        var output = KeptOutput(limit: 100)
        output.append([0xff, 0x1b, 10, 65].span)
        return HostEnding(
            host: FleetHost(name: name, address: name), outcome: outcome, detail: "d", elapsed: .seconds(1),
            output: output)
    }

    /// Writes a record of all hosts, the second of which fails.
    private func whole(_ folder: TemporaryFolder) throws -> [UInt8] {
        let record = try RunRecordFile.begin(head(), in: folder.path)
        for name in Self.hosts { try record.append(ending(name, name == "web2" ? .failed(status: 3) : .done)) }
        return try FileReading.bytes(record.path)
    }

    @Test("Whoever opens a record finds the run and the hosts that are done")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        _ = try whole(folder)
        let past = try RunRecordFile.open(try RunRecordFile.path(of: "last", in: folder.path))
        #expect(past.record.head == head())
        #expect(past.done == [Self.hosts[0], Self.hosts[2]])
        #expect(past.record.head.id.hasPrefix("20261118-110640.250-"))
        #expect(try RunRecordFile.path(of: head().id, in: folder.path) == past.record.path)
    }

    @Test("Of a record that ends anywhere, the whole lines count, and what is added stands on a line of its own")
    func torn() throws {
        let bytes = try whole(TemporaryFolder())
        let headEnd = try #require(bytes.firstIndex(of: 10))
        let folder = TemporaryFolder()
        for count in 0...bytes.count {
            let path = try folder.file("torn.ndjson", Array(bytes[..<count]))
            guard count > headEnd else {
                #expect(throws: FileFault.self) { try RunRecordFile.open(path) }
                continue
            }
            let lines = bytes[..<count].count { $0 == 10 }
            var expected = Set([Self.hosts[0]].prefix(max(0, lines - 1)))
            if lines == 4 { expected.insert(Self.hosts[2]) }
            do {
                let past = try RunRecordFile.open(path)
                #expect(past.done == expected)
                try past.record.append(ending("added"))
            }
            let again = try RunRecordFile.open(path).done
            #expect(again == expected.union(["added"]))
        }
    }

    @Test("A last line that is no line of a record is dropped, one before it is told")
    func damaged() throws {
        let folder = TemporaryFolder()
        let bytes = try whole(folder)
        let last = try folder.file("last.ndjson", bytes + Array("{\"host\n".utf8))
        #expect(try RunRecordFile.open(last).done.count == 2)
        #expect(try FileReading.bytes(last) == bytes)
        let zeros = try folder.file("zeros.ndjson", bytes + [UInt8](repeating: 0, count: 100))
        #expect(try RunRecordFile.open(zeros).done.count == 2)
        let cut = try #require(bytes.firstIndex(of: 10)) + 1
        let middle = try folder.file("middle.ndjson", Array(bytes[..<cut] + Array("{}\n".utf8) + bytes[cut...]))
        let fault = #expect(throws: FileFault.self) { try RunRecordFile.open(middle) }
        #expect(fault?.hint == "line 2 is damaged; mend or delete that line")
    }

    @Test("Random changes of a record never trap")
    func mutations() throws {
        let bytes = try whole(TemporaryFolder())
        let folder = TemporaryFolder()
        var dice = Dice(4)
        for _ in 0..<500 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                changed[Int.random(in: 0..<changed.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            let path = try folder.file("mutant.ndjson", changed)
            // Either is right: what is asserted is that it comes back, with hosts of the record only.
            guard let past = try? RunRecordFile.open(path) else { continue }
            #expect(past.done.count <= 3)
        }
    }

    @Test("A record is for its command, input and inventory alone")
    func differences() {
        #expect(head().difference(to: head()) == nil)
        #expect(head().difference(to: head(["echo", "a", "b"]))?.contains("of another command, echo 'a b'") == true)
        #expect(head().difference(to: head(input: [1]))?.contains("other input") == true)
        #expect(head(input: [1]).difference(to: head(input: [2])) != nil)
        var other = head()
        other.inventory = "/x"
        #expect(other.difference(to: head())?.contains("another inventory, /x") == true)
    }

    @Test("One process at a time writes a record, and none is written over")
    func lock() throws {
        let folder = TemporaryFolder()
        let record = try RunRecordFile.begin(head(), in: folder.path)
        let fault = #expect(throws: FileFault.self) { try RunRecordFile.open(record.path) }
        #expect(fault?.hint == "another process is writing it")
        #expect(throws: FileFault.self) { try RunRecordFile.begin(head(), in: folder.path) }
        #expect(try FileFacts.of(record.path)?.kind == .regular)
    }

    @Test("What is no record of the folder is told with a near one")
    func missing() throws {
        let folder = TemporaryFolder()
        func hint(_ run: String) -> String {
            (#expect(throws: FileFault.self) { try RunRecordFile.path(of: run, in: folder.path) })?.hint ?? ""
        }
        #expect(hint("last") == "holds no record of a run")
        _ = try RunRecordFile.begin(head(), in: folder.path)
        #expect(hint(head().id + "0").contains("did you mean \"\(head().id)\"?"))
        #expect(try RunRecordFile.path(of: "./x", in: folder.path) == "./x")
    }

    @Test(
        "Records are where the XDG specification has the state of programs",
        arguments: [
            (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/muster/runs"), (["HOME": "/h"], "/h/.local/state/muster/runs"),
            (["XDG_STATE_HOME": "s", "HOME": "/h"], "/h/.local/state/muster/runs"), ([:], nil),
        ] as [([String: String], String?)])
    func folders(_ variables: [String: String], _ folder: String?) {
        #expect(RunRecordFile.defaultFolder { variables[$0] } == folder)
    }
}
