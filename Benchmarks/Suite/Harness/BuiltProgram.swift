import CMusterLimits
import Glibc

/// What was built together with this program.
enum BuiltProgram {
    /// Where this program is, without a slash at the end.
    static var directory: String {
        var text = [CChar](repeating: 0, count: 4096)
        let length = unsafe text.withUnsafeMutableBufferPointer {
            unsafe lim_program_directory($0.baseAddress!, $0.count)
        }
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of muster; nil where it is not there.
    static var muster: String? {
        let path = directory + "/muster"
        return unsafe access(path, X_OK) == 0 ? path : nil
    }
}
