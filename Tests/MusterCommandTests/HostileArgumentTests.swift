import MusterTesting
import MusterText
import Testing

@Suite("Hostile arguments", .timeLimit(.minutes(40)))
struct HostileArgumentTests {
    /// Colours, a bell, C1's CSI, a line of its own, and text turned around.
    private static let hostile = "\u{1b}[31mx\u{7}\u{9b}2J\nmuster: all is well\r\u{202e}"
    private static let commands = [
        "", "check", "probe", "probe tcp", "probe dns", "lab", "reasons", "logs", "logs top", "logs summary",
        "logs merge", "logs rotate -d", "run", "run x --", "help", "help logs",
    ]

    @Test("Nothing that a terminal obeys comes back from the command line", arguments: commands)
    func arguments(_ command: String) async throws {
        let words = command.split(separator: " ").map(String.init)
        let hostile = Self.hostile
        for tail in [
            [hostile], ["--" + hostile], ["-" + hostile], ["--output=" + hostile], ["--output", hostile, "x"],
            ["--timeout", hostile, "x"], ["--color", hostile, "x"], ["--where", hostile, "x"], ["-k", hostile, "x"],
            ["/nowhere/" + hostile],
        ] {
            let ending = try await Program.run(words + tail)
            #expect(!ending.isSignal)
            let all = ending.text + ending.complaints
            #expect(all.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isPrintable($0) }, "\(tail)")
            #expect(!all.split(separator: "\n").contains { $0.hasPrefix("muster: all is well") }, "\(tail)")
        }
    }
}
