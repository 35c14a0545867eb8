// The disk server alone, for tests to start.
import Glibc
import MusterSystem

let words = CommandLine.arguments
guard words.count > 1, words[1] == DiskServer.word else { exit(2) }
exit(DiskServer.run(arguments: Array(words.dropFirst(2))))
