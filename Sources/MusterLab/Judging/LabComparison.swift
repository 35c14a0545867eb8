package import MusterCore

/// Compares every verdict of a run with what the lab has planted.
package struct LabComparison: Sendable {
    /// A target that was judged otherwise than planted.
    private struct Difference {
        var index: Int
        var text: String
    }

    /// How many differences are told one by one.
    package static let told = 20

    private let expectation: LabExpectation
    private let targetCount: Int
    private var matched = 0
    private var judged = 0
    private var differences: [Difference] = []

    /// - Parameter targetCount: How many targets the run has; one without an observation counts as not as planted.
    package init(_ expectation: LabExpectation, targetCount: Int) {
        self.expectation = expectation
        self.targetCount = targetCount
    }

    /// Whether every target was judged as planted.
    package var holds: Bool { matched == targetCount && judged == targetCount }

    /// Takes the verdict on one target.
    package mutating func add(_ observation: Observation) {
        judged += 1
        let expected = expectation.expected(for: observation.target)
        guard observation.verdict != expected else {
            matched += 1
            return
        }
        guard differences.count < LabComparison.told else { return }
        differences.append(
            Difference(index: observation.target.index, text: text(observation, expected: expected)))
    }

    /// `lab: 30,000 of 30,000 targets judged as planted`, then the first differences, one a line.
    package var lines: [String] {
        let total = LabComparison.grouped(targetCount)
        var lines = ["lab: \(LabComparison.grouped(matched)) of \(total) targets judged as planted"]
        lines += differences.sorted { $0.index < $1.index }.map(\.text)
        let more = judged - matched - differences.count
        if more > 0 { lines.append("lab: and \(LabComparison.grouped(more)) more") }
        if judged < targetCount {
            lines.append("lab: \(LabComparison.grouped(targetCount - judged)) of them without a verdict")
        }
        return lines
    }

    private func text(_ observation: Observation, expected: Verdict) -> String {
        let target = observation.target
        let planted = expectation.fault(of: target) ?? "nothing"
        let detail = observation.last.detail.isEmpty ? "" : " (\(observation.last.detail))"
        return "lab: \(target.host.name) \(target.check.name): planted \(planted), "
            + "expected \(LabComparison.words(expected)), got \(LabComparison.words(observation.verdict))\(detail)"
    }

    private static func words(_ verdict: Verdict) -> String {
        verdict.code.map { "\(verdict.kind.rawValue) \($0)" } ?? verdict.kind.rawValue
    }

    /// `30,000`
    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
