import Foundation
import Glibc
import MusterCore
import MusterEngine
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import MusterFleet

@Suite("Commands through a real ssh")
struct RealSSHDTests {
    @Test("A server that has to be here is here")
    func required() { #expect(RealSSHD.isInstalled || !RealSSHD.isRequired) }

    @Test(
        "20 hosts, two of which refuse: 18 are done, the others are told, and a resumed run asks these alone",
        .enabled(if: RealSSHD.isInstalled, "sshd is not installed"))
    func fleet() async throws {
        try await RealSSHD.with { server in
            let folder = TemporaryFolder()
            let head = RunHead(command: ["echo", "a b"], inventory: "-", hosts: 20)
            let runner = try server.runner(head.command)
            let record = Mutex(try RunRecordFile.begin(head, in: folder.path))
            let path = record.withLock { $0.path }
            let endings = Mutex<[HostEnding]>([])
            let outcome = await FleetRun(
                hosts: server.hosts, forks: 6, clock: RealSSHD.clock, command: { await runner.run(on: $0) },
                sink: { ending in
                    endings.withLock { $0.append(ending) }
                    return record.withLock { (try? $0.append(ending)) != nil }
                }
            ).run()
            #expect(outcome.ending == .complete && outcome.notBegun.isEmpty)
            let all = endings.withLock { $0 }
            #expect(all.count == 20)
            for ending in all {
                if RealSSHD.refusing.contains(ending.host.address) {
                    #expect(ending.outcome == .unreachable(.network(.tcpRefused)))
                    #expect(ending.detail.contains("Connection refused"))
                } else {
                    #expect(ending.outcome == .done, "\(ending)")
                    // What the login shell's own start writes to standard error is the machine's.
                    #expect(ending.output.text == "a b\n")
                }
            }
            let bytes = try FileReading.bytes(path)
            let copy = try folder.file("copy.ndjson", bytes)
            let done = try RunRecordFile.open(copy).done
            #expect(server.hosts.filter { !done.contains($0.name) }.map(\.address) == Array(RealSSHD.refusing))
        }
    }

    @Test(
        "Words, input, status and both outputs pass as they are",
        .enabled(if: RealSSHD.isInstalled, "sshd is not installed"))
    func words() async throws {
        try await RealSSHD.with { server in
            let host = server.hosts[0]
            let words = ["", "a  b", "'", "$HOME", "ä\n*", "\\"]
            let printed = await (try server.runner(["printf", "<%s>"] + words)).run(on: host)
            #expect(printed.output.text == words.map { "<\($0)>" }.joined())
            let input = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            let counted = await (try server.runner(["wc", "-c"], input: input)).run(on: host)
            #expect(counted.outcome == .done && counted.output.lastLines(1).first?.contains("300000") == true)
            // Nobody reads it: no fault of ours or theirs.
            #expect(await (try server.runner(["true"], input: input)).run(on: host).outcome == .done)
            #expect(await (try server.runner(["cat"])).run(on: host).output.count == 0)
            let failed = await (try server.runner(["sh", "-c", "echo out; echo err >&2; exit 3"])).run(on: host)
            #expect(failed.outcome == .failed(status: 3))
            #expect(failed.output.text == "out\n" && failed.error.text.hasSuffix("err\n"))
            #expect(failed.lastWords(1) == ["err"])
            let much = await (try server.runner(["sh", "-c", "seq 1 100000"])).run(on: host)
            #expect(much.output.count == 588_895 && much.output.bytes.count < 4_200)
            #expect(much.output.text.hasPrefix("1\n2\n") && much.output.text.hasSuffix("\n99999\n100000\n"))
        }
    }

    @Test(
        "A host that does not let us in, or is another than it was, is unreachable; wrong options are our own fault",
        .enabled(if: RealSSHD.isInstalled, "sshd is not installed"))
    func refusals() async throws {
        try await RealSSHD.with { server in
            let host = server.hosts[0]
            let folder = server.folder.path
            let cases: [([String], HostOutcome)] = [
                (["PubkeyAuthentication=no"], .unreachable(.denied)),
                (["UserKnownHostsFile=\(folder)/unknown_hosts"], .unreachable(.hostKey)),
                (["NoSuchOption=1"], .unknown(.fault)),
                (["Ciphers=3des-cbc"], .unreachable(.negotiation)),
            ]
            for (options, outcome) in cases {
                let ending = await (try server.runner(["true"], options: options)).run(on: host)
                #expect(ending.outcome == outcome, "\(options): \(ending.detail)")
                #expect(!ending.detail.isEmpty)
            }
        }
    }

    @Test(
        "A command that does not end in its time is ended, and what it wrote is kept",
        .enabled(if: RealSSHD.isInstalled, "sshd is not installed"))
    func timeout() async throws {
        try await RealSSHD.with { server in
            let clock = ManualClock()
            let runner = try server.runner(
                ["sh", "-c", "echo begun; exec sleep 1000"], clock: clock.engineClock, timeout: .seconds(60))
            let host = server.hosts[0]
            async let ended = runner.run(on: host)
            // The hands turn once ssh waits for the command; a second command on the same server says when that is.
            while clock.sleeperCount == 0 { await Task.yield() }
            _ = await (try server.runner(["true"])).run(on: host)
            clock.advanceToNextSleeper()
            let ending = await ended
            #expect(ending.outcome == .timedOut && ending.elapsed == .seconds(60))
        }
    }

    @Test(
        "An interruption ends ssh, and the host is not judged",
        .enabled(if: RealSSHD.isInstalled, "sshd is not installed"))
    func cancelled() async throws {
        try await RealSSHD.with { server in
            let runner = try server.runner(["sleep", "1000"])
            let host = server.hosts[0]
            let outcome = await withTaskGroup(of: HostOutcome?.self) { group in
                group.addTask { await runner.run(on: host).outcome }
                group.addTask {
                    _ = await (try? server.runner(["true"]))?.run(on: host)
                    return nil
                }
                var outcome: HostOutcome?
                while let next = await group.next() {
                    outcome = next ?? outcome
                    group.cancelAll()
                }
                return outcome
            }
            #expect(outcome == .unknown(.cancelled))
        }
    }
}
