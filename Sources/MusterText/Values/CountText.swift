extension Int {
    /// For people: `30,000`.
    package var grouped: String {
        let digits = String(magnitude)
        var text = self < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `1 target`, `30,000 targets`.
    package func counted(_ noun: String) -> String { grouped + " " + noun + (self == 1 ? "" : "s") }
}
