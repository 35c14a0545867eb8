import MusterCore

/// What is served on one TCP port, by address.
final class StreamPort: Sendable {
    /// What answers at an address.
    struct Place: Sendable {
        /// Index into the plan's sites.
        var site: Int32
        /// Index into the plan's leaves; -1 where no certificate is needed.
        var leaf: Int32
    }

    let port: UInt16
    /// By IPv4 address.
    let places: [UInt32: Place]
    /// What answers at ::1.
    let place6: Place?
    /// Addresses whose connection requests are dropped, ascending.
    let blackHoles: [UInt32]
    /// Whether connection requests to ::1 are dropped.
    let isBlackHole6: Bool

    init(port: UInt16, places: [UInt32: Place], place6: Place?, blackHoles: [UInt32], isBlackHole6: Bool) {
        self.port = port
        self.places = places
        self.place6 = place6
        self.blackHoles = blackHoles
        self.isBlackHole6 = isBlackHole6
    }

    /// What answers at an address; nil where nothing was planned.
    func place(at address: IPAddress) -> Place? {
        switch address {
        case .v4(let value): places[value]
        case .v6: place6
        }
    }
}

/// The names one certificate of the lab is for.
struct LeafNames: Sendable {
    /// How many names share a certificate.
    static let crowd = 64

    var dnsNames: [String] = []
    /// 4 or 16 octets each.
    var addresses: [[UInt8]] = []

    var count: Int { dnsNames.count + addresses.count }
}
