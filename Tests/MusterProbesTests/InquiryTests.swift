import MusterCore
import MusterSystem
import MusterWire
import Testing

@testable import MusterProbes

@Suite("An inquiry")
struct InquiryTests {
    private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    /// Three servers and eight seconds.
    private static func inquiry(_ health: ResolverHealth, timeout: Duration = .seconds(5), rounds: Int? = nil)
        -> Inquiry
    {
        let servers = (1...3).map { Endpoint(.v4(0x0A00_0000 + $0), port: 53) }
        return Inquiry(
            .init(name: 1, servers: servers, start: at(0), end: at(8), timeout: timeout, rounds: rounds),
            order: [2, 0, 1])
    }

    /// `ask 2`, `wait 1.0`: what is to be done, times in seconds.
    private static func told(_ steps: [Inquiry.Step]) -> [String] {
        steps.map { step in
            switch step {
            case .ask(let server, _, _): "ask \(server)"
            case .wait: "wait"
            case .control(let server, _): "control \(server)"
            case .finish(.success(let answer)): "answer \(answer.code.text)"
            case .finish(.failure(let refusal)): "\(refusal.verdict.code ?? "up"): \(refusal.detail)"
            }
        }
    }

    @Test("asks the next server while the one before may still answer, and takes the late answer")
    func lateAnswer() {
        var health = ResolverHealth(serverCount: 3)
        var inquiry = Self.inquiry(health)
        let first = inquiry.begin(health)
        #expect(first.server == 2)
        #expect(first.until == Self.at(1))
        var steps = inquiry.take(.failed(number: 0, .datagram(.timedOut)), &health, at: Self.at(1))
        #expect(Self.told(steps).isEmpty)
        steps = inquiry.take(.due(inquiry.timer), &health, at: Self.at(1))
        #expect(Self.told(steps) == ["ask 0", "wait"])
        steps = inquiry.take(.due(inquiry.timer), &health, at: Self.at(2))
        #expect(Self.told(steps) == ["ask 1", "wait"])
        // A wait that something else has overtaken means nothing.
        steps = inquiry.take(.due(inquiry.timer - 1), &health, at: Self.at(2.5))
        #expect(steps.isEmpty)
        steps = inquiry.take(.answered(number: 1, .init(code: .noError, bytes: [])), &health, at: Self.at(2.5))
        #expect(Self.told(steps) == ["answer NOERROR"])
        #expect(health.order(rotating: false, at: Self.at(2.5)) == [0, 1, 2])
    }

    @Test("goes through all servers at once where they refuse, and gives up at its end")
    func refusing() {
        var health = ResolverHealth(serverCount: 3)
        var inquiry = Self.inquiry(health)
        _ = inquiry.begin(health)
        var steps: [Inquiry.Step] = []
        for number in 0..<2 {
            steps = inquiry.take(.failed(number: number, .datagram(.refused)), &health, at: Self.at(0.1))
            #expect(Self.told(steps) == ["ask \(number)", "wait"])
        }
        steps = inquiry.take(.failed(number: 2, .datagram(.refused)), &health, at: Self.at(0.1))
        #expect(Self.told(steps) == ["wait"])
        steps = inquiry.take(.due(inquiry.timer), &health, at: Self.at(8))
        #expect(Self.told(steps) == ["local.resolver: 10.0.0.2:53 is not reachable"])
    }

    @Test("asks whether the servers know anything where no other name tells")
    func control() {
        var health = ResolverHealth(serverCount: 3)
        var inquiry = Self.inquiry(health)
        _ = inquiry.begin(health)
        let failing = Inquiry.Answer(code: .servFail, bytes: [])
        var steps: [Inquiry.Step] = []
        for number in 0..<3 {
            steps = inquiry.take(.answered(number: number, failing), &health, at: Self.at(0.1))
        }
        #expect(Self.told(steps) == ["control 2", "wait"])
        steps = inquiry.take(.control(true), &health, at: Self.at(0.2))
        // Once is chance.
        #expect(steps.isEmpty)
        steps = inquiry.take(.due(inquiry.timer), &health, at: Self.at(8))
        #expect(Self.told(steps) == ["local.resolver: 10.0.0.2:53 answered SERVFAIL"])
    }

    @Test("ends after as many rounds over silent servers as it is told")
    func rounds() {
        var health = ResolverHealth(serverCount: 3)
        var inquiry = Self.inquiry(health, timeout: .milliseconds(100), rounds: 2)
        _ = inquiry.begin(health)
        var asked = 1
        for turn in 1..<20 {
            let steps = inquiry.take(.due(inquiry.timer), &health, at: Self.at(Double(turn) / 10))
            asked += Self.told(steps).count { $0.hasPrefix("ask") }
            guard case .finish? = steps.last else { continue }
            #expect(Self.told(steps) == ["local.resolver: 10.0.0.2:53 did not answer"])
            break
        }
        #expect(asked == 6)
    }

    @Test("tells what our own side ran short of, and ends when it is cancelled")
    func ownSide() {
        for (fault, text) in [
            (.noDescriptor, "local.descriptors: "), (.cancelled, "local.cancelled: "),
        ] as [(SocketFault, String)] {
            var health = ResolverHealth(serverCount: 3)
            var inquiry = Self.inquiry(health)
            _ = inquiry.begin(health)
            let steps = inquiry.take(.failed(number: 0, .datagram(fault)), &health, at: Self.at(0.1))
            #expect(Self.told(steps) == [text])
        }
    }
}
