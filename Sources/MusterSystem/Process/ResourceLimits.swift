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
        var ports = 28_232
        if let text = try? FileReading.text("/proc/sys/net/ipv4/ip_local_port_range", limit: 64) {
            let numbers = text.split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { Int($0) }
            if numbers.count == 2, numbers[1] >= numbers[0] { ports = numbers[1] - numbers[0] + 1 }
        }
        return ResourceLimits(descriptors: Int(max(descriptors, 16)), ports: ports)
    }

    /// Cores this process may run on.
    package static var cores: Int {
        Int(cml_core_count())
    }
}
