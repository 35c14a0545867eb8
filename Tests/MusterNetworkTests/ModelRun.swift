import Glibc
import MusterCore
import MusterEngine
import MusterFormats
import MusterProbes
import MusterSystem
import MusterTLS
import MusterTesting

/// One run of the whole of muster, from the inventory to the observations, on a model network by seed.
struct ModelRun {
    /// How the network and our own machine behave.
    struct Weather {
        var delay: ClosedRange<Int64> = 100_000...50_000_000
        var jitter: Int64 = 0
        var loss = 0.0
        var duplicates = 0.0
        var sendsInParts = false
        /// When we are stopped, and for how long, in nanoseconds.
        var stops: [(time: Int64, length: Int64)] = []
        /// A system call that fails now and then, with an errno.
        var fault: (call: String, error: Int32)?
    }

    /// What became of a target.
    struct Result: Sendable {
        var host: Int
        var check: ModelCheck
        var plant: Plant
        /// `up`, or the reason's code.
        var said: String
        var isUnknown: Bool

        var isTrue: Bool { plant.truth(check).contains(said) }
    }

    let plants: [Plant]
    let checks: [ModelCheck]
    let network: ModelNetwork
    let hasFault: Bool
    /// One for all runs: reading the roots of the system takes longer than a run.
    private static let environment = ProbeEnvironment(
        resolver: Resolver(ResolverConfiguration()), extraRoots: [ModelCertificates.authority.rootPEM])
    private static let router = IPAddress.v4(0x0a00_00fe)

    init(seed: Int, weather: Weather, hosts: Int = 8, checks: [ModelCheck] = ModelCheck.allCases) {
        var dice = Dice(seed)
        let plants = (0..<hosts).map { _ in
            // Half of a fleet is healthy.
            Bool.random(using: &dice)
                ? Plant.healthy : Plant.allCases[Int.random(in: 0..<Plant.allCases.count, using: &dice)]
        }
        self.plants = plants
        self.checks = checks
        hasFault = weather.fault != nil
        network = ModelNetwork(seed: seed)
        network.sendsInParts = weather.sendsInParts
        network.stops = weather.stops.map { (network.now + $0.time, $0.length) }
        var base = ModelPath(delay: Int64.random(in: weather.delay, using: &dice))
        base.jitter = weather.jitter
        base.loss = weather.loss
        base.duplicates = weather.duplicates
        network.path = { [base] address in Self.plant(plants, address).path(base, from: Self.router) }
        network.service = { endpoint in
            guard let check = ModelCheck(rawValue: endpoint.port) else { return .closed }
            return Self.plant(plants, endpoint.address).service(check, endpoint.address)
        }
        if let fault = weather.fault {
            var own = Dice(seed ^ 0x5eed)
            network.fault = { call in
                call == fault.call && Int.random(in: 0..<12, using: &own) == 0 ? fault.error : 0
            }
        }
    }

    private static func plant(_ plants: [Plant], _ address: IPAddress) -> Plant {
        guard case .v4(let value) = address else { return .silent }
        let index = Int(value & 0xff) - 1
        return plants.indices.contains(index) ? plants[index] : .silent
    }

    /// Carries the run out.
    func perform() async throws -> [Result] {
        let plan = Plan(try inventory())
        let log = FaultLog()
        let probes = plan.checks.compactMap { ProbeCatalog.blueprint(for: $0, in: Self.environment, log: log)?.probe }
        precondition(log.isEmpty && probes.count == plan.checks.count, "the model's inventory is faulty: \(log.lines)")
        let found = Found()
        try await Reactor.withLoop(on: network) { loop in
            let survey = Survey(
                plan: plan, concurrency: 64,
                clock: EngineClock(now: { SystemClock.now }, sleep: { await Reactor.sleep(until: $0) }),
                probe: { target, deadline in await probes[target.checkIndex].attempt(target, until: deadline) },
                sink: { found.add($0) })
            _ = await withTaskGroup(of: Survey.Outcome.self) { group in
                group.addTask(executorPreference: loop) { await survey.run(on: [loop]) }
                return await group.next()
            }
        }
        return found.observations.map { observation in
            let place = observation.target.index / checks.count
            return Result(
                host: place, check: checks[observation.target.index % checks.count], plant: plants[place],
                said: observation.verdict.code ?? "up", isUnknown: observation.verdict.kind == .unknown)
        }
    }

    private func inventory() throws -> Inventory {
        let list = checks.map { "\"\($0.name)\": \($0.settings)" }.joined(separator: ", ")
        let names = checks.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let text = """
            {"version": 1, "defaults": {"timeout": "10s", "attempts": 3}, "checks": {\(list)},
             "groups": {"fleet": {"checks": [\(names)],
               "hosts": [{"name": "h[1:\(plants.count)].test", "address": "10.0.0.[1:\(plants.count)]"}]}}}
            """
        let log = FaultLog()
        let vocabulary = InventoryVocabulary(kinds: ProbeCatalog.kinds.map(\.name), faultNames: [])
        let inventory = InventoryCatalog.read(Array(text.utf8), source: "model.json", vocabulary: vocabulary, log: log)
        guard let inventory, log.isEmpty else { throw Unreadable(lines: log.lines) }
        return inventory
    }

    struct Unreadable: Error { var lines: [String] }

    /// What the survey brought; the loop's thread alone adds.
    private final class Found: @unchecked Sendable {
        private(set) var observations: [Observation] = []
        func add(_ observation: Observation) { observations.append(observation) }
    }
}
