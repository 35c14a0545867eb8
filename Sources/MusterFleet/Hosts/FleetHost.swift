package import MusterCore

/// A host that commands are to run on: where ssh has to go, and as whom.
package struct FleetHost: Sendable, Hashable {
    /// As the inventory and all reports have it.
    package var name: String
    /// What ssh connects to: an IP address, or a name that ssh's own configuration or DNS knows.
    package var address: String
    /// Nil where ssh chooses.
    package var user: String?
    /// Nil where ssh chooses.
    package var port: UInt16?

    package init(name: String, address: String, user: String? = nil, port: UInt16? = nil) {
        self.name = name
        self.address = address
        self.user = user
        self.port = port
    }

    /// Variables that say as whom, the first that is set counts.
    package static let userVariables = ["ssh_user", "ansible_user", "user"]
    /// Variables that say on which port. A plain `port` is not among them: checks use it for the port of their service.
    package static let portVariables = ["ssh_port", "ansible_port"]

    /// From an inventory's host. What is wrong is noted, and the host left out.
    package init?(_ host: Host, log: FaultLog) {
        let place = host.inventory.entries[host.entry].location
        name = host.name
        address = host.addressText
        guard FleetHost.isAddress(address) else {
            log.add(
                .badValue, at: place,
                "\"\(address)\" is nothing that ssh could connect to; write an IP address, or a name without a dash first"
            )
            return nil
        }
        if let (variable, text) = FleetHost.first(FleetHost.userVariables, of: host) {
            guard FleetHost.isUser(text) else {
                log.add(.badValue, at: place, "\(variable) is \"\(text)\", which is no user's name")
                return nil
            }
            user = text
        }
        if let (variable, text) = FleetHost.first(FleetHost.portVariables, of: host) {
            guard let number = UInt16(text), number > 0 else {
                log.add(.badValue, at: place, "\(variable) is \"\(text)\"; write a port from 1 to 65535")
                return nil
            }
            port = number
        }
    }

    private static func first(_ variables: [String], of host: Host) -> (String, String)? {
        for variable in variables {
            if let text = host.variable(variable) { return (variable, text) }
        }
        return nil
    }

    /// Whether a word can stand where ssh expects a host: nothing that it could take for an option, a URI or a user.
    static func isAddress(_ text: String) -> Bool {
        1...253 ~= text.utf8.count && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "%") }
    }

    /// Whether a word can be a user's name, some have a domain: `DOMAIN\name`, `name@domain`.
    static func isUser(_ text: String) -> Bool {
        1...256 ~= text.utf8.count && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy {
                isWordByte($0)
                    || [UInt8(ascii: "@"), UInt8(ascii: "\\"), UInt8(ascii: "+"), UInt8(ascii: "$")].contains($0)
            }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
