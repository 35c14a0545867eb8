internal import CMusterLinux

/// What the system lets this process have.
package struct ResourceLimits: Sendable, Hashable {
    /// Open descriptors at most, after raising the soft limit to the hard one.
    package var descriptors: Int
    /// Local ports for outgoing connections to one address and port.
    package var ports: Int

    /// Reads them, raising the descriptor limit as far as it goes.
    package static func current() -> ResourceLimits {
        let descriptors = cml_raise_descriptor_limit()
        return ResourceLimits(descriptors: Int(max(descriptors, 16)), ports: localPorts.count)
    }

    /// The ports that the kernel draws for outgoing connections (ip(7), ip_local_port_range).
    private static var localPorts: ClosedRange<Int> {
        if let text = try? FileReading.text("/proc/sys/net/ipv4/ip_local_port_range", limit: 64) {
            let numbers = text.split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { Int($0) }
            if numbers.count == 2, numbers[1] >= numbers[0] { return numbers[0]...numbers[1] }
        }
        return 32_768...60_999
    }

    /// The lowest of them.
    static var firstLocalPort: UInt16 { UInt16(clamping: localPorts.lowerBound) }

    /// Cores this process may run on.
    package static var cores: Int {
        Int(cml_core_count())
    }
}
