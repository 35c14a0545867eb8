internal import Glibc
package import MusterCore

/// A datagram socket outside every loop, to forge with.
package final class RawDatagramSocket: Sendable {
    package let descriptor: Int32

    package init(_ address: UInt32 = 0x7f00_0001) {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var one: Int32 = 1
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &one, 4)
        var raw = Self.raw(address, 0)
        let outcome = unsafe withUnsafePointer(to: &raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, 16) }
        }
        precondition(outcome == 0)
    }

    deinit { close(descriptor) }

    /// Gives the port back early; what is sent to it from now on is refused.
    package func end() { dup2(RawDatagramSocket.spare, descriptor) }
    private static let spare = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)

    package var endpoint: Endpoint {
        var raw = sockaddr_in()
        var length: socklen_t = 16
        _ = unsafe withUnsafeMutablePointer(to: &raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return Endpoint(.v4(UInt32(bigEndian: raw.sin_addr.s_addr)), port: UInt16(bigEndian: raw.sin_port))
    }

    /// What arrived; nil where nothing is there.
    package func receive() -> (bytes: [UInt8], source: Endpoint)? {
        var raw = sockaddr_in()
        var length: socklen_t = 16
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = unsafe withUnsafeMutablePointer(to: &raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe recvfrom(descriptor, &buffer, 2048, 0x40, $0, &length)
            }
        }
        guard count >= 0 else { return nil }
        let source = Endpoint(.v4(UInt32(bigEndian: raw.sin_addr.s_addr)), port: UInt16(bigEndian: raw.sin_port))
        return (Array(buffer.prefix(count)), source)
    }

    @discardableResult
    package func send(_ bytes: [UInt8], to endpoint: Endpoint) -> Bool {
        guard case .v4(let address) = endpoint.address else { return false }
        var raw = Self.raw(address, endpoint.port)
        return unsafe withUnsafePointer(to: &raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, bytes, bytes.count, 0, $0, 16) == bytes.count
            }
        }
    }

    private static func raw(_ address: UInt32, _ port: UInt16) -> sockaddr_in {
        var raw = sockaddr_in()
        raw.sin_family = sa_family_t(AF_INET)
        raw.sin_addr.s_addr = address.bigEndian
        raw.sin_port = port.bigEndian
        return raw
    }
}
