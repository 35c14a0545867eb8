import Glibc
import MusterTesting
import Testing

@testable import MusterSystem

@Suite("Confinement") struct ConfinementTests {
    @Test(
        "What the kernel lacks is told",
        arguments: [
            (0, true, "landlock: no (the kernel has none, or it is switched off: files and ports are not confined)"),
            (2, true, "landlock: ABI 2 (files; no network rules)"), (4, true, "landlock: ABI 4 (files, TCP ports)"),
            (6, true, "landlock: ABI 6 (files, TCP ports, signals)"),
            (9, false, "landlock: ABI 9 (files, TCP ports, signals)"),
        ])
    func support(_ version: Int, _ seccomp: Bool, _ text: String) {
        let lines = ConfinementSupport(landlock: version, seccomp: seccomp).lines
        #expect(lines == [text, seccomp ? "seccomp: yes" : "seccomp: no (system calls are not refused)"])
    }

    @Test("An output that is there already keeps the folder of a device shut")
    func devices() {
        var confinement = Confinement(paths: [])
        confinement.allowOutput("/dev/null")
        #expect(confinement.paths == [.init("/dev/null", .write)])
        confinement = Confinement(paths: [])
        confinement.allowOutput("/tmp/not-there-\(RandomSeed.draw())")
        #expect(confinement.paths?.contains(.init("/tmp", .replace)) == true)
    }

    @Test("A FIFO is written to, and its folder stays shut")
    func pipes() {
        let folder = TemporaryFolder()
        precondition(unsafe mkfifo("\(folder.path)/pipe", 0o600) == 0)
        var confinement = Confinement(paths: [])
        confinement.allowOutput("fifo:\(folder.path)/pipe")
        #expect(confinement.paths == [.init("\(folder.path)/pipe", .write)])
    }

    #if DEBUG
        @Test("A disk server is refused all but its work", .enabled(if: ConfinementSupport.ofKernel.seccomp))
        func diskServer() async throws {
            let folder = TemporaryFolder()
            let file = try folder.file("a", [1])
            let ending = try await Program.run(
                ["--trial"], of: "muster-disk-server",
                environment: [ConfinementTrial.variable: "r:\(file) w:\(folder.path)/new c:9"])
            #expect(ending.status == 0)
            let lines = ending.text.split(separator: "\n").map(String.init)
            #expect(lines.contains("open:\(file)=-") && lines.contains("write:\(folder.path)/new=-"))
            let refused = lines.filter { !$0.hasPrefix("open:") && !$0.hasPrefix("write:") }
            #expect(refused.count > 15)
            for line in refused { #expect(line.hasSuffix("=EPERM") || line == "writable-code=EACCES", "\(line)") }
            withExtendedLifetime(folder) {}
        }
    #endif
}
