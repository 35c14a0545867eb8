import CMusterLimits

/// A program that rotates a tree of logs.
struct RotationContender: Sendable {
    var name: String
    var command: [String]
    /// The loop in C, which tells itself what it used.
    var isBare = false

    /// The loop on so many threads; on none it looks at the logs only.
    static func bare(_ name: String, _ place: RotationPlace, threads: Int) -> RotationContender {
        RotationContender(
            name: name, command: RotateBareCommand.command(folder: place.logs, threads: threads), isBare: true)
    }

    /// All usages of each, a round each, in an order that turns, each on a tree of its own. The first round warms up.
    /// `prepare` makes the tree, `check` looks at what became of it, whatever round it is.
    static func race(
        _ contenders: [RotationContender], samples: Int, prepare: () throws -> Void, check: (String) throws -> Void
    ) throws -> [LogContender.Measured] {
        var measured = contenders.map {
            LogContender.Measured(contender: LogContender(name: $0.name, command: $0.command))
        }
        for round in 0...samples {
            for step in contenders.indices {
                let index = (step + round) % contenders.count
                let contender = contenders[index]
                Progress.show("round \(round) of \(samples), \(contender.name)" + (round == 0 ? " (warm-up)" : ""))
                try prepare()
                let usage = try contender.usage()
                try check(contender.name)
                if round > 0 { measured[index].usages.append(usage) }
            }
        }
        return measured
    }

    private func usage() throws(BenchmarkFault) -> lim_usage {
        let found =
            try isBare
            ? RotateBareCommand.usage(of: command) : MeasureCommand.usage(of: command, anywhere: true)
        guard let usage = found else { throw BenchmarkFault("\(name) cannot be run: \(text)") }
        guard usage.status == 0 else {
            throw BenchmarkFault("\(name) ended with \(usage.status): \(text); try it by hand with --keep")
        }
        return usage
    }

    private var text: String { command.joined(separator: " ") }
}
