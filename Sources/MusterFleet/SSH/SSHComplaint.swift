internal import MusterCore

/// What ssh says when it ends with 255, told apart by the fixed English words of OpenSSH and of the system.
///
/// Words of the network count only in a line that ssh itself begins, for the command's own lines come the same way.
enum SSHComplaint {
    private struct Meaning {
        /// What the line begins with; empty where the words are ssh's alone.
        var beginning: String
        var words: String
        var outcome: HostOutcome

        init(_ beginning: String, _ words: String, _ outcome: HostOutcome) {
            self.beginning = beginning
            self.words = words
            self.outcome = outcome
        }

        func fits(_ line: String) -> Bool { line.hasPrefix(beginning) && SSHComplaint.contains(line, words) }
    }

    /// The first that fits counts. Those that blame our own side stand first.
    private static let meanings = [
        Meaning("", "Bad configuration option", .unknown(.fault)),
        Meaning("", "bad configuration options", .unknown(.fault)),
        Meaning("command-line", "line 0:", .unknown(.fault)),
        Meaning("Can't open user config file", "", .unknown(.fault)),
        Meaning("Bad owner or permissions on", "", .unknown(.fault)),
        Meaning("ssh: ", "Temporary failure in name resolution", .unknown(.resolver)),
        Meaning("ssh: ", "Network is unreachable", .unknown(.route)),
        Meaning("ssh: ", "Operation not permitted", .unknown(.forbidden)),
        Meaning("ssh: ", "Cannot assign requested address", .unknown(.ports)),
        Meaning("", "socket: Too many open files", .unknown(.descriptors)),
        Meaning("ssh: ", "Name or service not known", .unreachable(.network(.resolveNXDomain))),
        Meaning("ssh: ", "No address associated with hostname", .unreachable(.network(.resolveNoAddress))),
        Meaning("Host key verification failed", "", .unreachable(.hostKey)),
        Meaning("", "REMOTE HOST IDENTIFICATION HAS CHANGED", .unreachable(.hostKey)),
        Meaning("", "Permission denied (", .unreachable(.denied)),
        Meaning("", "Too many authentication failures", .unreachable(.denied)),
        Meaning("Unable to negotiate", "", .unreachable(.negotiation)),
        Meaning("ssh: ", "Connection refused", .unreachable(.network(.tcpRefused))),
        Meaning("ssh: ", "No route to host", .unreachable(.network(.tcpUnreachable))),
        Meaning("ssh: ", "Connection timed out", .unreachable(.network(.tcpTimeout))),
        Meaning("Timeout, server", "", .unreachable(.network(.tcpTimeout))),
        Meaning("Connection timed out during banner exchange", "", .unreachable(.network(.tcpSilent))),
        Meaning("Connection to ", "timed out", .unreachable(.network(.tcpSilent))),
        Meaning("Connection reset by", "", .unreachable(.network(.tcpReset))),
        Meaning("kex_exchange_identification: ", "Connection reset", .unreachable(.network(.tcpReset))),
        Meaning("Connection closed by", "", .unreachable(.network(.tcpClosed))),
        Meaning("kex_exchange_identification: ", "onnection closed", .unreachable(.network(.tcpClosed))),
        Meaning("Connection to ", "closed by remote host", .unreachable(.network(.tcpClosed))),
    ]

    /// The meaning of the last lines of ssh's standard error, and the line that has it; else the last line.
    static func read(_ lines: [String]) -> (outcome: HostOutcome, line: String) {
        for line in lines.reversed() {
            if let found = meanings.first(where: { $0.fits(line) }) { return (found.outcome, line) }
        }
        return (.unreachable(.other), lines.last ?? "")
    }

    private static func contains(_ line: String, _ words: String) -> Bool {
        let (text, wanted) = (Array(line.utf8), Array(words.utf8))
        guard text.count >= wanted.count else { return false }
        return (0...(text.count - wanted.count)).contains { text[$0...].starts(with: wanted) }
    }
}
