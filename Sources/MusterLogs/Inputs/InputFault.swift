package import MusterSystem

/// Why an input that was asked for cannot be read.
package struct InputFault: Error, Hashable, Sendable {
    /// As the operator named it.
    package var name: String
    /// What is wrong and what to do.
    package var hint: String

    package init(name: String, hint: String) {
        self.name = name
        self.hint = hint
    }

    package init(_ fault: FileFault) { self.init(name: fault.path, hint: fault.hint) }

    package var text: String { "\(name): \(hint)" }
}
