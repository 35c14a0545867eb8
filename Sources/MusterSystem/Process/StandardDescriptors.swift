internal import CMusterLinux
internal import Glibc

/// Descriptors 0 to 2, which every process is given.
package enum StandardDescriptors {
    /// Opens /dev/null for those that are closed; using them stays the fault that it is.
    package static func hold() {
        // Where not even that can be opened, nothing else can either, and says so.
        _ = cml_hold_standard_descriptors()
    }

    /// Whether standard output can be written to: it cannot where it was closed at the start.
    package static var isOutputOpen: Bool {
        let flags = fcntl(1, F_GETFL)
        return flags >= 0 && flags & O_ACCMODE != O_RDONLY
    }
}
