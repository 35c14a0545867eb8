import CMusterLimits

/// What a server of the benchmarks does.
enum Service: String, CaseIterable, Sendable {
    /// Accepts and closes.
    case tcp
    /// Reads a request, answers 200, closes.
    case http
    /// The same over TLS.
    case https
    /// Answers with the address of the host asked for.
    case dns
    /// Accepts and says nothing.
    case silent
    /// Drops every SYN.
    case blackHole = "black-hole"

    /// The server in C; nil for the one in Swift.
    var raw: lim_service? {
        switch self {
        case .tcp: LIM_TCP
        case .http: LIM_HTTP
        case .https: nil
        case .dns: LIM_DNS
        case .silent: LIM_SILENT
        case .blackHole: LIM_BLACK_HOLE
        }
    }
}

/// A server in a process of its own, on the last core.
struct Server: Sendable {
    let port: UInt16
    /// What it said before its port, a root certificate for example.
    let announcement: String

    /// Runs a server while `body` runs.
    static func with<R>(_ service: Service, _ body: (Server) async throws -> R) async throws -> R {
        try await with(["serve", service.rawValue], body)
    }

    /// The same with hosts that take their time.
    static func withPaced<R>(
        _ delays: lim_delays, stall: Int, _ body: (Server) async throws -> R
    ) async throws -> R {
        try await with(["serve-paced", "\(delays.rawValue)", "\(stall)"], body)
    }

    private static func with<R>(_ command: [String], _ body: (Server) async throws -> R) async throws -> R {
        let child = try ChildProcess(["/proc/self/exe"] + command, core: lim_core(-1))
        defer { child.collect() }
        var lines: [String] = []
        while let line = child.readLine() {
            if let port = UInt16(line) {
                return try await body(Server(port: port, announcement: lines.joined(separator: "\n")))
            }
            lines.append(line)
        }
        throw BenchmarkFault("the server does not start: \(command.joined(separator: " "))")
    }
}
