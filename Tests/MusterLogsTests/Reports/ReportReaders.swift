import Testing

/// A small reader of CSV (RFC 4180) for tests.
enum CSVText {
    /// Blocks that an empty line parts, as lines of fields. Anything that is no CSV is an issue.
    static func blocks(_ text: String) -> [[[String]]] {
        var blocks: [[[String]]] = [[]]
        var line: [String] = []
        var field = ""
        var isQuoted = false
        var wasQuoted = false
        var characters = text.unicodeScalars.makeIterator()
        var next = characters.next()
        while let character = next {
            next = characters.next()
            switch (character, isQuoted) {
            case ("\"", true) where next == "\"":
                field.append("\"")
                next = characters.next()
            case ("\"", true): isQuoted = false
            case ("\"", false):
                #expect(field.isEmpty && !wasQuoted)
                isQuoted = true
                wasQuoted = true
            case (",", false):
                line.append(field)
                (field, wasQuoted) = ("", false)
            case ("\r", false):
                #expect(next == "\n")
                next = characters.next()
                let isEmpty = line.isEmpty && field.isEmpty && !wasQuoted
                // A line with one empty field is read as the end of a block only before a header.
                if isEmpty { blocks.append([]) } else { blocks[blocks.count - 1].append(line + [field]) }
                (line, field, wasQuoted) = ([], "", false)
            default:
                #expect(isQuoted || !wasQuoted)
                field.unicodeScalars.append(character)
            }
        }
        #expect(line.isEmpty && field.isEmpty && !isQuoted)
        return blocks
    }
}

/// A small reader of Markdown for tests.
enum MarkdownText {
    /// What stands outside of code spans, escaped characters left out.
    static func withoutCode(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.first {
            if character == "\\" {
                rest = rest.dropFirst(2)
            } else if character == "`" {
                let fence = rest.prefix { $0 == "`" }
                rest = rest.dropFirst(fence.count)
                // The span ends at the next run of as many backticks.
                while !rest.isEmpty {
                    let run = rest.prefix { $0 == "`" }
                    rest = rest.dropFirst(max(1, run.count))
                    if run.count == fence.count { break }
                }
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}

/// A small reader of Prometheus' text exposition format 0.0.4 for tests.
enum ExpositionText {
    /// The series, each as name and labels. Anything that breaks the format is an issue: a line that does not fit the
    /// grammar, a family without HELP and TYPE, or one whose samples do not stand together.
    static func series(_ text: String) throws -> [String] {
        let name = /[a-zA-Z_:][a-zA-Z0-9_:]*/
        let sample =
            /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\})? (-?[0-9][0-9.e+-]*)/
        var series: [String] = []
        var families: [String] = []
        var type = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                let words = line.split(separator: " ", maxSplits: 3)
                #expect(words.count == 4 && words[2].wholeMatch(of: name) != nil, "\(line)")
                #expect(!families.contains(String(words[2])), "\(line)")
                families.append(String(words[2]))
                type = ""
            } else if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                #expect(words.count == 4 && words[2] == families.last ?? "")
                #expect(["counter", "gauge", "summary"].contains(words[3]))
                type = String(words[3])
            } else {
                let match = try #require(line.wholeMatch(of: sample), "\(line)")
                let family = families.last ?? ""
                let endings = type == "summary" ? ["", "_sum", "_count"] : [""]
                #expect(!type.isEmpty && endings.map { family + $0 }.contains(String(match.1)), "\(line)")
                #expect(Double(match.3) != nil, "\(line)")
                series.append(String(match.1) + (match.2.map(String.init) ?? ""))
            }
        }
        return series
    }
}
