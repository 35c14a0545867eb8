/// The name that the program was called by: as `logrotate` it is `muster logs rotate`.
enum CalledName {
    /// The name that drops into cron and scripts.
    static let logrotate = "logrotate"
    /// The words before the arguments of that name; the flag tells the command how it was called.
    static let command = ["logs", "rotate", "--as-logrotate"]

    /// The arguments to parse, without the program's own name, of all words the system handed over.
    ///
    /// What the parser does not know is told in its words: `-?` as `--help`, and a value that is joined to a pack of letters
    /// (`-fs/tmp/state`) apart from the pack. The value of an option and what stands behind `--` stay as they are.
    static func arguments(_ words: [String]) -> [String] {
        guard let name = words.first, isLogrotate(name) else { return Array(words.dropFirst()) }
        var arguments = command
        var isValue = false
        var isOver = false
        for word in words.dropFirst() {
            if word == "--", !isValue { isOver = true }
            guard !isValue, !isOver else {
                arguments.append(word)
                isValue = false
                continue
            }
            arguments += word == "-?" ? ["--help"] : apart(word)
            isValue = arguments.last.map(takesValue) ?? false
        }
        return arguments
    }

    /// Whether the last component of a path, or of a name, is logrotate's.
    static func isLogrotate(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } == Array(logrotate.utf8)
    }

    /// A text of the parser's with the name that the user typed.
    static func text(_ text: String, calledBy name: String) -> String {
        guard isLogrotate(name) else { return text }
        return text.replacing("muster " + command.dropLast().joined(separator: " "), with: logrotate)
    }

    /// A pack of flags apart from the option behind them: `-dfs` and `-dfsFILE` as `-df -s` and `-df -sFILE`.
    private static func apart(_ word: String) -> [String] {
        guard word.hasPrefix("-"), let end = word.dropFirst().firstIndex(where: { !"dfv".contains($0) }),
            end > word.index(after: word.startIndex), "slm".contains(word[end])
        else { return [word] }
        return [String(word[..<end]), "-" + word[end...]]
    }

    /// Options whose value is the next word.
    private static func takesValue(_ word: String) -> Bool {
        ["-s", "--state", "-l", "--log", "-m", "--mail"].contains(word)
    }
}
