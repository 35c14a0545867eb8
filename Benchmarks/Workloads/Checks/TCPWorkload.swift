import CMusterLimits
import MusterBenchmarkResults
import MusterCore

/// A connection a check.
enum TCPWorkload {
    static let workload = Workload<CheckSettings>(name: "tcp", summary: "connect to every host") { settings in
        let timeWaits = try await TimeWaits.rows(.tcp) { try variants($0, [10_000], settings.window) }
        return try await Server.with(.tcp) { server in
            let comparison = Comparison(
                variants: try variants(server.port, settings.sizes, settings.window), sizes: settings.sizes,
                rounds: settings.rounds)
            let measured = try await comparison.measure()
            return Section(
                name: "tcp", title: "TCP: CPU per check",
                notes: [
                    "plain: C, a socket a check: socket, connect, epoll_ctl, getsockopt(SO_ERROR), close.",
                    "recycled: C, sockets dissolved by connect(AF_UNSPEC) and registered once; the least we know of.",
                    "muster: as it is by default, leaving by a FIN; muster, reset: with \"close\": \"reset\".",
                ],
                baselines: ["plain", "recycled"],
                rows: measured.rows(
                    baselines: ["plain", "recycled"],
                    goals: [.ratio(to: "plain", atMost: 0.80), .ratio(to: "recycled", atMost: 1.20)])
                    + [measured.growth].compactMap { $0 } + timeWaits)
        }
    }

    private static func variants(_ port: UInt16, _ sizes: [Int], _ window: Int) throws -> [Variant] {
        func fleets(_ close: String) throws -> FleetsBySize {
            let settings = Setting.object([.init("port", .integer(Int(max(port, 1)))), .init("close", .string(close))])
            return try FleetsBySize(sizes) { try Fleet(count: $0, kind: "tcp", settings: settings) }
        }
        let (orderly, reset) = (try fleets("orderly"), try fleets("reset"))
        return [
            Variant("plain") { Tally(lim_check_tcp(port, UInt32($0), UInt32(window), false)) },
            Variant("recycled") { Tally(lim_check_tcp(port, UInt32($0), UInt32(window), true)) },
            Variant("muster") { try await orderly[$0].survey(window: window) },
            Variant("muster, reset") { try await reset[$0].survey(window: window) },
        ]
    }
}

extension Tally {
    init(_ outcome: lim_outcome) {
        self.init(
            up: Int(outcome.up), failed: Int(outcome.failed), repeated: Int(outcome.repeated),
            error: outcome.error)
    }
}

/// A fleet a size, made before anything is measured.
struct FleetsBySize: Sendable {
    private let fleets: [Int: Fleet]

    init(_ sizes: [Int], _ make: (Int) throws -> Fleet) throws {
        var fleets: [Int: Fleet] = [:]
        for size in sizes { fleets[size] = try make(size) }
        self.fleets = fleets
    }

    subscript(count: Int) -> Fleet {
        guard let fleet = fleets[count] else { preconditionFailure("no fleet of \(count) hosts was made") }
        return fleet
    }
}
