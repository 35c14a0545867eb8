import CMusterLimits
import MusterBenchmarkResults
import MusterCore
import MusterText

/// A TLS handshake and a request a check.
enum HTTPSWorkload {
    static let workload = Workload<CheckSettings>(name: "https", summary: "request a page over TLS from every host") {
        settings in
        try await Server.with(.https) { server in
            let port = server.port
            // A hundred thousand handshakes take a minute for each sample.
            let sizes = settings.sizes.filter { $0 < 100_000 || settings.full }
            let check = HTTPWorkload.check(url: "https://{name}:\(port)/health")
            let fleets = try FleetsBySize(sizes + (settings.full ? [flatCount] : [])) { count in
                try Fleet(count: count, kind: "http", settings: check, roots: [server.announcement])
            }
            let window = settings.window
            let bare = try BareTLS(port: port)
            let comparison = Comparison(
                variants: [
                    Variant("bare") { bare.check(count: $0, window: window) },
                    Variant("muster") { try await fleets[$0].survey(window: window) },
                ], sizes: sizes, rounds: settings.rounds)
            let measured = try await comparison.measure()
            var section = Section(
                name: "https", title: "HTTPS: CPU per check",
                notes: [
                    "bare: NIOSSL's client handler fed by hand from a raw epoll loop, the chain not verified; a new "
                        + "socket, a whole TLS 1.3 handshake, the same request, the response decrypted and searched for its "
                        + "status and body, a reset. muster verifies chain and name (one wildcard chain, so its verdict is "
                        + "kept) and says farewell."
                ], baselines: ["bare"],
                rows: measured.rows(baselines: ["bare"], goals: [.ratio(to: "bare", atMost: 1.25)])
                    + [measured.growth].compactMap { $0 })
            if settings.full {
                section.rows += try await flatness(fleets[flatCount], window)
            } else {
                section.notes.append("100,000 targets and flatness over as many handshakes are measured with --full.")
            }
            return section
        }
    }

    private static let flatCount = 100_000

    /// Memory and descriptors of this process while a hundred thousand handshakes go by.
    private static func flatness(_ fleet: Fleet, _ window: Int) async throws -> [SectionRow] {
        let looks = [flatCount / 10, flatCount / 2, flatCount]
        let seen = Seen()
        _ = try await fleet.survey(window: window) { done in
            if looks.contains(done) { seen.note(Double(lim_resident_kb(false)) / 1024, Double(lim_descriptor_count())) }
        }
        let (memory, descriptors) = seen.all
        var rows: [SectionRow] = []
        for (index, look) in looks.enumerated() {
            rows.append(SectionRow(contender: "after \(look.grouped) handshakes", unit: "MB", samples: [memory[index]]))
            rows.append(
                SectionRow(
                    contender: "after \(look.grouped) handshakes", unit: "descriptors", samples: [descriptors[index]]))
        }
        rows.append(
            SectionRow(
                contender: "memory, end against 10 %", unit: "×", samples: [memory[2] / memory[0]],
                goals: [.value(atMost: 1.05)]))
        rows.append(
            SectionRow(
                contender: "descriptors, end against 10 %", unit: "×", samples: [descriptors[2] / descriptors[0]],
                goals: [.value(atMost: 1.05)]))
        return rows
    }
}
