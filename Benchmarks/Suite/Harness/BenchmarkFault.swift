import Glibc

/// Why a workload could not be measured.
struct BenchmarkFault: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    /// What could not be done, and why in the system's words.
    init(_ description: String, errno number: Int32) {
        // Invariant: strerror gives a text that ends; nobody else asks it at this moment, or gets the same words.
        self.description = description + ": " + (unsafe String(cString: strerror(number)))
    }
}
