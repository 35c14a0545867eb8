import MusterCore

extension SyntheticRun {
    /// Verdicts planted in a small fleet; all other targets are up.
    static func planted(
        web: Int, api: Int, db: Int, _ verdicts: [Int: Verdict], notStarted: Int = 0,
        ending: RunFooter.Ending = .complete, worstLag: Duration = .zero
    ) throws -> SyntheticRun {
        let plan = try fleet(web: web, api: api, db: db)
        var generator = SeededGenerator(state: 3)
        let observations = (0..<plan.count - notStarted).map {
            observation(plan.target(at: $0), verdicts[$0] ?? .up, &generator)
        }
        return SyntheticRun(plan, observations, ending: ending, worstLag: worstLag)
    }

    /// Some of everything in 315 targets.
    static func mixed(notStarted: Int = 0, ending: RunFooter.Ending = .complete) throws -> SyntheticRun {
        var run = try planted(
            web: 40, api: 20, db: 5,
            [
                3: .down(.tcpTimeout), 6: .down(.tcpTimeout), 9: .down(.tcpTimeout), 12: .down(.tcpTimeout),
                159: .down(.tcpTimeout), 27: .down(.tcpMismatch), 160: .down(.dnsMismatch), 272: .down(.httpStatus),
                275: .degraded(.tlsExpiresSoon), 280: .unknown(.descriptors),
            ], notStarted: notStarted, ending: ending, worstLag: .milliseconds(120))
        for index in [31, 90] {
            run.observations[index].earlier = [Attempt(.down(.tcpReset), detail: "after 12 bytes")]
        }
        run.footer.reducedConcurrency = notStarted > 0 ? 512 : nil
        run.header.deadline = notStarted > 0 ? .seconds(60) : nil
        return run
    }

    /// 18 targets, for reports that tell each.
    static func tiny() throws -> SyntheticRun {
        var run = try planted(
            web: 2, api: 1, db: 1,
            [0: .down(.tcpMismatch), 4: .down(.dnsTimeout), 8: .degraded(.tlsExpiresSoon), 13: .unknown(.ports)])
        run.observations[2].earlier = [Attempt(.down(.tcpTimeout)), Attempt(.unknown(.late), detail: "by 80ms")]
        run.observations[0].last.detail = SyntheticRun.hostile
        return run
    }

    /// What a host might send to harm a terminal, a parser or a person.
    static let hostile =
        "\u{1b}[31mred\u{1b}]0;title\u{7}\u{0}\r\n\t\"quoted\\\" \u{7f}\u{9b}2J\u{2028}\u{202e}gnol\u{2066}\u{200b}\u{feff}"
        + "\u{e0041}😀👩‍💻e\u{301}\u{300}\u{300}\u{300}\u{300}\u{300}中文"

    /// Every combining and formatting trick in all that a host can say.
    func withHostileDetails() -> SyntheticRun {
        var run = self
        for index in run.observations.indices {
            run.observations[index].last.detail = SyntheticRun.hostile
            run.observations[index].last.facts = [Fact("banner", .string(SyntheticRun.hostile))]
            if index.isMultiple(of: 7) {
                run.observations[index].earlier = [Attempt(.down(.tcpReset), detail: SyntheticRun.hostile)]
            }
        }
        return run
    }
}
