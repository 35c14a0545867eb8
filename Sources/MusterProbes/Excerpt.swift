/// Short forms of what came from the network, for details.
extension String {
    /// The text where it is short, else its beginning and an ellipsis. Counted in Unicode scalars: a character can be made of
    /// any number of them.
    func excerpt(_ limit: Int) -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return self }
        return String(scalars[..<end]) + "…"
    }
}

extension Collection<String> {
    /// The first three texts, none of them long, and how many there are beyond: `a, b, c and 4 more`.
    var excerpt: String {
        let shown = prefix(3).map { $0.excerpt(80) }.joined(separator: ", ")
        return count > 3 ? "\(shown) and \(count - 3) more" : shown
    }
}
