internal import Glibc

/// The environment of the process.
package enum Environment {
    /// A variable's value, nil where it is not set.
    package static func variable(_ name: String) -> String? {
        // Invariant: nobody changes the environment while the process runs.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
