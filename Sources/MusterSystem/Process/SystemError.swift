internal import CMusterLinux

/// What the system says about an error.
package enum SystemError {
    /// "no space left on device"; for errno above 0.
    package static func text(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        // Invariant: no more is written than the buffer's size.
        let length = unsafe buffer.withUnsafeMutableBytes { unsafe cml_error_text(number, $0.baseAddress!, $0.count) }
        let reason = String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
        return reason.prefix(1).lowercased() + reason.dropFirst()
    }
}
