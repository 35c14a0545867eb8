internal import MusterText

extension ModelDecision {
    /// What to take, and what is to be known of the others, made of the numbers alone.
    package var advice: String {
        guard let best = leaders.first else {
            return standing.entries.isEmpty
                ? "Nothing was measured."
                : "No model was measured, only \(ModelDecision.listed(standing.entries, limit: 4))."
        }
        guard canTell else {
            let most = standing.candidates.map(\.statistics.count).min() ?? 0
            return
                "Too few samples to tell: \(most.counted("sample")), and at least \(SampleComparison.fewest) are needed."
        }
        let sentences = [choice(best) + followers(best) + ".", asideText(best), lossText(best), oursText]
        return sentences.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private var isAlone: Bool { leaders.count == 1 }

    private func choice(_ best: Entry) -> String {
        let value = standing.workload.criterion.text(best.statistics.median)
        // Another number in flight than the others have is part of the answer.
        let flight = best.cell.window == standing.window ? "" : " with \(best.cell.windowText) in flight"
        if isAlone { return "Take \(best.contender.name): \(value)\(flight)" }
        return "No difference between \(ModelDecision.listed(leaders)) (\(value)\(flight)): take the simplest of them"
    }

    private func followers(_ best: Entry) -> String {
        guard let next else { return "" }
        if next.lost > best.lost {
            let share = ModelDecision.share(next.lost)
            let others =
                standing.candidates.count - leaders.count == 1
                ? "\(next.contender.name) loses \(share)" : "the others lose at least \(share)"
            let own = best.lost > 0 ? ", \(isAlone ? "it loses" : "they lose") \(ModelDecision.share(best.lost))" : ""
            return "; \(others) of the items" + own
        }
        guard let margin else { return ", ahead of \(next.contender.name)" }
        return isAlone
            ? ", \(margin < 1.05 ? "only " : "")\(margin.factor)× better than \(next.contender.name), the next one"
            : "; \(next.contender.name), the next one, is \(margin.factor)× behind"
    }

    /// A model that is better because it has another number in flight.
    private func asideText(_ best: Entry) -> String {
        guard let other = standing.aside.first, other.lost <= best.lost,
            standing.workload.criterion.metric.isMoreBetter == (other.statistics.median > best.statistics.median)
        else { return "" }
        return "\(other.contender.name) has \(standing.workload.criterion.text(other.statistics.median)), but with"
            + " \(other.cell.windowText) in flight."
    }

    /// Of those behind the next one, how many lose more.
    private func lossText(_ best: Entry) -> String {
        let losing = standing.candidates.filter { $0.lost > best.lost }
        guard let next, next.lost == best.lost, let least = losing.map(\.lost).min() else { return "" }
        return "\(losing.count) of the others \(losing.count == 1 ? "loses" : "lose")"
            + " \(ModelDecision.share(least)) of the items\(losing.count == 1 ? "" : " or more"), \(ModelDecision.listed(leaders)) \(ModelDecision.share(best.lost))."
    }

    /// Where muster's engine stands, unless the choice tells it.
    package var oursText: String {
        if let absence = standing.absent.first(where: { $0.contender.kind == .ours }) {
            return switch absence.kind {
            case .failed: "muster's engine failed: \(absence.reason)."
            case .notApplicable: "muster's engine does not do this: \(absence.reason)."
            case .notComparable: "muster's engine cannot be compared: \(absence.reason)."
            }
        }
        // Where it leads or is the next one, the sentence before has told it.
        guard let ours, !ours.isLeader else { return "" }
        if next?.contender.kind == .ours, margin != nil { return "" }
        let behind = ours.factor.map { ", \($0.factor)× behind the best" } ?? ""
        return "muster's engine is number \(ours.rank) of \(standing.candidates.count)\(behind)."
    }

    /// `a`, `a and b`, `a, b and c`; where there are more than `limit`, `a, b, c and 4 more`.
    static func listed(_ entries: [Entry], limit: Int = 12) -> String {
        let names = entries.map(\.contender.name)
        if names.count > limit { return names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more" }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func share(_ thousandths: Int) -> String { ValueText.share(Double(thousandths) / 1000) }
}
