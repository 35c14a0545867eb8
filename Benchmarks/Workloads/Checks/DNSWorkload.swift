import CMusterLimits
import MusterBenchmarkResults
import MusterCore

/// A query a check.
enum DNSWorkload {
    static let workload = Workload<CheckSettings>(
        name: "dns", summary: "ask a DNS server for the address of every host"
    ) { settings in
        try await Server.with(.dns) { server in
            let port = server.port
            let fleets = try FleetsBySize(settings.sizes) { count in
                try Fleet(
                    count: count, kind: "dns", settings: check(port: port), timeout: .seconds(2))
            }
            let window = settings.window
            var comparison = Comparison(
                variants: [
                    Variant("batched") { Tally(lim_check_dns(port, UInt32($0), UInt32(window))) },
                    Variant("muster") { try await fleets[$0].survey(window: window) },
                ], sizes: settings.sizes, rounds: settings.rounds)
            // A query is cheap: more of them, for something to measure.
            comparison.targetsPerSample = 50_000
            let measured = try await comparison.measure()
            var notes = [
                "batched: C, one socket, sendmmsg and recvmmsg of up to 64; the name is written for each query, ids are "
                    + "random, id, question, response code and address of every answer are checked."
            ]
            for (variant, count) in zip(measured.variants, measured.repeated) where count > 0 {
                notes.append("\(variant) asked \(count) times once more because an answer was lost.")
            }
            return Section(
                name: "dns", title: "DNS: CPU per check", notes: notes, baselines: ["batched"],
                rows: measured.rows(baselines: ["batched"], goals: [.ratio(to: "batched", atMost: 1.25)])
                    + [measured.growth].compactMap { $0 })
        }
    }

    /// A check for the address of each host.
    static func check(port: UInt16) -> Setting {
        .object([
            .init("server", .string("127.0.0.1:\(port)")), .init("name", .string("{name}")),
            .init("type", .string("A")),
            .init("expect", .object([.init("answers", .list([.string("{address}")]))])),
        ])
    }
}
