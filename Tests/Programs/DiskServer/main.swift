// The disk server alone, for tests to start.
import Glibc
import MusterSystem

let words = CommandLine.arguments
#if DEBUG
    // What it is refused when it serves.
    if words.dropFirst() == ["--trial"] {
        DiskServer.confine()
        print(ConfinementTrial.outcomes().joined(separator: "\n"))
        exit(0)
    }
#endif
guard words.count > 1, words[1] == DiskServer.word else { exit(2) }
exit(DiskServer.run(arguments: Array(words.dropFirst(2))))
