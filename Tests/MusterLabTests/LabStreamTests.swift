import MusterCore
import MusterLab
import MusterSystem
import Testing

@Suite("The lab over TCP")
struct LabStreamTests {
    @Test("Every planted fault is what a client sees, and its neighbours are healthy")
    func faults() async throws {
        let port = try await freePort()
        let refusing = try await freePort()
        var fleet = Fleet()
        fleet.check("ssh", "tcp", ["port": "{ssh}", "expect": "SSH-2.0-"])
        try fleet.hosts("web[1:20].test", at: "127.3.0.[1:20]", variables: ["ssh": "\(port)"])
        try fleet.hosts("old.test", at: "127.3.0.21", variables: ["ssh": "\(refusing)"])
        for (fault, host) in [
            ("black-hole", "web[2:3].test"), ("slow", "web5.test"), ("reset", "web7.test"), ("silent", "web9.test"),
            ("banner", "web11.test"), ("refused", "old.test"),
        ] { try fleet.plant(fault, on: "ssh", at: host) }
        try await withLab(fleet.inventory) { ready in
            #expect(ready.streamPorts == [port])
            #expect(ready.targetCount == 21)
            #expect(ready.plantedCount == 7)
            let at = { (number: Int, port: UInt16) in Endpoint("127.3.0.\(number)", port: port) }
            for number in [1, 4, 6, 8, 10, 12, 20] {
                #expect(await dial(at(number, port), upTo: 13).text == "SSH-2.0-lab\r\n", "\(number)")
            }
            for number in [2, 3] { #expect(await dial(at(number, port), for: .milliseconds(150)).end == .timedOut) }
            let before = SystemClock.now
            #expect(await dial(at(5, port), upTo: 13).text == "SSH-2.0-lab\r\n")
            #expect(before.duration(to: SystemClock.now) >= .milliseconds(149))
            #expect(await dial(at(7, port)).end == .reset)
            #expect(await dial(at(9, port), send: "hello", for: .milliseconds(150)) == Seen(end: .timedOut))
            #expect(await dial(at(11, port), upTo: 13).text == "SSH-2.0xlab\r\n")
            #expect(await dial(at(21, refusing)).end == .refused)
            #expect(await dial(at(99, port)) == Seen(end: .reset), "an address that nobody planned")
        }
    }

    @Test("A port without expected bytes accepts and stays")
    func open() async throws {
        let port = try await freePort()
        var fleet = Fleet()
        fleet.check("open", "tcp", ["port": .integer(Int(port))])
        try fleet.hosts("web[1:3].test", at: "127.3.1.[1:3]")
        try fleet.hosts("six.test", at: "::1")
        try fleet.plant("black-hole", on: "open", at: "six.test")
        try await withLab(fleet.inventory) { _ in
            #expect(await dial(Endpoint("127.3.1.2", port: port), for: .milliseconds(100)) == Seen(end: .timedOut))
            #expect(await dial(Endpoint("::1", port: port), for: .milliseconds(100)) == Seen(end: .timedOut))
        }
    }

    @Test("IPv6 is served on ::1")
    func six() async throws {
        let port = try await freePort()
        var fleet = Fleet()
        fleet.check("ssh", "tcp", ["port": .integer(Int(port)), "expect": "SSH"])
        try fleet.hosts("six.test", at: "::1")
        try await withLab(fleet.inventory) { _ in
            #expect(await dial(Endpoint("::1", port: port), upTo: 8).text == "SSHlab\r\n")
        }
    }

    @Test(
        "An address of this machine outside of loopback gets no answer",
        .enabled("it has one") { await outerAddress() != nil })
    func outside() async throws {
        let port = try await freePort()
        let address = try #require(await outerAddress())
        var fleet = Fleet()
        fleet.check("ssh", "tcp", ["port": .integer(Int(port)), "expect": "SSH"])
        try fleet.hosts("web1.test", at: "127.3.2.1")
        try await withLab(fleet.inventory) { _ in
            let seen = await dial(Endpoint(address, port: port), for: .milliseconds(500))
            #expect(seen.bytes.isEmpty && seen.end != nil)
        }
    }

    @Test("A port that is taken is told, also where black holes make it a group", arguments: [false, true])
    func taken(_ isGroup: Bool) async throws {
        let port = try await freePort()
        var fleet = Fleet()
        fleet.check("ssh", "tcp", ["port": .integer(Int(port)), "expect": "SSH"])
        try fleet.hosts("web[1:2].test", at: "127.3.3.[1:2]")
        if isGroup { try fleet.plant("black-hole", on: "ssh", at: "web2.test") }
        let inventory = fleet.inventory
        try await withLab(inventory) { _ in
            let failure = await #expect(throws: LabFailure.self) { try await Lab.run(inventory) { _ in } }
            #expect(
                failure?.text
                    == "lab: 127.0.0.0/8, port \(port): the port is taken; end what listens there or choose another port"
            )
        }
    }
}

/// An address of this machine that is not loopback, nil where it has none.
private func outerAddress() async -> IPAddress? {
    try? await Reactor.withLoops(1) { loops in
        await withTaskExecutorPreference(loops[0]) {
            // Connecting picks the address that leads out; nothing has to answer (TEST-NET-1).
            let outer = Endpoint("192.0.2.1", port: 9)
            return try? await Reactor.withSocket(toward: outer.address) { socket throws(SocketFault) in
                _ = try? await socket.connect(to: outer, until: SystemClock.now.advanced(by: .milliseconds(20)))
                let own = socket.localEndpoint?.address
                return own.flatMap { $0.isLoopback || $0 == .v4(0) ? nil : $0 }
            }
        }
    }
}
