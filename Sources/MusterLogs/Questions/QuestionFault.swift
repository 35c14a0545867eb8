internal import MusterCore

/// Why a question cannot be asked: a filter, a field or a time that cannot be understood.
package struct QuestionFault: Error, Hashable, Sendable {
    /// Where in the operator's text, in bytes from 0; nil where it is about all of it.
    package var offset: Int?
    /// What is wrong, and what to write instead.
    package var hint: String

    package init(_ hint: String, at offset: Int? = nil) {
        self.hint = hint
        self.offset = offset
    }

    /// For people: `at 7: a value is expected …`, with the column from 1.
    package var text: String { offset.map { "at \($0 + 1): \(hint)" } ?? hint }

    /// A name that no field goes by, with the one that was probably meant.
    static func unknownField(_ name: String, in reading: LineReading, at offset: Int?) -> QuestionFault {
        let known = KeyField.names(in: reading)
        return QuestionFault(
            "no field of \(reading.title) is called \"\(name)\"; \(NearestWord.hint(name, among: known))", at: offset)
    }
}
