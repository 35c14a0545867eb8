internal import MusterWire

extension DNSStray {
    /// What was passed over, for a person.
    var text: String {
        switch self {
        case .otherID: "ignored an answer with another id"
        case .noResponse: "ignored a message that is no answer"
        case .noQuestion(let code): "ignored an answer \(code.text) that does not repeat the question"
        case .otherQuestion: "ignored an answer to another question"
        case .otherCase: "ignored an answer to the question in another letter case"
        case .refusedOptions: "refuses EDNS, and was then asked without it"
        case .many(let count): "ignored at least \(count) messages that do not belong to the question"
        }
    }
}
