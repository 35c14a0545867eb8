import Foundation
import MusterCore
import MusterFormats
import MusterTesting
import MusterText
import Testing

@Suite("Reports on a terminal")
struct TerminalTests {
    @Test("shows progress in at most the columns there are", arguments: 20...200)
    func progress(_ width: Int) {
        for (done, total) in [
            (0, 0), (0, 30_000), (1, 30_000), (12_345, 30_000), (29_999, 30_000), (30_000, 30_000),
            (999_999_999, 1_000_000_000),
        ] {
            for seconds in [0.0, 0.2, 61, 1e6] {
                let line = ProgressLine(
                    done: done, total: total, up: done / 2, degraded: done / 5, down: done / 4, unknown: done / 7,
                    inFlight: min(4096, total - done), elapsed: .seconds(seconds)
                ).text(width: width)
                #expect(TerminalText.width(line) <= width)
                #expect(line.contains("100%") == (done == total))
            }
        }
    }

    @Test("shows progress with what matters most where there is little room")
    func progressOrder() {
        let line = ProgressLine(
            done: 12_345, total: 30_000, up: 12_000, degraded: 3, down: 312, unknown: 30, inFlight: 4096,
            elapsed: .seconds(2))
        #expect(line.text(width: 20) == " 41%  312 down")
        #expect(line.text(width: 44) == " 41%  12,345/30,000  312 down  3s left")
        #expect(line.text(width: 200).hasPrefix("━━━━━━━━━━━━──────────────────   41%  12,345/30,000  12,000 up"))
        #expect(line.text(width: 80, color: true).contains("\u{1b}[31m312 down\u{1b}[0m"))
    }

    @Test("draws one attempt or several as their golden files", arguments: [80, 120])
    func waterfall(_ width: Int) throws {
        let run = try SyntheticRun.mixed()
        var single = run.observations[2]
        single.last.facts = [
            Fact("status", .integer(200)), Fact("tls_version", .string("1.3")),
            Fact("names", .list([.string("a.test"), .string(SyntheticRun.hostile)])), Fact("days_left", .number(61.5)),
        ]
        var several = run.observations[5]
        several.verdict = .down(.httpBody)
        several.last.verdict = several.verdict
        several.last.detail = SyntheticRun.hostile
        several.earlier = [run.observations[8].last, Attempt(.down(.tcpTimeout), phases: PhaseTimes())]
        several.earlier[0].verdict = .down(.httpClosed)
        several.earlier[0].detail = SyntheticRun.hostile
        for (name, observation) in [("one", single), ("several", several)] {
            let text = Waterfall(ReportOptions(width: width)).text(observation)
            for line in text.split(separator: "\n") { #expect(TerminalText.width(String(line)) <= width) }
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || TerminalText.isPrintable($0) })
            try Golden.expect(Array(text.utf8), "waterfall-\(name)-\(width).txt")
        }
    }

    @Test("draws phases of any length within the columns")
    func waterfallLengths() throws {
        var generator = SeededGenerator(state: 5)
        var observation = try SyntheticRun.mixed().observations[2]
        for _ in 0..<500 {
            var phases = PhaseTimes()
            for phase in Phase.allCases where Bool.random(using: &generator) {
                let length = Int64.random(in: 0..<(1 << Int64.random(in: 1..<45, using: &generator)), using: &generator)
                phases.add(phase, from: Instant(nanoseconds: 0), to: Instant(nanoseconds: length))
            }
            observation.last.phases = phases
            let text = Waterfall(ReportOptions(width: 80)).text(observation)
            for line in text.split(separator: "\n") { #expect(TerminalText.width(String(line)) <= 80) }
        }
    }

    @Test("lists every reason, for a person and for a program")
    func reasons() throws {
        let text = ReasonList.text(ReportOptions(width: 100))
        var json: [UInt8] = []
        ReasonList.appendJSON(to: &json)
        let listed = try #require(ParsedJSON.object(json)["reasons"] as? [[String: Any]])
        #expect(
            listed.compactMap { $0["reason"] as? String } == Reason.allCases.map(\.rawValue)
                + LocalReason.allCases.map(\.rawValue))
        for reason in Reason.allCases { #expect(text.contains("  \(reason.rawValue) ")) }
        try Golden.expect(Array(text.utf8), "reasons.txt")
        try Golden.expect(json, "reasons.json")
        for width in [60, 80, 120] {
            for line in ReasonList.text(ReportOptions(width: width)).split(separator: "\n") {
                #expect(TerminalText.width(String(line)) <= max(width, 86))
            }
        }
    }
}
