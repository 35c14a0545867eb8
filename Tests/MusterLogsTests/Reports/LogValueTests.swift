import MusterCore
import MusterText
import Testing

@testable import MusterLogs

@Suite("Values and progress of logs")
struct LogValueTests {
    @Test(
        "shows seconds and other numbers",
        arguments: [
            (.seconds(0.0123), "12.3ms"), (.seconds(185), "3m05s"), (.seconds(0), "0s"), (.seconds(1e-9), "<1µs"),
            (.seconds(-2), "-2.00s"), (.seconds(1e300), "2500000h00m"), (.number(12), "12"), (.number(0.25), "0.2500"),
            (.number(1234.5), "1,235"), (.number(1.5), "1.50"), (.number(1e300), "1e+300"), (.count(-1234), "-1,234"),
            (.sum(.init(millionths: 12_345_678_901_123_456)), "12,345,678,901"),
            (.sum(.init(millionths: -2_000_000, unit: .seconds)), "-2.00s"),
            (.sum(.init(millionths: 2_048_000_000, unit: .bytes)), "2.00 KB"),
            (.none, "–"), (.share(0.5), "50.0%"), (.text("x"), "x"), (.number(-0.0), "0"),
        ] as [(LogReport.Value, String)])
    func value(_ value: LogReport.Value, _ text: String) {
        #expect(value.text == text)
    }

    @Test(
        "writes numbers for programs in plain digits",
        arguments: [
            (.count(12), "12"), (.bytes(412_316_860_416), "412316860416"), (.seconds(0.0123), "0.0123"),
            (.share(1), "1"), (.number(1e300), "1e+300"), (.number(.nan), nil), (.none, nil), (.text("7"), nil),
            (.sum(.init(millionths: 12_345_678_901_123_456)), "12345678901.123456"),
            (.sum(.init(millionths: -1)), "-0.000001"), (.sum(.init(millionths: 1_500_000, unit: .seconds)), "1.5"),
            (.sum(.init(millionths: 412_316_860_416_000_000, unit: .bytes)), "412316860416"),
            (.sum(.init(millionths: 0)), "0"), (.sum(.init(millionths: -10_000_000)), "-10"),
            (.sum(.init(millionths: Int128(1_000_000) << 70)), "1180591620717411303424"),
        ] as [(LogReport.Value, String?)])
    func plain(_ value: LogReport.Value, _ text: String?) {
        #expect(value.plainNumber == text)
    }

    @Test("gives each class of status its part of a bar, and none too little to see")
    func cells() {
        #expect(LogStatusText.cells([50, 50], 10) == [5, 5])
        #expect(LogStatusText.cells([1, 1_000_000], 10) == [1, 9])
        #expect(LogStatusText.cells([0, 7], 10) == [0, 10])
        #expect(LogStatusText.cells([.max, .max, 1], 58).reduce(0, +) == 58)
    }

    @Test("shows progress of logs in at most the columns there are", arguments: 20...200)
    func progress(_ width: Int) {
        for total in [nil, 0, 1, 5_000_000_000, Int.max] {
            for bytes in [0, 1, 2_000_000_000, 5_000_000_000, Int.max] {
                for seconds in [0.0, 0.2, 61, 1e6] {
                    let line = LogProgressLine(
                        bytes: bytes, total: total, lines: bytes / 180, bad: bytes / 100_000, elapsed: .seconds(seconds)
                    )
                    #expect(TerminalText.width(line.text(width: width)) <= width)
                }
            }
        }
    }

    @Test("shows progress of logs with what matters most where there is little room")
    func progressOrder() {
        var line = LogProgressLine(
            bytes: 2_147_483_648, total: 5_368_709_120, lines: 11_930_464, bad: 731, elapsed: .seconds(2))
        #expect(line.text(width: 20) == " 40%  1.00 GB/s")
        #expect(line.text(width: 30) == " 40%  1.00 GB/s  3s left")
        #expect(
            line.text(width: 120).hasSuffix(
                "   40%  2.00 GB/5.00 GB  11,930,464 lines  731 bad  1.00 GB/s  3s left"))
        #expect(line.text(width: 120).hasPrefix("━━━━━━━━━━━━──────────────────  "))
        line.total = nil
        #expect(line.text(width: 80) == "2.00 GB  11,930,464 lines  731 bad  1.00 GB/s")
    }
}
