extension Double {
    /// With so many decimals, `12.30`.
    func fixed(_ digits: Int) -> String {
        guard isFinite, abs(self) < 1e15 else { return "–" }
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(self) * Double(scale)).rounded())
        let whole = (self < 0 && scaled > 0 ? "-" : "") + "\(scaled / scale)"
        guard digits > 0 else { return whole }
        let fraction = "\(scaled % scale)"
        return whole + "." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// With about three figures that say something.
    var figures: String { fixed(abs(self) >= 1000 ? 0 : abs(self) >= 100 ? 1 : 2) }
}

extension Int {
    /// `100,000`
    var grouped: String {
        var text = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
