extension DiskFault {
    /// The system's reason, with what was asked: "cannot rename: file exists".
    package var hint: String { FileFault(path: path, errno: code, doing: call).hint }

    /// Place and reason, for people.
    package var text: String { "\(path): \(hint)" }

    /// Passes on what a call gave, and throws where it gave a negated errno.
    @discardableResult
    static func check<Value: FixedWidthInteger>(
        _ outcome: Value, _ call: String, _ path: @autoclosure () -> String
    ) throws(DiskFault) -> Value {
        if outcome >= 0 { return outcome }
        throw DiskFault(code: Int32(clamping: 0 - Int64(outcome)), call: call, path: path())
    }
}

/// What an entry of a directory may be called.
package enum EntryName {
    /// False for names that the system would take for another place: empty, `.`, `..`, with a slash or a zero.
    package static func isValid(_ name: String) -> Bool {
        if name.isEmpty || name == "." || name == ".." { return false }
        return name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != 0 }
    }
}

extension DiskDirectory {
    /// The path of an entry.
    func place(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }
}
