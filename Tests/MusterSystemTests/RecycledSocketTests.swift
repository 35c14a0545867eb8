import Glibc
import MusterCore
import Testing

@testable import MusterSystem

/// What `connect(AF_UNSPEC)` could leave behind on a real kernel, item by item of the list at `Reactor.recycle`.
@Suite(.timeLimit(.minutes(40))) struct RecycledSocketTests {
    /// MSG_OOB.
    private static let urgent: Int32 = 1

    /// Says something, an urgent byte and something more, then waits for the end.
    private static func shouting(_ socket: TCPSocket) async {
        let descriptor = unsafe socket.loop.slots[Int(socket.slot)].descriptor
        for (text, flags) in [("old", Int32(0)), ("!", urgent), ("older", 0)] {
            var bytes = Array(text.utf8)
            _ = unsafe send(descriptor, &bytes, bytes.count, flags)
        }
        try? await socket.waitForPeer(until: patient)
    }

    private static func greeting(_ socket: TCPSocket) async {
        try? await socket.send(Array("new".utf8), until: patient)
        try? await socket.waitForPeer(until: patient)
    }

    /// The options that this program or the kernel could have changed in a dialogue.
    private static func options(_ descriptor: Int32, v6: Bool) -> [Int32] {
        let asked: [(Int32, Int32)] = [
            (SOL_SOCKET, SO_TIMESTAMP), (SOL_SOCKET, SO_TIMESTAMPING), (SOL_SOCKET, SO_OOBINLINE),
            (SOL_SOCKET, SO_LINGER), (SOL_SOCKET, SO_KEEPALIVE), (SOL_SOCKET, SO_ERROR),
            (Int32(IPPROTO_TCP), TCP_NODELAY),
            (Int32(IPPROTO_IP), v6 ? IP_TTL : IP_RECVERR),
        ]
        return asked.map { level, name in
            var value: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            _ = unsafe getsockopt(descriptor, level, name, &value, &length)
            return value
        }
    }

    @Test("Unread bytes, urgent ones, readiness and options of a dialogue do not reach the next on the same socket")
    func nothingIsLeft() async throws {
        let (descriptors, texts, options) = try await onLoop { loop in
            try await withServer(on: loop, { await Self.shouting($0) }) { old in
                try await withServer(on: loop, { await Self.greeting($0) }) { new in
                    var descriptors: Set<Int32> = []
                    var texts: [String] = []
                    var options: [[Int32]] = []
                    for endpoint in [new, old, new, old, old, new] {
                        try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                            let descriptor = unsafe loop.slots[Int(socket.slot)].descriptor
                            descriptors.insert(descriptor)
                            try await socket.connect(to: endpoint, until: patient)
                            // Connecting has cleared the error that dissolving leaves.
                            options.append(Self.options(descriptor, v6: false))
                            // There is something, urgent data too, and nobody reads it.
                            try await socket.waitForPeer(until: patient)
                            guard endpoint == new else { return }
                            let text = try await socket.receive(until: patient) {
                                String(decoding: bytes($0), as: UTF8.self)
                            }
                            texts.append(text ?? "the end")
                        }
                    }
                    return (descriptors, texts, Set(options))
                }
            }
        }
        #expect(descriptors.count == 1, "one socket served them all")
        #expect(texts == ["new", "new", "new"])
        #expect(options.count == 1)
    }

    @Test("What lies behind an urgent byte is read as well")
    func behindUrgent() async throws {
        let text = try await onLoop { loop in
            try await withServer(on: loop, { await Self.shouting($0) }) { endpoint in
                try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                    try await socket.connect(to: endpoint, until: patient)
                    var text = ""
                    while text.utf8.count < 8 {
                        let part = try await socket.receive(until: patient) {
                            String(decoding: bytes($0), as: UTF8.self)
                        }
                        guard let part else { break }
                        text += part
                    }
                    return text
                }
            }
        }
        #expect(text == "oldolder")
    }
}
