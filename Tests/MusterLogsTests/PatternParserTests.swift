import MusterTesting
import Testing

@testable import MusterLogs

/// Access lines, good and nearly good, and what chance makes of them.
enum LineDice {
    static let lines = [
        #"127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a?x=1 HTTP/1.0" 200 2326 "http://e/" "Mozilla/4.08 [en]""#,
        #"::1 - a b [29/Feb/2024:23:59:60 +0000] "POST /a\x22b HTTP/1.1" 404 - "-" "say \"hi\" \\""#,
        #"10.0.0.1 id us\"er [10/Oct/2000:13:55:37 -0700] "-" 400 0 "" """#,
        #"10.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "GET /a b c HTTP/2.0" 200 5 "a" "b""#,
        #"10.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "GET /old" 200 5 "a" "b""#,
        #"10.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "\x16\x03 \" x" 400 150 "-" "-""#,
        #"10.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "GET"#, "/ HTTP/1.1\" 200 5 \"-\" \"-\"", "", "   ", "\t\r",
    ]
    static let pieces = [
        " ", "\"", "\\", "[", "]", "-", "\n", "\r\n", "x", "9", "\\\"", "\" ", " \"", " [", "- - ", "HTTP/1.1", "\u{0}",
    ]

    /// Some lines, most of them changed in a few places.
    static func text(_ dice: inout Dice) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 1...5, using: &dice) {
            var line = Array((lines.randomElement(using: &dice) ?? "").utf8)
            for _ in 0..<[0, 1, 1, 2, 5][Int.random(in: 0..<5, using: &dice)] {
                let at = Int.random(in: 0...line.count, using: &dice)
                let end = min(line.count, at + Int.random(in: 0...2, using: &dice))
                line.replaceSubrange(at..<end, with: (pieces.randomElement(using: &dice) ?? "").utf8)
            }
            text += line + [10]
        }
        return text
    }
}

@Suite("Lines read by a pattern")
struct PatternParserTests {
    @Test("The combined pattern reads what the combined parser reads, but for its checks and further fields")
    func combined() throws {
        let pattern = try ApacheFormat.notation.read(
            #"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#, [])
        let hand = try CombinedLine.combined.reading([])
        var dice = Dice(11)
        var rows = 0
        var bad = 0
        for _ in 0..<20_000 {
            let text = LineDice.text(&dice)
            var alone = ReadLines()
            for line in text.split(separator: 10) {
                let (one, other) = (pattern.read(Array(line)), hand.read(Array(line)))
                alone.rows += other.rows
                alone.badTexts += other.badTexts
                // The parser looks closer at what stands before the time, and takes further fields.
                let isCloser = ["ip", "ident", "user"].contains { other.bad.first?.expected.hasPrefix($0) == true }
                let isFurther = !other.rows.isEmpty && one.bad.first?.expected == "the end of the line"
                guard isCloser || isFurther || (one.rows == other.rows && one.badTexts == other.badTexts) else {
                    Issue.record("\(String(decoding: line, as: UTF8.self))\n\(one)\n\(other)")
                    return
                }
                rows += one.rows.count
                bad += one.bad.count
            }
            let together = hand.read(text)
            #expect(together.rows == alone.rows && together.badTexts == alone.badTexts)
        }
        #expect(rows > 10_000 && bad > 10_000)
    }

    @Test("A pattern reads what a plain slow reading with strings reads")
    func slow() throws {
        let reading = try NginxFormat.notation.read(#"$remote_addr|$status|$request_length "$http_x" <$http_y>"#, [])
        var dice = Dice(12)
        let pieces = ["1.2.3.4", "|", "200", "20", "-", "17", " \"", "\" <", "\\\"", "\\", ">", "<", "x", "\r", " "]
        var good = 0
        for round in 0..<20_000 {
            var line = round.isMultiple(of: 2) ? "a|200|1 \"x\" <y>" : ""
            for _ in 0..<Int.random(in: 0...6, using: &dice) {
                let at = line.utf8.index(line.startIndex, offsetBy: Int.random(in: 0...line.utf8.count, using: &dice))
                line.insert(contentsOf: pieces.randomElement(using: &dice) ?? "", at: at)
            }
            let read = reading.read(line + "\n")
            let expected = Self.plain(line)
            good += expected == nil ? 0 : 1
            if read.rows.first != expected {
                Issue.record("\(line.debugDescription): \(read.rows) instead of \(String(describing: expected))")
                return
            }
            let isBlank = line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }
            if read.rows.count + read.bad.count != (isBlank ? 0 : 1) {
                Issue.record("\(line.debugDescription) is \(read)")
                return
            }
        }
        #expect(good > 1000)
    }

    /// `$remote_addr|$status|$request_length "$http_x" <$http_y>`, character by character.
    private static func plain(_ text: String) -> [String: String]? {
        var rest = Substring.UnicodeScalarView(text.unicodeScalars)
        if rest.last == "\r" { rest.removeLast() }
        func upTo(_ end: String, isQuoted: Bool = false) -> String? {
            var found = ""
            while !rest.isEmpty {
                if Substring(rest).hasPrefix(end) || Substring(rest).unicodeScalars.starts(with: end.unicodeScalars) {
                    rest.removeFirst(end.unicodeScalars.count)
                    return found
                }
                if isQuoted && rest.first == "\"" { return nil }
                if isQuoted && rest.first == "\\" && rest.count > 1 { found.unicodeScalars.append(rest.removeFirst()) }
                found.unicodeScalars.append(rest.removeFirst())
            }
            return nil
        }
        func undo(_ text: String) -> String {
            var out = String.UnicodeScalarView()
            var scalars = Substring.UnicodeScalarView(text.unicodeScalars)
            while let first = scalars.popFirst() {
                let isEscape = first == "\\" && (scalars.first == "\\" || scalars.first == "\"")
                out.append(isEscape ? scalars.removeFirst() : first)
            }
            return String(out)
        }
        guard let ip = upTo("|"), !ip.isEmpty, let status = upTo("|"), status.count == 3, status.allSatisfy(\.isNumber),
            let length = upTo(" \""), length == "-" || (!length.isEmpty && length.allSatisfy(\.isNumber)),
            let x = upTo("\" <", isQuoted: true), let y = upTo(">"), rest.isEmpty
        else {
            return nil
        }
        return ["ip": ip, "status": status, "bytes_in": length, "http_x": undo(x), "http_y": undo(y)]
    }

    @Test("A field that nothing ends is told with its place")
    func adjacent() {
        let fault = #expect(throws: LogFormatFault.self) {
            try NginxFormat.notation.read("$remote_addr $host$request_uri", [])
        }
        #expect(fault?.offset == 13)
        #expect(fault?.hint.contains("$host") == true)
    }
}
