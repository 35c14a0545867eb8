import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// Records of every kind, with all that they can hold.
enum JournalSamples {
    private static let place = ConfigurationPlace(file: "/etc/logrotate.d/a", line: 3)
    private static let file = FileIdentity(device: 64_769, inode: 1 << 40)

    static var stanza: JournalStanza {
        var settings = RotationSettings()
        settings.firstAction = .init(text: "echo first\n", place: place)
        settings.afterRotation = .init(text: "reload \u{e9}\n", place: place)
        settings.sharesScripts = true
        settings.compressCommand = "xz"
        settings.compressOptions = ["-9", "-T2"]
        settings.shredPasses = 4
        settings.actor = .init(user: "www", group: "adm")
        return JournalStanza(RotationStanza(patterns: ["/a/*.log", "/b"], settings: settings, place: place))
    }

    static func intent(_ steps: [RotationStep]) -> RotationIntent {
        RotationIntent(
            stanza: 7, directory: "/logs", folder: file, destination: "/logs/old", destinationFolder: file,
            name: "a.log",
            steps: steps, time: CalendarTime(year: 2027, month: 1, day: 15, hour: 8, minute: 5, second: 59)!)
    }

    static let steps: [RotationStep] = [
        .makeDirectory(mode: 0o2750, user: 0, group: .max), .shift(from: "a.log.1", to: "a.log.2", file),
        .rotate(to: "a.log.1", file), .create(mode: 0o640, user: 33, group: 4),
        .create(mode: 0o600, user: 0, group: 0, keepsList: false),
        .copy(to: "a.log.1", file, truncates: true), .copy(to: "a.log.1", file, truncates: false), .truncate(file),
        .setAside(as: ".a.log.muster-aside", file), .deliver(from: ".a.log.muster-aside", to: "a.log.1", file),
        .deliver(from: ".a.log.muster-aside", to: nil, file), .script(.afterRotation),
        .compress(from: "a.log.1", to: "a.log.1.gz"),
        .recompress(from: "a.log.1", to: "a.log.1.gz", file, temporary: 1 << 20), .remove("a.log.3", file, .count),
        .remove("a.log.3", file, .age),
        .remove("a.log.3", file, .totalSize),
    ]

    static let records: [JournalRecord] = [
        .stanza(0, stanza), .stanza(3, JournalStanza(RotationStanza(patterns: [], settings: .init(), place: place))),
        .intent(0, intent(steps)), .intent(.max, intent([])), .named([0, 1, 500]), .named([]),
        .copied(4, LogCopy(file, size: 1 << 40)), .copied(5, LogCopy(file, size: 0, cut: .unknown)),
        .cutting([4, 5]), .cut([4]),
        .ran(.lastAction, stanza: 2, log: nil), .ran(.beforeRemoval, stanza: 2, log: 9), .ended([3]), .dropped([4, 5]),
        .closed(128),
    ]
}

extension Journal {
    /// Opens the journal, whoever may write it, or begins one.
    static func open(
        _ name: String, in directory: any DiskDirectory
    ) throws(RotationFault) -> (journal: Journal, records: [JournalRecord]) {
        let file: (any DiskFile)?
        do throws(DiskFault) {
            file = try directory.facts(name) == nil ? nil : directory.open(name, forWriting: true)
        } catch {
            throw RotationFault(error)
        }
        return try open(name, in: directory, file)
    }
}

@Suite("Records of the journal") struct JournalRecordTests {
    @Test("a record is read as it was written", arguments: JournalSamples.records)
    func roundTrip(_ record: JournalRecord) {
        #expect(JournalRecord(record.bytes) == record)
        for count in 0..<record.bytes.count { #expect(JournalRecord(Array(record.bytes.prefix(count))) == nil) }
        #expect(JournalRecord(record.bytes + [0]) == nil)
    }

    @Test("damaged bytes are no record, or another one, and nothing worse")
    func mutations() {
        var dice = Dice(1)
        for record in JournalSamples.records {
            for _ in 0..<500 {
                guard let read = JournalRecord(Mutations.mutated(record.bytes, using: &dice)) else { continue }
                #expect(JournalRecord(read.bytes) == read)
            }
        }
    }

    @Test("recovery bears any records in any order")
    func anyOrder() {
        var dice = Dice(2)
        for _ in 0..<200 {
            let records = (0..<12).map { _ in JournalSamples.records.randomElement(using: &dice)! }
            _ = Recovery(records, RotationConfiguration())
        }
    }
}

@Suite("The journal", .timeLimit(.minutes(40))) struct JournalTests {
    private static let sample = Array(JournalSamples.records.dropFirst(4))

    private func directory(_ disk: ModelDisk) throws -> any DiskDirectory { try disk.openDirectory("/state") }

    private func disk(_ bytes: [UInt8]? = nil) -> ModelDisk {
        let disk = ModelDisk()
        disk.addDirectory("/state")
        if let bytes { disk.addFile("/state/journal", bytes) }
        return disk
    }

    private func bytes(_ records: [JournalRecord]) throws -> [UInt8] {
        let disk = disk()
        let (journal, _) = try Journal.open("journal", in: try directory(disk))
        journal.append(records)
        try journal.commit()
        return try #require(disk.contents("/state/journal"))
    }

    @Test("what was committed is there after a power cut, and what was not may be missing")
    func durability() throws {
        for seed in 0..<50 {
            let disk = disk()
            let (journal, found) = try Journal.open("journal", in: try directory(disk))
            #expect(found == [])
            journal.append(Array(Self.sample.prefix(3)))
            try journal.commit()
            journal.append(Array(Self.sample.dropFirst(3)))
            var dice = Dice(seed)
            #expect(
                try Journal.read("journal", in: directory(disk.crash(keeping: &dice))) == Array(Self.sample.prefix(3)))
            try journal.commit()
            #expect(try Journal.read("journal", in: directory(disk.crash(keeping: &dice))) == Self.sample)
        }
    }

    @Test("a journal that is torn at any byte has its first whole records, and goes on behind them")
    func torn() throws {
        let whole = try bytes(Self.sample)
        for count in 0...whole.count {
            for end in [[], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt8]] {
                let disk = disk(whole.prefix(count) + end)
                // Zeros behind a heading that is whole and records that are not are no records either.
                if count < 26, count + end.count > 26 { continue }
                let (journal, records) = try Journal.open("journal", in: try directory(disk))
                #expect(Self.sample.starts(with: records))
                #expect(count < whole.count || records == Self.sample)
                journal.append([.closed(9)])
                try journal.commit()
                #expect(try Journal.read("journal", in: directory(disk)) == records + [.closed(9)])
            }
        }
    }

    @Test("a bit that has changed ends the journal before its record")
    func changedBits() throws {
        let whole = try bytes(Self.sample)
        for index in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << bit
                do {
                    let records = try Journal.read("journal", in: try directory(disk(damaged)))
                    #expect(records.count < Self.sample.count && Self.sample.starts(with: records))
                } catch let fault as RotationFault {
                    #expect(fault.code == .journal && index < 26)
                } catch {
                    Issue.record(error)
                }
            }
        }
    }

    @Test(
        "a file of another kind is refused, and left as it is",
        arguments: [
            "hello\n", "muster rotation journal 1\nx", "muster rotation journal x\n", "muster rotation journal \n",
        ])
    func foreign(_ text: String) throws {
        let disk = disk(Array(text.utf8))
        let fault = #expect(throws: RotationFault.self) { try Journal.open("journal", in: try directory(disk)) }
        #expect(fault?.code == .journal)
        #expect(disk.contents("/state/journal") == Array(text.utf8))
    }

    @Test("a journal of another version that left nothing is begun anew", arguments: ["1", "3", "10"])
    func otherVersion(_ version: String) throws {
        let disk = disk(Array("muster rotation journal \(version)\n".utf8))
        #expect(try Journal.read("journal", in: directory(disk)) == [])
        let (journal, records) = try Journal.open("journal", in: try directory(disk))
        #expect(records == [])
        journal.append([.closed(9)])
        try journal.commit()
        #expect(try disk.contents("/state/journal") == bytes([.closed(9)]))
    }

    @Test("commits of several threads are all there when they return")
    func threads() async throws {
        let disk = disk()
        let (journal, _) = try Journal.open("journal", in: try directory(disk))
        try await WorkerPool.withPool(2) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread in 0..<4 {
                    group.addTask(executorPreference: pool) {
                        for number in 0..<50 {
                            journal.append([.closed(thread * 50 + number)])
                            try journal.commit()
                            let records = try Journal.read("journal", in: disk.crash().openDirectory("/state"))
                            #expect(records.contains(.closed(thread * 50 + number)))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let records = try Journal.read("journal", in: directory(disk))
        #expect(records.count == 200)
        for thread in 0..<4 {
            let own = records.compactMap {
                if case .closed(let number) = $0, number / 50 == thread { number } else { nil }
            }
            #expect(own == Array(thread * 50..<thread * 50 + 50))
        }
    }

    @Test(
        "a journal that begins anew is the old one or the new one after a power cut at any call",
        arguments: [[], sample])
    func restart(_ records: [JournalRecord]) throws {
        for number in 1..<30 {
            let base = disk(try bytes([.closed(1), .closed(2)]))
            let process = base.process { $0.number == number ? .stop : .go }
            do {
                let (journal, _) = try Journal.open("journal", in: try process.openDirectory("/state"))
                try journal.restart(with: records)
                journal.append([.closed(3)])
                try journal.commit()
            } catch {}
            var dice = Dice(number)
            let found = try Journal.read("journal", in: directory(base.crash(keeping: &dice)))
            #expect(
                [[.closed(1), .closed(2)], records, records + [.closed(3)], [.closed(1)]].contains(found), "\(number)")
            if process.callCount < number { #expect(found == records + [.closed(3)]) }
        }
    }

    @Test("after a failure every commit fails")
    func failure() throws {
        let base = disk()
        let process = base.process {
            $0.name == "synchronize" && $0.path.hasSuffix("journal") && $0.number > 5 ? .fail(5) : .go
        }
        let (journal, _) = try Journal.open("journal", in: try process.openDirectory("/state"))
        journal.append([.closed(1)])
        #expect(throws: RotationFault.self) { try journal.commit() }
        #expect(throws: RotationFault.self) { try journal.commit() }
    }
}
