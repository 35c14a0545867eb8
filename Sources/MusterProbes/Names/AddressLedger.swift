internal import MusterCore

/// What became of each address of a name.
struct AddressLedger: Sendable {
    private struct Entry {
        var address: IPAddress
        /// Nil for one that was not needed.
        var outcome: Refusal?
    }

    private var entries: [Entry]
    /// The one that the check was made on.
    private var used: Int?

    init(_ addresses: [IPAddress]) { entries = addresses.map { Entry(address: $0) } }

    var addresses: [IPAddress] { entries.map(\.address) }
    var count: Int { entries.count }

    mutating func note(_ index: Int, _ outcome: Refusal) { entries[index].outcome = outcome }
    mutating func use(_ index: Int) { used = index }

    /// What the check on the used address came to.
    mutating func close(_ outcome: Refusal) { if let used { entries[used].outcome = outcome } }

    /// An outcome as it is told of one address among others.
    func told(_ index: Int, _ outcome: Refusal) -> Refusal {
        guard entries.count > 1, outcome.verdict != .up else { return outcome }
        let address = entries[index].address.text
        return Refusal(outcome.verdict, outcome.detail.isEmpty ? address : "\(address): \(outcome.detail)")
    }

    /// What it means that no address was any good. Where our own side kept us from one, nothing is known of the host;
    /// that we have no route to it is no matter where others were tried.
    var failure: Refusal {
        let failed = entries.compactMap(\.outcome)
        guard let decisive = failed.min(by: { Self.weight($0.verdict) < Self.weight($1.verdict) }) else {
            return Refusal(.unknown(.cancelled))
        }
        guard entries.count > 1, decisive.verdict != .unknown(.cancelled) else { return decisive }
        let parts = entries.prefix(3).map { entry in
            entry.address.text + " " + (entry.outcome?.verdict.code ?? "not tried")
                + (entry.outcome.map { $0.detail.isEmpty ? "" : " (\($0.detail))" } ?? "")
        }
        let rest = entries.count > 3 ? " and \(entries.count - 3) more" : ""
        return Refusal(decisive.verdict, parts.joined(separator: ", ") + rest)
    }

    private static func weight(_ verdict: Verdict) -> Int {
        switch verdict {
        case .unknown(.cancelled): 0
        case .unknown(.route): 3
        case .unknown: 1
        case .down, .degraded: 2
        case .up: 4
        }
    }

    /// `address`, the one that was used, and of several `addresses`, with what became of each.
    var facts: [Fact] {
        var facts: [Fact] = []
        if let used { facts.append(Fact("address", .string(entries[used].address.text))) }
        guard entries.count > 1 else { return facts }
        facts.append(Fact("addresses", .list(entries.map(Self.members))))
        return facts
    }

    private static func members(_ entry: Entry) -> Setting {
        var members = [Setting.Member("address", .string(entry.address.text))]
        if let outcome = entry.outcome {
            members.append(.init("verdict", .string(outcome.verdict.kind.rawValue)))
            if let code = outcome.verdict.code { members.append(.init("reason", .string(code))) }
        }
        return .object(members)
    }
}
