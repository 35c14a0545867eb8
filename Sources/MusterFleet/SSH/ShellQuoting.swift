/// Words made fit for a POSIX shell (XCU 2.2.2), so that it reads back just these words.
package enum ShellQuoting {
    /// A command line of which a shell makes these words again. The first is always quoted, so that it is a command and no
    /// keyword, alias or assignment.
    package static func line(_ words: [String]) -> String {
        words.enumerated().map { $0.offset == 0 ? quoted($0.element) : word($0.element) }.joined(separator: " ")
    }

    /// The same for people to read: only what needs quotes has them.
    package static func shown(_ words: [String]) -> String { words.map(word).joined(separator: " ") }

    /// A word, in quotes where it needs them.
    static func word(_ text: String) -> String {
        !text.isEmpty && text.utf8.allSatisfy(isPlain) ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "'")]
        for byte in text.utf8 {
            // Inside of single quotes all stands for itself but the quote, which stands between two quoted pieces.
            if byte == UInt8(ascii: "'") { bytes += Array("'\\''".utf8) } else { bytes.append(byte) }
        }
        bytes.append(UInt8(ascii: "'"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "_@%+:,./-".utf8.contains(byte)
        }
    }
}
