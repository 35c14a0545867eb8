internal import MusterCore

/// How the system's OpenSSH client is called.
package struct SSHSettings: Sendable, Hashable {
    /// A path, or a name for `PATH`.
    package var program = "ssh"
    /// For reaching a host and for its login's beginning (ConnectTimeout); whole seconds, from 1.
    package var connectTimeout: Duration = .seconds(10)
    /// Instead of the user's and the system's configuration (`-F`).
    package var configuration: String?
    /// Each as for `-o`: `StrictHostKeyChecking=yes`. They win over all but BatchMode.
    package var options: [String] = []

    package init() {}

    /// The arguments that run a command on a host.
    ///
    /// Nothing asks for a password, no terminal is had there and no port forwarded. ssh takes the first of several values
    /// of an option (ssh_config(5)), so the caller's stand before ours.
    func arguments(for host: FleetHost, _ command: [String]) -> [String] {
        var words = configuration.map { ["-F", $0] } ?? []
        words += ["-T", "-o", "BatchMode=yes"]
        for option in options { words += ["-o", option] }
        let seconds = max(1, (connectTimeout.nanoseconds + 999_999_999) / 1_000_000_000)
        // A host that dies in the middle is noticed within a minute instead of never.
        for option in [
            "ConnectTimeout=\(seconds)", "ServerAliveInterval=15", "ServerAliveCountMax=3", "ClearAllForwardings=yes",
        ] { words += ["-o", option] }
        if let port = host.port { words += ["-p", "\(port)"] }
        if let user = host.user { words += ["-l", user] }
        return words + ["--", host.address, ShellQuoting.line(command)]
    }
}
