/// An output as a user writes it: a path, or `fifo:PATH`. A file of such a name is `./fifo:PATH`.
struct OutputName: Sendable {
    var path: String
    /// Whether a FIFO is meant, whose reader is waited for.
    var isFIFO: Bool

    init(_ text: String) {
        isFIFO = text.hasPrefix(Self.prefix)
        path = isFIFO ? String(text.dropFirst(Self.prefix.count)) : text
    }

    private static let prefix = "fifo:"
}

/// Whom a written file is for.
package enum OutputReaders: Sendable {
    /// A report: as the umask and the folder have it, or as the file that it replaces.
    case all
    /// Nobody but its owner, whatever the file that it replaces allowed.
    case owner

    /// The mode of a new file, before the umask.
    var mode: UInt32 { self == .all ? 0o644 : 0o600 }
}
