package import MusterCore
import MusterLab
import MusterSystem
import MusterWire
import Testing

extension Setting: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: Setting...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, Setting)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

/// An inventory as tests write it down.
struct Fleet {
    var checks: [Check] = []
    var entries: [Inventory.Entry] = []
    var plants: [Inventory.PlantedFault] = []

    mutating func check(_ name: String, _ kind: String, _ settings: Setting) {
        checks.append(
            Check(
                name: name, kind: kind, settings: settings, timeout: .seconds(2), attempts: 1,
                location: "fleet.json: checks.\(name)"))
    }

    /// A line of hosts that all checks apply to, or those that are named.
    mutating func hosts(
        _ names: String, at addresses: String?, checks named: [String]? = nil, variables: [String: String] = [:]
    ) throws {
        entries.append(
            Inventory.Entry(
                names: try RangePattern(names), addresses: try addresses.map { try RangePattern($0) }, group: 0,
                variables: variables,
                checks: checks.indices.filter { named?.contains(checks[$0].name) ?? true },
                location: "fleet.json: groups.web.hosts[\(entries.count)]"))
    }

    mutating func plant(_ fault: String, on check: String, at hosts: String) throws {
        plants.append(
            Inventory.PlantedFault(
                fault: fault, check: try #require(checks.firstIndex { $0.name == check }),
                hosts: try RangePattern(hosts), location: "fleet.json: lab.faults[\(plants.count)]"))
    }

    var inventory: Inventory {
        Inventory(
            source: "fleet.json", checks: checks, groups: [Inventory.Group(path: "web")], entries: entries,
            plantedFaults: plants)
    }
}

/// A port that nothing listens on, by TCP or UDP.
func freePort() async throws -> UInt16 {
    try await Reactor.withLoops(1) { loops in
        try await withTaskExecutorPreference(loops[0]) {
            // Below the ports that the system gives to outgoing connections, which would take it again at once.
            while true {
                let endpoint = Endpoint(.v4(0x7F00_0001), port: .random(in: 10_000...32_000))
                do throws(SocketFault) {
                    return try await Listener.withListener(on: endpoint) { $0.endpoint.port }
                } catch {
                    guard error == .noPort else { throw error }
                }
            }
        }
    }
}

/// Runs `body` on a loop while the lab serves an inventory on another.
func withLab(_ inventory: Inventory, _ body: @escaping @Sendable (LabReady) async throws -> Void) async throws {
    let (opened, opening) = AsyncStream.makeStream(of: LabReady.self)
    try await Reactor.withLoops(2) { loops in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loops[0]) {
                defer { opening.finish() }
                try await Lab.run(inventory) { opening.yield($0) }
            }
            group.addTask(executorPreference: loops[1]) {
                for await ready in opened { return try await body(ready) }
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}

/// What a client saw of a connection.
struct Seen: Equatable {
    var bytes: [UInt8] = []
    /// How it ended; nil where the server closed in order.
    var end: SocketFault?

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Connects, sends, and reads until the end, or until as many bytes have come.
func dial(
    _ endpoint: Endpoint, send text: String = "", for limit: Duration = .seconds(5), upTo count: Int = .max
) async -> Seen {
    var seen = Seen()
    let deadline = SystemClock.now.advanced(by: limit)
    do throws(SocketFault) {
        try await Reactor.withSocket(toward: endpoint.address) { socket throws(SocketFault) in
            try await socket.connect(to: endpoint, until: deadline)
            if !text.isEmpty { try await socket.send(Array(text.utf8), until: deadline) }
            while seen.bytes.count < count {
                let part = try await socket.receive(until: deadline) { bytes in bytes.indices.map { bytes[$0] } }
                guard let part else { return }
                seen.bytes += part
            }
        }
    } catch {
        seen.end = error.asSilence
    }
    return seen
}

extension SocketFault {
    /// On a busy machine our own loop may have been late; the lab was silent all the same.
    var asSilence: SocketFault { self == .late ? .timedOut : self }
}

/// Asks over UDP.
func ask(
    _ server: Endpoint, _ name: String, _ type: DNSRecordType = .a, for limit: Duration = .seconds(5),
    payloadSize: UInt16? = nil
) async throws -> DNSMessage {
    var query = DNSMessage()
    query.question = DNSQuestion(name: try DNSName(name), type: type)
    query.recursionDesired = true
    query.ednsPayloadSize = payloadSize
    let bytes = query.encoded()
    do {
        let answer: Result<DNSMessage, DNSFault> = try await DatagramExchanges.exchange(
            with: server, byteCount: bytes.count, until: SystemClock.now.advanced(by: limit),
            encode: { id, room in
                for index in bytes.indices { room[index] = bytes[index] }
                room[0] = UInt8(id >> 8)
                room[1] = UInt8(id & 255)
            },
            accept: { _, datagram in
                do throws(DNSFault) {
                    return .success(try DNSMessage(parsing: datagram))
                } catch {
                    return .failure(error)
                }
            })
        return try answer.get()
    } catch let fault as SocketFault {
        throw fault.asSilence
    }
}

extension Endpoint {
    /// For texts that tests write themselves.
    init(_ text: String, port: UInt16) {
        self.init(IPAddress(text: text) ?? .v4(0), port: port)
    }
}
