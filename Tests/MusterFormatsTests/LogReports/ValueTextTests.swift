import MusterCore
import Testing

@testable import MusterFormats

@Suite("Numbers and times of log reports")
struct ValueTextTests {
    @Test(
        "shows bytes with three digits, in powers of 1024",
        arguments: [
            (0, "0 B"), (812, "812 B"), (999, "999 B"), (1000, "0.98 KB"), (1024, "1.00 KB"), (65_536, "64.0 KB"),
            (1_048_576, "1.00 MB"), (2_371_312_128, "2.21 GB"), (1e30, "867,361,737,988 EB"), (-2048, "-2.00 KB"),
            (0.5, "0.5 B"), (.nan, "–"), (.infinity, "–"),
        ] as [(Double, String)])
    func bytes(_ value: Double, _ text: String) {
        #expect(ValueText.bytes(value) == text)
    }

    @Test(
        "shows a share, and never something as nothing",
        arguments: [
            (0, 1, "0.0%"), (0.912, 1, "91.2%"), (1, 1, "100.0%"), (0.0004, 1, "<0.1%"), (0.0005, 1, "0.1%"),
            (0.0006, 2, "0.06%"), (0.00001, 2, "<0.01%"), (0.004, 0, "<1%"), (0.5, 0, "50%"), (.nan, 1, "–"),
        ] as [(Double, Int, String)])
    func share(_ value: Double, _ digits: Int, _ text: String) {
        #expect(ValueText.share(value, digits: digits) == text)
    }

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

    @Test(
        "takes times apart",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_795_478_400_187_001, "2026-11-24T00:00:00.187001Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        ] as [(Int64, String)])
    func moment(_ time: Int64, _ text: String) {
        #expect(UTCMoment(time).rfc3339 == text)
    }

    @Test("finds the beginning of every month again", arguments: [-3, 1969, 1970, 1999, 2000, 2026, 2100, 9999])
    func months(_ year: Int) {
        for month in 1...12 {
            let moment = UTCMoment(UTCMoment.beginning(year: year, month: month))
            #expect([moment.year, moment.month, moment.day, moment.hour] == [year, month, 1, 0])
            #expect(
                UTCMoment.beginning(year: year, month: month + 24) == UTCMoment.beginning(year: year + 2, month: month))
        }
    }

    @Test(
        "puts ticks at round values",
        arguments: [
            (0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (7, [0, 2, 4, 6, 8]), (100, [0, 20, 40, 60, 80, 100]),
            (86_696, [0, 20_000, 40_000, 60_000, 80_000, 100_000]), (.nan, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ] as [(Double, [Double])])
    func valueTicks(_ greatest: Double, _ ticks: [Double]) {
        let axis = ValueAxis(reaching: greatest)
        #expect(axis.ticks.count == ticks.count)
        for (tick, expected) in zip(axis.ticks, ticks) { #expect(abs(tick - expected) < 1e-9) }
        #expect(axis.end == axis.ticks.last)
    }

    @Test("reaches over any value, with whole ticks where there are no halves")
    func valueAxes() {
        for exponent in -9...18 {
            for factor in [1.0, 1.01, 2.5, 4.99, 7, 9.99] {
                var greatest = factor
                for _ in 0..<abs(exponent) { greatest = exponent < 0 ? greatest / 10 : greatest * 10 }
                let axis = ValueAxis(reaching: greatest)
                #expect(axis.end >= greatest * 0.999_999)
                #expect(axis.end <= greatest * 2)
                #expect((3...7).contains(axis.ticks.count))
                let whole = ValueAxis(reaching: greatest, least: 1)
                #expect(whole.ticks.allSatisfy { $0 == $0.rounded() })
            }
        }
    }

    @Test(
        "puts ticks at round times",
        arguments: [
            (0, 86_400, ["24 Nov", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "25 Nov"]),
            (3_723, 3_783, ["01:02:10", "01:02:20", "01:02:30", "01:02:40", "01:02:50", "01:03:00"]),
            (0, 0, ["24 Nov"]),
            (86_400 * 3 + 5, 86_400 * 10, ["28 Nov", "29 Nov", "30 Nov", "1 Dec", "2 Dec", "3 Dec", "4 Dec"]),
            (0, 86_400 * 365, ["Jan 2027", "Mar 2027", "May 2027", "Jul 2027", "Sep 2027", "Nov 2027"]),
            (0, 86_400 * 3650, ["2028", "2030", "2032", "2034", "2036"]),
        ] as [(Int64, Int64, [String])])
    func timeTicks(_ from: Int64, _ to: Int64, _ labels: [String]) {
        let midnight = SyntheticLogReport.midnight
        let axis = TimeAxis(from: midnight + from * 1_000_000, to: midnight + to * 1_000_000, count: 9)
        #expect(axis.ticks.map(\.label) == labels)
    }

    @Test("puts a number of ticks within any span of time")
    func timeAxes() {
        for span in (0..<62).map({ Int64(1) << $0 }) {
            for from in [Int64(0), -1, SyntheticLogReport.midnight + 12_345_678, -(1 << 60)] {
                let (to, overflow) = from.addingReportingOverflow(span)
                guard !overflow else { continue }
                let ticks = TimeAxis(from: from, to: to, count: 8).ticks
                #expect(ticks.count <= 10)
                #expect(ticks.allSatisfy { $0.time >= from && $0.time <= to })
                #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.time < $1.time })
            }
        }
        #expect(TimeAxis(from: .min, to: .max).ticks.isEmpty)
        #expect(TimeAxis(from: 5, to: 4).ticks.isEmpty)
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
