/// Why a pattern is none.
package struct PatternFault: Error, Hashable, Sendable {
    /// Where in the pattern, in bytes from 0.
    package var offset: Int
    /// What is wrong and what to write instead.
    package var hint: String

    init(_ hint: String, at offset: Int) {
        self.hint = hint
        self.offset = offset
    }
}
