/// Why the numbers of a document cannot be written.
package struct ResultsDocumentFault: Error, Hashable, Sendable {
    /// From 1.
    package var line: Int
    package var hint: String
}

/// A Markdown text whose numbers come from results files. Each stands between two comments, which nobody sees:
///
/// ```
/// <!-- value models.json tcp-10ms muster throughput -->12.3K/s<!-- end -->
/// ```
///
/// The first comment names what belongs there, the file (in the folder of the results), and of what:
///
/// | Mark | Gives |
/// | --- | --- |
/// | `value FILE WORKLOAD CONTENDER METRIC` | the figure, as tables have it; metrics are those of ``ModelMetric`` |
/// | `ratio FILE WORKLOAD CONTENDER OTHER METRIC` | the first one's median over the other's, or "no difference" |
/// | `value-at WINDOW FILE WORKLOAD CONTENDER METRIC`, `ratio-at WINDOW …` | the same with another number in flight |
/// | `best FILE WORKLOAD` | the best model's name, or the names of those that do not differ |
/// | `advice FILE WORKLOAD` | the sentence of advice |
/// | `decisions FILE` | the table of decisions |
/// | `machine FILE` | where and when it was measured |
///
/// Of a file that is not there, each gives ``unmeasured``.
package enum ResultsDocument {
    package static let unmeasured = "(not measured yet)"

    /// A mark and what stands after it.
    private struct Mark {
        /// Without the number in flight.
        var words: [Substring]
        /// Nil where it is the one that contenders are compared at.
        var window: Int?
        /// What stands between the two comments.
        var body: Range<String.Index>
    }

    private static let kinds: [(name: String, arguments: Int)] = [
        ("value", 4), ("ratio", 5), ("value-at", 5), ("ratio-at", 6), ("best", 2), ("advice", 2), ("decisions", 1),
        ("machine", 1),
    ]

    /// The files that a text names, each once; none of a text with a fault.
    package static func files(of text: String) -> [String] {
        // The fault shows where the text is filled.
        guard let marks = try? marks(text) else { return [] }
        return Set(marks.map { String($0.words[1]) }).sorted()
    }

    /// The text with every number as the files have it; those that are not there are missing in `results`.
    ///
    /// Errors: a mark without its end, of too few or too many words, or one that names what its file does not have.
    package static func filled(
        _ text: String, _ results: [String: BenchmarkResults]
    ) throws(ResultsDocumentFault) -> String {
        var filled = ""
        var rest = text.startIndex
        for mark in try marks(text) {
            filled += text[rest..<mark.body.lowerBound]
            rest = mark.body.upperBound
            guard let results = results[String(mark.words[1])] else {
                filled += unmeasured
                continue
            }
            do throws(Unknown) {
                filled += try value(mark, results)
            } catch {
                throw fault(text, mark.body.lowerBound, error.hint)
            }
        }
        return filled + text[rest...]
    }

    /// What stands outside of all marks and of blocks of code, where no measured number belongs.
    package static func prose(of text: String) throws(ResultsDocumentFault) -> String {
        var prose = ""
        var rest = text.startIndex
        for mark in try marks(text) {
            prose += text[rest..<mark.body.lowerBound]
            rest = mark.body.upperBound
        }
        prose += text[rest...]
        return prose.split(separator: "```", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined()
    }

    // MARK: Reading

    private static func marks(_ text: String) throws(ResultsDocumentFault) -> [Mark] {
        var marks: [Mark] = []
        var open: (words: [Substring], window: Int?, start: String.Index)?
        var rest = text[...]
        while let start = rest.firstRange(of: "<!--"), let end = rest[start.upperBound...].firstRange(of: "-->") {
            let words = rest[start.upperBound..<end.lowerBound].split(whereSeparator: \.isWhitespace)
            rest = rest[end.upperBound...]
            if words == ["end"] {
                guard let mark = open else { throw fault(text, start.lowerBound, "an end without its beginning") }
                marks.append(
                    Mark(words: mark.words, window: mark.window, body: mark.start..<start.lowerBound))
                open = nil
            } else if let kind = kinds.first(where: { $0.name == words.first ?? "" }) {
                if let open { throw fault(text, open.start, "a mark without its end; write <!-- end -->") }
                guard !words.contains(where: { $0.hasSuffix(".json") && $0.contains("/") }) else {
                    throw fault(text, start.lowerBound, "a results file is named without its folder")
                }
                guard words.count == kind.arguments + 1 else {
                    throw fault(text, start.lowerBound, "\"\(kind.name)\" takes \(kind.arguments) words after it")
                }
                guard kind.name.hasSuffix("-at") else {
                    open = (words, nil, end.upperBound)
                    continue
                }
                guard let window = Int(words[1]), window >= 0 else {
                    throw fault(text, start.lowerBound, "\"\(words[1])\" is no number in flight")
                }
                open = ([words[0].dropLast(3)] + words[2...], window, end.upperBound)
            }
        }
        if let open { throw fault(text, open.start, "a mark without its end; write <!-- end -->") }
        return marks
    }

    private static func fault(_ text: String, _ place: String.Index, _ hint: String) -> ResultsDocumentFault {
        ResultsDocumentFault(line: text.utf8[..<place].count { $0 == 10 } + 1, hint: hint)
    }

    // MARK: Values

    private struct Unknown: Error {
        var hint: String
    }

    private static func value(_ mark: Mark, _ results: BenchmarkResults) throws(Unknown) -> String {
        let words = mark.words
        switch words[0] {
        case "machine": return MarkdownText.escaped(results.headline)
        case "decisions" where results.cells.isEmpty: throw Unknown(hint: "\(words[1]) has no concurrency models")
        case "decisions": return "\n\n" + ResultsTables.decisions(ModelDecision.all(results)).markdown + "\n"
        default: break
        }
        guard let workload = results.shownWorkloads.first(where: { $0.name == words[2] }) else {
            throw Unknown(hint: "\(words[1]) has no workload \"\(words[2])\"")
        }
        let standing = ModelStanding(of: workload, in: results)
        switch words[0] {
        case "best": return MarkdownText.escaped(ModelDecision(standing).bestText)
        case "advice": return MarkdownText.escaped(ModelDecision(standing).advice)
        default: break
        }
        guard let metric = ModelMetric(rawValue: String(words[words.count - 1])) else {
            let known = ModelMetric.allCases.map(\.rawValue).joined(separator: ", ")
            throw Unknown(hint: "no metric is called \"\(words[words.count - 1])\"; there are \(known)")
        }
        let first = try statistics(String(words[3]), metric, standing, results, at: mark.window)
        guard words[0] == "ratio" else { return metric.text(metric.told(first)) }
        let other = try statistics(String(words[4]), metric, standing, results, at: mark.window)
        return SampleComparison(first, to: other).text
    }

    private static func statistics(
        _ contender: String, _ metric: ModelMetric, _ standing: ModelStanding, _ results: BenchmarkResults,
        at window: Int?
    ) throws(Unknown) -> Statistics {
        let cell =
            if let window {
                standing.byWindow(
                    results.cells.filter {
                        $0.workload == standing.workload.name && $0.contender == contender && $0.isMeasured
                            && $0.window == window
                    }
                ).first
            } else {
                standing.entries.first { $0.contender.name == contender }?.cell
            }
        guard let statistics = cell?.statistics(metric) else {
            throw Unknown(
                hint: "\"\(contender)\" has no \(metric.rawValue) at \"\(standing.workload.name)\""
                    + (window.map { " with \($0) in flight" } ?? ""))
        }
        return statistics
    }
}
