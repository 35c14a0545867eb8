internal import Glibc

/// Where paths lead.
package enum RealPath {
    /// The path without links, `.` and `..` in it (realpath(3)); nil where nothing is there, or it is no UTF-8.
    package static func of(_ path: String) -> String? {
        guard !path.utf8.contains(0), let resolved = unsafe realpath(path, nil) else { return nil }
        // Invariant: realpath gave a string that ends with a zero, and that is freed once.
        defer { unsafe free(resolved) }
        return unsafe String(validatingCString: resolved)
    }
}
