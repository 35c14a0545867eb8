import CMusterLimits
import NIOCore
import NIOEmbedded
import NIOSSL

/// TLS handshakes and requests with the least around them: a raw epoll loop, and NIOSSL's client handler fed by hand. No
/// deadlines, no verification, no tasks.
struct BareTLS: Sendable {
    let port: UInt16
    private let context: NIOSSLContext
    private let request: [UInt8]

    init(port: UInt16) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.curves = [.x25519, .secp256r1, .secp384r1]
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["http/1.1"]
        context = try NIOSSLContext(configuration: configuration)
        self.port = port
        request = Array(
            "GET /health HTTP/1.1\r\nHost: host000000.fleet.test:\(port)\r\nUser-Agent: muster/0.1\r\nAccept: */*\r\nConnection: close\r\n\r\n"
                .utf8)
    }

    /// One check in flight.
    private struct Place {
        var descriptor: Int32 = -1
        var isConnected = false
        var hasAsked = false
        var channel: BareChannel?
    }

    /// Checks so many hosts and says how many were up.
    func check(count: Int, window: Int) -> Tally {
        let epoll = lim_epoll()
        defer { lim_close(epoll) }
        let loop = EmbeddedEventLoop()
        var places = [Place](repeating: Place(), count: min(window, count))
        var free = Array(places.indices.reversed())
        var events = [lim_event](repeating: lim_event(), count: 512)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var next = 0
        var up = 0
        while next < count || free.count < places.count {
            while next < count, let place = free.popLast() {
                places[place].descriptor = lim_open(epoll, UInt32(next), port, UInt32(place))
                places[place].channel = channel(host: next, loop)
                next += 1
            }
            let found = unsafe lim_wait(epoll, &events, Int32(events.count), 10_000)
            guard found > 0 else { break }
            for event in events.prefix(Int(found)) {
                guard let isUp = advance(&places[Int(event.slot)], event.events, &buffer) else { continue }
                up += isUp ? 1 : 0
                lim_close(places[Int(event.slot)].descriptor)
                places[Int(event.slot)].channel?.tearDown()
                loop.run()
                places[Int(event.slot)] = Place()
                free.append(Int(event.slot))
            }
        }
        return Tally(up: up, failed: count - up)
    }

    private func channel(host index: Int, _ loop: EmbeddedEventLoop) -> BareChannel? {
        let digits = String(1_000_000 + index).dropFirst()
        guard let handler = try? NIOSSLClientHandler(context: context, serverHostname: "host\(digits).fleet.test")
        else {
            return nil
        }
        return BareChannel(handler, loop)
    }

    /// Takes an event; whether the host is up, once that is known.
    private func advance(_ place: inout Place, _ events: UInt32, _ buffer: inout [UInt8]) -> Bool? {
        guard let channel = place.channel, place.descriptor >= 0 else { return false }
        if !place.isConnected {
            guard lim_pending_error(place.descriptor) == 0 else { return false }
            guard events & UInt32(LIM_OUT) != 0 else { return nil }
            place.isConnected = true
            channel.activate()
            flush(channel, place.descriptor)
        }
        while true {
            let received = unsafe lim_receive(place.descriptor, &buffer, buffer.count)
            guard received > 0 else { return received == 0 || events & UInt32(LIM_HUP) != 0 ? false : nil }
            unsafe buffer.withUnsafeBytes { bytes in
                // Invariant: the kernel wrote so many bytes.
                unsafe channel.receive(UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(received))))
            }
            if channel.isEstablished, !place.hasAsked {
                place.hasAsked = true
                channel.send(request)
            }
            flush(channel, place.descriptor)
            if channel.hasFailed { return false }
            if let isUp = judge(channel.plaintext) { return isUp }
            if received < buffer.count { return nil }
        }
    }

    private func flush(_ channel: BareChannel, _ descriptor: Int32) {
        guard channel.outbound.readableBytes > 0 else { return }
        _ = unsafe channel.outbound.withUnsafeReadableBytes { bytes in
            unsafe lim_send(descriptor, bytes.baseAddress, bytes.count)
        }
        channel.outbound.clear()
    }

    /// Whether a response is there, and is 200 with `ok` in its end.
    private func judge(_ plaintext: ByteBuffer) -> Bool? {
        let bytes = plaintext.readableBytesView
        guard bytes.last == 10, bytes.count > 40 else { return nil }
        return bytes.starts(with: "HTTP/1.1 200".utf8) && bytes.suffix(4).elementsEqual("ok.\n".utf8)
    }
}
