import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

@Suite("Rotations whose folder is gone")
struct GoneFolderTests {
    private struct NoPrograms: RotationPrograms {
        func run(
            _ script: RotationSettings.Script, _ kind: ScriptKind, arguments: [String]
        ) async throws(RotationFault) {
            throw RotationFault(.script, at: "", "none is expected")
        }

        func run(
            _ command: String, _ options: [String], from input: any DiskFile, to output: any DiskFile, of log: String
        ) async throws(RotationFault) {
            throw RotationFault(.compressor, at: command, "none is expected")
        }
    }

    @Test(
        "They are given up with one message, count as recovered by nobody, and are forgotten; so they are where another has its name",
        arguments: [false, true])
    func gone(isReplaced: Bool) async throws {
        let disk = ModelDisk()
        disk.addDirectory("/state")
        if isReplaced { for number in 0..<3 { disk.addFile("/gone/\(number).log", [1]) } }
        let time = try #require(CalendarTime(year: 2027, month: 1, day: 15))
        let place = ConfigurationPlace(file: "/c", line: 1)
        let stanza = RotationStanza(patterns: ["/gone/*.log"], settings: RotationSettings(), place: place)
        let intents = (0..<3).map { number in
            JournalRecord.intent(
                number,
                RotationIntent(
                    stanza: 0, directory: "/gone", folder: FileIdentity(device: 1, inode: 98), destination: "/gone",
                    destinationFolder: FileIdentity(device: 1, inode: 98), name: "\(number).log",
                    steps: [.rotate(to: "\(number).log.1", FileIdentity(device: 1, inode: 99))], time: time))
        }
        let journal = try Journal.open("status.journal", in: disk.process().openDirectory("/state")).journal
        journal.append([.stanza(0, JournalStanza(stanza))] + intents)
        try journal.commit()
        let options = RotationOptions(statePath: "/state/status", workers: 1)
        let now = RotationTime(seconds: 1_800_000_000, calendar: time)
        for expected in [["missing /gone"], []] {
            let process = disk.process()
            let run = RotationRun(
                RotationConfiguration(), options, disk: process, programs: NoPrograms(), now: now
            ) { _ in process }
            let report = try await WorkerPool.withPool(1) { pool in
                try await run.run(on: pool, progress: RotationProgress())
            }
            #expect(report.faults.map { "\($0.code) \($0.location)" } == expected)
            #expect((report.recovered, report.unfinished) == (0, 0))
            if isReplaced { #expect(try disk.openDirectory("/gone").names().sorted() == ["0.log", "1.log", "2.log"]) }
        }
    }
}
