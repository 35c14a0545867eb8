import MusterCore
import Testing

@testable import MusterRotation

@Suite("A rotation's summary in a few words")
struct RotationSummaryLineTests {
    private static func words(_ report: RotationReport) -> String? {
        RotationSummaryLine.words(Array(SyntheticRotation.text(report, "ndjson").utf8))
    }

    @Test("It tells what was done, or would be")
    func done() {
        #expect(
            Self.words(SyntheticRotation.mixed())
                == "2 of 6 logs rotated, 1 compressed (1.00 MB → 64.0 KB, 6.3%), 1 removed, 1 failed, 12 B at risk")
        #expect(
            Self.words(SyntheticRotation.mixed(isDry: true))
                == "2 of 6 logs to rotate, 1 to compress, 1 to remove, 1 failed")
        var report = RotationReport(version: "0.1.0", isDry: false)
        #expect(Self.words(report) == "0 of 0 logs rotated")
        report.isInterrupted = true
        #expect(Self.words(report) == "0 of 0 logs rotated, interrupted")
    }

    @Test("Only the last line counts, whatever is left of those before it")
    func cut() {
        let lines = SyntheticRotation.text(SyntheticRotation.mixed(), "ndjson")
        let kept = "{\"type\":\"log\",\n… 70000 bytes left out …\n" + lines.suffix(1_000)
        #expect(RotationSummaryLine.words(Array(kept.utf8))?.hasPrefix("2 of 6 logs rotated") == true)
    }

    @Test(
        "What is no summary is none",
        arguments: [
            "", "\n\n", "Rotated 3", "[]", "{}", #"{"type":"log"}"#, #"{"type":"summary","logs":1"#, #"{"type":1}"#,
            "{\"type\":\"summary\"}\nRotated 3", String(repeating: "[", count: 70_000),
        ])
    func none(_ text: String) { #expect(RotationSummaryLine.words(Array(text.utf8)) == nil) }

    @Test(
        "Numbers of another host's are taken as they come",
        arguments: [
            (#"{"type":"summary"}"#, "0 of 0 logs rotated"),
            (#"{"type":"summary","logs":-1,"rotated":"\u001b","removed":1.5}"#, "0 of 0 logs rotated"),
            (
                #"{"type":"summary","logs":1,"compressed":1,"bytes_before":9223372036854775807,"bytes_after":0}"#,
                "0 of 1 log rotated, 1 compressed (8.00 EB → 0 B, 0.0%)"
            ),
        ])
    func hostile(_ line: String, _ words: String) { #expect(RotationSummaryLine.words(Array(line.utf8)) == words) }
}
