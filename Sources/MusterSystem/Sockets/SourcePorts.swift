/// The ports that datagram sockets draw theirs from: all from 1024 on, but those that this machine's administrator keeps for
/// something else (`net.ipv4.ip_local_reserved_ports`, which counts for IPv6 too).
struct SourcePorts: Sendable {
    static let first: UInt16 = 1024

    /// What this machine allows, read once.
    static let system = SourcePorts(
        // Where the kernel does not tell, nothing is reserved.
        reserved: (try? FileReading.text("/proc/sys/net/ipv4/ip_local_reserved_ports")) ?? "")

    /// Bit p % 64 of word p / 64 for each reserved port.
    private var words = [UInt64](repeating: 0, count: 1024)
    private(set) var count = 65_536 - Int(first)

    /// Reads a list of ports and ranges as the kernel writes it (`5353,8000-8010`); what cannot be read is passed over.
    init(reserved text: String) {
        for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
            guard let low = ends[0], let high = ends[ends.count - 1], ends.count <= 2, low <= high else { continue }
            for port in max(low, Self.first)...max(high, Self.first) where high >= Self.first { reserve(port) }
        }
    }

    private mutating func reserve(_ port: UInt16) {
        guard !isReserved(port) else { return }
        words[Int(port >> 6)] |= 1 << UInt64(port & 63)
        count -= 1
    }

    func isReserved(_ port: UInt16) -> Bool { words[Int(port >> 6)] >> UInt64(port & 63) & 1 == 1 }

    /// One of them, each as likely as any other, from random numbers of 16 bits; 0, which leaves it to the kernel, where next to
    /// none are left.
    func draw(_ random: () -> UInt16) -> UInt16 {
        for _ in 0..<64 {
            let port = random()
            if port >= Self.first, !isReserved(port) { return port }
        }
        return 0
    }
}
