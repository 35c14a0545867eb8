@testable import MusterLogs

/// What a log is recognised as, and what it holds then.
struct RecognisedLog {
    /// The format; nil where the log is not recognised.
    var name: String?
    var read = ReadLines()
    /// Names of the fields that the lines have.
    var present: Set<String> = []
    /// The formats that come nearest, where none fits.
    var guesses: [String: Int] = [:]

    init(_ text: String, wanted: [String] = DefaultQuestions.wanted) {
        switch FormatRecognition(wanted: wanted).recognise(LineSample(Array(text.utf8))) {
        case .found(let format, let reading, let present):
            precondition(format.name == reading.title)
            name = format.name
            read = reading.read(text)
            self.present = present
        case .unknown(let guesses):
            self.guesses = Dictionary(guesses.map { ($0.name, $0.percent) }) { first, _ in first }
        }
    }
}
