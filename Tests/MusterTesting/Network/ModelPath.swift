import MusterCore
package import MusterSystem

/// How packets fare between us and an address.
package struct ModelPath: Sendable {
    /// One way, in nanoseconds.
    package var delay: Int64
    /// At most so much is added to each packet's way; more than the delay between two packets reorders them.
    package var jitter: Int64 = 0
    /// The share of packets that are lost, each way.
    package var loss = 0.0
    /// The share of datagrams that arrive twice.
    package var duplicates = 0.0
    /// What our own kernel says at once instead of sending (an errno); 0: it sends.
    package var refusal: Int32 = 0
    /// What a router answers instead of letting packets through.
    package var notice: ICMPNotice?
    /// Whether our own firewall drops what we send.
    package var isHeldBack = false

    package init(delay: Int64) { self.delay = delay }
}

/// What is at an endpoint.
package enum ModelService: Sendable {
    /// Answers with a RST, or with ICMP port unreachable.
    case closed
    /// Drops everything.
    case silent
    /// Accepts connections and lets a peer speak.
    case stream(@Sendable () -> any ModelPeer)
    /// Answers each datagram by any number of others.
    case datagrams(@Sendable ([UInt8]) -> [[UInt8]])
    /// Both.
    case server(datagrams: @Sendable ([UInt8]) -> [[UInt8]], stream: @Sendable () -> any ModelPeer)
}

/// The other side of a connection. Called in the order of the model's time.
package protocol ModelPeer: AnyObject {
    func opened(_ connection: ModelConnection)
    func received(_ bytes: [UInt8], _ connection: ModelConnection)
    func ended(_ connection: ModelConnection)
}

extension ModelPeer {
    package func opened(_ connection: ModelConnection) {}
    package func received(_ bytes: [UInt8], _ connection: ModelConnection) {}
    package func ended(_ connection: ModelConnection) { connection.close() }
}

/// A peer's end of a connection.
package struct ModelConnection {
    let network: ModelNetwork
    let socket: ModelSocket
    let generation: Int

    package func send(_ bytes: [UInt8], after delay: Int64 = 0) {
        network.deliver(to: socket, generation, after: delay) { $0.incoming += bytes }
    }

    /// By a FIN, behind what was sent.
    package func close(after delay: Int64 = 0) {
        network.deliver(to: socket, generation, after: delay) { $0.hasPeerEnded = true }
    }

    package func reset(after delay: Int64 = 0) {
        network.deliver(to: socket, generation, after: delay) { $0.fail(.reset) }
    }
}
