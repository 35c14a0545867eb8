/// Why the lab cannot serve although the inventory is in order: a port is taken, or the system forbids it.
package struct LabFailure: Error, Hashable, Sendable {
    /// Such as `127.0.0.0/8, port 10022`.
    package var location: String
    /// What is wrong and what to do, in one sentence.
    package var hint: String

    /// `lab: 127.0.0.0/8, port 10022: the port is taken; …`
    package var text: String { "lab: \(location): \(hint)" }
}
