import CMusterLimits
import MusterBenchmarkResults
import MusterCore

/// A request a check, on a connection of its own.
enum HTTPWorkload {
    static let workload = Workload<CheckSettings>(name: "http", summary: "request a page from every host") { settings in
        let timeWaits = try await TimeWaits.rows(.http) { try variants($0, [10_000], settings.window) }
        return try await Server.with(.http) { server in
            let comparison = Comparison(
                variants: try variants(server.port, settings.sizes, settings.window), sizes: settings.sizes,
                rounds: settings.rounds)
            let measured = try await comparison.measure()
            return Section(
                name: "http", title: "HTTP: CPU per check",
                notes: [
                    "plain and recycled as for TCP, with the same request on the wire; the response is parsed whole, "
                        + "every field of its head included, its status and body checked."
                ],
                baselines: ["plain", "recycled"],
                rows: measured.rows(
                    baselines: ["plain", "recycled"],
                    goals: [.ratio(to: "plain", atMost: 0.95), .ratio(to: "recycled", atMost: 1.30)])
                    + [measured.growth].compactMap { $0 } + timeWaits)
        }
    }

    private static func variants(_ port: UInt16, _ sizes: [Int], _ window: Int) throws -> [Variant] {
        let fleets = try FleetsBySize(sizes) { count in
            try Fleet(count: count, kind: "http", settings: check(url: "http://{address}:\(max(port, 1))/health"))
        }
        return [
            Variant("plain") { Tally(lim_check_http(port, UInt32($0), UInt32(window), false)) },
            Variant("recycled") { Tally(lim_check_http(port, UInt32($0), UInt32(window), true)) },
            Variant("muster") { try await fleets[$0].survey(window: window) },
        ]
    }

    /// A check for status 200 and `ok` in the body.
    static func check(url: String) -> Setting {
        .object([
            .init("url", .string(url)),
            .init("expect", .object([.init("status", .list([.integer(200)])), .init("body", .string("ok"))])),
        ])
    }
}
