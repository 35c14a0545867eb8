import MusterCore

extension FaultLog {
    /// Notes a name of our own that is none.
    func noteName(_ name: String, _ owner: String, at location: @autoclosure () -> String) {
        guard !HostText.isWord(name) else { return }
        add(
            .badValue, at: location(),
            "no name for \(owner); write letters, digits, \"_\", \"-\" and \".\", at most 64")
    }

    /// Notes a name that nothing has.
    func noteUnknown(_ thing: String, _ name: String, among candidates: [String], at location: String) {
        let hint = NearestWord.hint(name, among: candidates)
        add(.unknownName, at: location, "no \(thing) is called \"\(name)\"" + (hint.isEmpty ? "" : "; \(hint)"))
    }
}
