/// What is wrong with a DNS message or with the text of a name. The raw values are fixed strings.
package enum DNSFault: String, Error, Hashable, Sendable, CaseIterable {
    /// The message ends before what it announces.
    case truncatedMessage = "truncated_message"
    /// A compression pointer does not point strictly backwards, or a name takes more than 127 of them.
    case pointerLoop = "pointer_loop"
    /// A compression pointer points into the twelve bytes of the header, where no name can be.
    case badPointer = "bad_pointer"
    /// A name takes more than 255 bytes on the wire (RFC 1035 §2.3.4).
    case nameTooLong = "name_too_long"
    /// A label of a name given as text is longer than 63 bytes (RFC 1035 §2.3.4).
    case labelTooLong = "label_too_long"
    /// A name given as text is empty, begins with a dot or has two dots in a row.
    case emptyLabel = "empty_label"
    /// A label begins with the bits 01 or 10, which are not in use (RFC 6891 §5).
    case badLabelType = "bad_label_type"
    /// A record's data does not have the length or the inner structure that its type asks for.
    case badRecordLength = "bad_record_length"
    /// The header counts more records than the message has room for.
    case tooManyRecords = "too_many_records"
    /// The header counts more than one question.
    case tooManyQuestions = "too_many_questions"
    /// The question is of a class other than IN.
    case badQuestionClass = "bad_question_class"
    /// An OPT record is repeated, outside the additional section, or owned by another name than the root
    /// (RFC 6891 §6.1.1).
    case badOptions = "bad_options"
    /// More messages came than are skipped, and none was the answer.
    case unrelatedMessages = "unrelated_messages"
    /// A backslash in a name given as text is followed by nothing, or by digits that are not 000...255.
    case badEscape = "bad_escape"
    /// A name given as text has a blank, a control character or a character outside ASCII that is not escaped
    /// (an international name is written in its `xn--` form).
    case badCharacter = "bad_character"
}
