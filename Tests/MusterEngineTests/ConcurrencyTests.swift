import MusterEngine
import Testing

@Suite("The default concurrency")
struct ConcurrencyTests {
    /// What is asked, what the machine has, and what comes of it.
    struct Row: Sendable, CustomTestStringConvertible {
        var asked: Int?
        var descriptors: Int
        var ports: Int
        var width: Int
        var reason: String

        var testDescription: String { "\(asked.map(String.init) ?? "-") of \(descriptors) and \(ports)" }
    }

    @Test(
        "It is what was asked, within the limits of the machine, and says why",
        arguments: [
            Row(asked: nil, descriptors: 1 << 20, ports: 28_232, width: 4096, reason: "default"),
            Row(asked: nil, descriptors: 1024, ports: 28_232, width: 960, reason: "descriptor limit 1024"),
            Row(asked: nil, descriptors: 64, ports: 28_232, width: 48, reason: "descriptor limit 64"),
            Row(asked: nil, descriptors: 16, ports: 28_232, width: 12, reason: "descriptor limit 16"),
            Row(asked: nil, descriptors: 1, ports: 1, width: 1, reason: "descriptor limit 1"),
            Row(asked: nil, descriptors: 0, ports: 0, width: 1, reason: "descriptor limit 0"),
            Row(asked: nil, descriptors: 1 << 20, ports: 1000, width: 875, reason: "1000 local ports"),
            Row(asked: 1, descriptors: 64, ports: 28_232, width: 1, reason: "--concurrency"),
            Row(asked: 48, descriptors: 64, ports: 28_232, width: 48, reason: "--concurrency"),
            Row(asked: 5000, descriptors: 64, ports: 28_232, width: 48, reason: "descriptor limit 64"),
            Row(asked: 100_000, descriptors: 1 << 20, ports: 28_232, width: 24_703, reason: "28232 local ports"),
            Row(asked: 20_000, descriptors: 1 << 20, ports: 28_232, width: 20_000, reason: "--concurrency"),
        ])
    func table(_ row: Row) {
        let concurrency = Concurrency(asked: row.asked, descriptors: row.descriptors, ports: row.ports)
        #expect(concurrency.width == row.width)
        #expect(concurrency.reason == row.reason)
    }

    @Test("A run that prefers another width says whose wish it is")
    func preference() {
        let lab = Concurrency(asked: nil, preferred: 256, because: "--lab", descriptors: 20_000, ports: 28_232)
        #expect(lab == Concurrency(asked: nil, preferred: 256, because: "--lab", descriptors: 9000, ports: 9000))
        #expect(lab.width == 256)
        #expect(lab.reason == "--lab")
    }
}
