import MusterRotation

/// Where the state file is when nobody says.
enum DefaultState {
    /// Debian's logrotate keeps it there.
    static let logrotate = "/var/lib/logrotate/status"
    /// Named by `-s`, it means that no state is kept.
    static let none = "/dev/null"
    static let system = "/var/lib/muster/rotation"

    /// For root that of logrotate or ours, as we are called; for others below `$XDG_STATE_HOME`, or `~/.local/state`. Never in
    /// the folder we are in, which may be anybody's. Errors: no home is known.
    static func path(
        isLogrotate: Bool, isRoot: Bool, environment: (String) -> String?
    ) throws(RotationFault) -> String {
        if isRoot { return isLogrotate ? logrotate : system }
        // A relative one is to be ignored (XDG Base Directory Specification).
        if let folder = environment("XDG_STATE_HOME"), folder.hasPrefix("/") { return folder + "/muster/rotation" }
        if let home = environment("HOME"), home.hasPrefix("/") { return home + "/.local/state/muster/rotation" }
        throw RotationFault(
            .missing, at: "--state",
            "there is no usual place for the state file without a home; write -s FILE, or set HOME or XDG_STATE_HOME")
    }

    /// The folders to make for a default path before it is used, the outer ones first: those that are its own.
    static func folders(of path: String) -> [String] {
        let parts = path.split(separator: "/").dropLast()
        guard path.hasPrefix("/") else { return [] }
        return parts.indices.map { "/" + parts[...$0].joined(separator: "/") }
    }
}
