extension Double {
    /// With so many decimals, `12.30`.
    package func fixed(_ digits: Int) -> String {
        guard isFinite, abs(self) < 1e15 else { return "–" }
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(self) * Double(scale)).rounded())
        let whole = (self < 0 && scaled > 0 ? "-" : "") + "\(scaled / scale)"
        guard digits > 0 else { return whole }
        let fraction = "\(scaled % scale)"
        return whole + "." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// With about three figures that say something.
    package var figures: String { fixed(abs(self) >= 1000 ? 0 : abs(self) >= 100 ? 1 : 2) }

    /// A quotient: `0.042`, `1.25`, `38.1`, `120`.
    package var factor: String { fixed(abs(self) < 0.0995 ? 3 : abs(self) < 9.995 ? 2 : abs(self) < 99.95 ? 1 : 0) }
}
