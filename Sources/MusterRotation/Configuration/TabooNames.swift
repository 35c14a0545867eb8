/// Names of files that `include` leaves out of a directory: `tabooext` and `taboopat` change one list.
struct TabooNames: Sendable {
    private var patterns: [ComponentPattern]

    /// What packages and editors leave behind.
    init() {
        let endings = [
            ",v", ".bak", ".cfsaved", ".disabled", ".dpkg-bak", ".dpkg-del", ".dpkg-dist", ".dpkg-new", ".dpkg-old",
            ".dpkg-tmp", ".rhn-cfg-tmp-*", ".rpmnew", ".rpmorig", ".rpmsave", ".swp", ".ucf-dist", ".ucf-new",
            ".ucf-old", "~",
        ]
        patterns = endings.map { ComponentPattern("*" + $0) }
    }

    /// Takes a list with commas or blanks between its words; `+` before it keeps what there was. Errors: a word has a slash, or
    /// there is none.
    mutating func change(_ text: String, areEndings: Bool) throws(BadValue) {
        let adds = text.hasPrefix("+")
        let words = text.dropFirst(adds ? 1 : 0).split { $0 == "," || $0.isWhitespace }
        guard !words.isEmpty else { throw BadValue("names are missing") }
        guard (adds ? patterns.count : 0) + words.count <= Self.limit else {
            throw BadValue("more than \(Self.limit) names are too many")
        }
        for word in words where word.contains("/") { throw BadValue("\(DirectiveValues.shown(word)) has a slash") }
        if !adds { patterns = [] }
        patterns += words.map { ComponentPattern(areEndings ? "*" + $0 : String($0)) }
    }

    func contains(_ name: String) -> Bool {
        patterns.contains { $0.matches(name, hidesDots: false) }
    }

    private static let limit = 1_000
}
