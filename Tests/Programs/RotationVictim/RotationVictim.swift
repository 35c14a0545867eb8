import Glibc
import MusterCore
import MusterRotation
import MusterSystem
import MusterTesting

/// A process for tests to kill: one forced rotation of a configuration, which ends by SIGKILL before a call of the disk, or
/// says on its standard output that it is there, and waits to be killed.
///
///     RotationVictim CONFIGURATION STATE [kill|stop NUMBER]
///
/// It ends with 0, with 1 where something failed, or with 3 where another has the lock; faults stand on its standard output.
@main
enum RotationVictim {
    static func main() async {
        let words = CommandLine.arguments
        guard words.count == 3 || words.count == 5, let number = Int(words.last ?? "") ?? (words.count == 3 ? 0 : nil)
        else { exit(2) }
        let stops = words.count == 5 && words[3] == "stop"
        let disk = GuardedDisk(LinuxDisk()) { call in
            if call.number != number { return .go }
            if !stops { return .stop }
            say("stopped before \(call.name)\n")
            // Not for ever, should nobody do it.
            alarm(3_000)
            while true { pause() }
        }
        exit(await rotate(words[1], words[2], disk))
    }

    private static func rotate(_ configuration: String, _ state: String, _ disk: any Disk) async -> Int32 {
        do {
            let report = try await RealRotation(configuration, state).run(on: disk)
            for fault in report.allFaults { say("\(fault.code) \(fault.text)\n") }
            return report.hasFaults ? 1 : 0
        } catch {
            say("\(error.code.rawValue) \(error.text)\n")
            return error.code == .locked ? 3 : 1
        }
    }

    private static func say(_ text: String) { _ = try? OutputFile.standardOutput.write(Array(text.utf8)) }
}
