import MusterCore
import MusterLab
import MusterSystem
import Testing

@Suite("The lab over HTTP")
struct LabWebTests {
    private static func fleet(_ port: UInt16) throws -> Fleet {
        var fleet = Fleet()
        fleet.check(
            "home", "http",
            [
                "url": .string("http://{address}:\(port)/health"),
                "expect": ["status": [200], "body": "ok", "headers": ["X-Tier": "edge"]],
            ])
        fleet.check(
            "post", "http",
            [
                "url": .string("http://{address}:\(port)/post"), "method": "POST", "body": "hello",
                "expect": ["status": "201-204"],
            ])
        fleet.check("head", "http", ["url": .string("http://{address}:\(port)/head"), "method": "HEAD"])
        try fleet.hosts("web[1:9].test", at: "127.4.0.[1:9]")
        return fleet
    }

    private static let healthy = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Tier: edge\r\nConnection: close\r\n\r\nok\n"
    private static let request = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("Healthy sites answer as the checks expect, and nothing else")
    func healthy() async throws {
        let port = try await freePort()
        try await withLab(try Self.fleet(port).inventory) { _ in
            let at = Endpoint("127.4.0.1", port: port)
            #expect(await dial(at, send: Self.request) == Seen(bytes: Array(Self.healthy.utf8)))
            #expect(
                await dial(at, send: "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").text
                    == "HTTP/1.1 201 Created\r\nContent-Length: 11\r\nConnection: close\r\n\r\nmuster lab\n")
            #expect(
                await dial(at, send: "HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n").text
                    == "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n")
            #expect(await dial(at, send: "GET /else HTTP/1.1\r\nHost: x\r\n\r\n").text.hasPrefix("HTTP/1.1 404 "))
            #expect(await dial(at, send: "nonsense\r\n\r\n").text.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("Every planted fault is what a client sees")
    func faults() async throws {
        let port = try await freePort()
        var fleet = try Self.fleet(port)
        for (fault, number) in [("status", 2), ("body", 3), ("truncated", 4), ("slow", 5), ("endless-head", 6)] {
            try fleet.plant(fault, on: "home", at: "web\(number).test")
        }
        try await withLab(fleet.inventory) { _ in
            let ask = { (number: Int) in await dial(Endpoint("127.4.0.\(number)", port: port), send: Self.request) }
            #expect(await ask(1).text == Self.healthy)
            #expect(await ask(2).text.hasPrefix("HTTP/1.1 500 "))
            let wrong = await ask(3)
            #expect(wrong.end == nil && wrong.text.hasPrefix("HTTP/1.1 200 OK\r\n") && !wrong.text.contains("ok"))
            let truncated = await ask(4)
            #expect(
                truncated.text == "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n----"
                    && truncated.end == nil)
            let before = SystemClock.now
            #expect(await ask(5).text == Self.healthy)
            #expect(before.duration(to: SystemClock.now) >= .milliseconds(149))
        }
    }

    @Test("An endless head goes on for a megabyte, then waits for the peer")
    func endless() async throws {
        let port = try await freePort()
        var fleet = try Self.fleet(port)
        try fleet.plant("endless-head", on: "home", at: "web6.test")
        try await withLab(fleet.inventory) { _ in
            let address = Endpoint("127.4.0.6", port: port)
            let seen = await dial(address, send: Self.request, for: .seconds(30), upTo: 900_000)
            #expect(seen.bytes.count >= 900_000)
            let whole = await dial(address, send: Self.request, for: .seconds(2))
            #expect(whole.end == .timedOut && whole.bytes.count <= 1 << 20)
            #expect(!seen.text.contains("\r\n\r\n"))
            #expect(seen.text.hasPrefix("HTTP/1.1 200 OK\r\nX-Planted: "))
        }
    }
}
