internal import CMusterLinux

/// Descriptors 0 to 2, which every process is given.
package enum StandardDescriptors {
    /// Opens /dev/null for those that are closed; using them stays the fault that it is.
    package static func hold() {
        // Where not even that can be opened, nothing else can either, and says so.
        _ = cml_hold_standard_descriptors()
    }
}
