/// A fleet: hosts in groups with labels, and the checks that should hold for them.
///
/// Hosts are kept as they were written, ranges and all; a ``Host`` is made when somebody asks for it, so a million hosts
/// cost as much memory as the lines that name them.
package final class Inventory: Sendable {
    /// A group with what it gives to its hosts; what comes from the groups around it is already in.
    package struct Group: Sendable {
        /// `web`, or `web/eu` for a group inside a group.
        package var path: String
        package var labels: [String: String]
        package var variables: [String: String]

        package init(path: String, labels: [String: String] = [:], variables: [String: String] = [:]) {
            self.path = path
            self.labels = labels
            self.variables = variables
        }
    }

    /// One line of hosts.
    package struct Entry: Sendable {
        package var names: RangePattern
        /// As many as the names; nil where the names themselves are to be resolved.
        package var addresses: RangePattern?
        /// Index into `groups`.
        package var group: Int
        /// Of this line alone; they win over the group's.
        package var labels: [String: String]
        package var variables: [String: String]
        /// Indices into `checks`: the group's, then the line's own.
        package var checks: [Int]
        /// `inventory.json: groups.web.hosts[0]`
        package var location: String

        package init(
            names: RangePattern, addresses: RangePattern? = nil, group: Int, labels: [String: String] = [:],
            variables: [String: String] = [:], checks: [Int], location: String
        ) {
            self.names = names
            self.addresses = addresses
            self.group = group
            self.labels = labels
            self.variables = variables
            self.checks = checks
            self.location = location
        }
    }

    /// A fault that the lab serves instead of a healthy answer, for trying muster itself.
    package struct PlantedFault: Sendable, Hashable {
        /// A name of the lab's fault catalog: `refused`, `black-hole`, …
        package var fault: String
        /// Index into `checks`.
        package var check: Int
        /// The hosts' names.
        package var hosts: RangePattern
        package var location: String

        package init(fault: String, check: Int, hosts: RangePattern, location: String) {
            self.fault = fault
            self.check = check
            self.hosts = hosts
            self.location = location
        }
    }

    /// What it was read from, as faults and reports name it.
    package let source: String
    package let checks: [Check]
    package let groups: [Group]
    package let entries: [Entry]
    package let plantedFaults: [PlantedFault]
    /// Endpoints that answer TCP for as long as our own network works, asked where it may not.
    package let sentinels: [Endpoint]

    package init(
        source: String, checks: [Check], groups: [Group], entries: [Entry], plantedFaults: [PlantedFault] = [],
        sentinels: [Endpoint] = []
    ) {
        self.source = source
        self.checks = checks
        self.groups = groups
        self.entries = entries
        self.plantedFaults = plantedFaults
        self.sentinels = sentinels
    }

    /// How many hosts the entries stand for.
    package var hostCount: Int { entries.reduce(0) { $0 + $1.names.count } }
}

/// One host, made from its line when asked for.
package struct Host: Sendable {
    package let inventory: Inventory
    /// Index into the inventory's entries.
    package let entry: Int
    /// Position in the entry's range.
    package let offset: Int

    package init(inventory: Inventory, entry: Int, offset: Int) {
        self.inventory = inventory
        self.entry = entry
        self.offset = offset
    }

    package var name: String { inventory.entries[entry].names.text(at: offset) }

    /// The address as it was written, an IP address or a name; the host's name where the inventory gives none.
    package var addressText: String {
        (inventory.entries[entry].addresses ?? inventory.entries[entry].names).text(at: offset)
    }

    /// The address where it is one, nil where a name has to be resolved.
    package var address: IPAddress? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(48)
        appendAddress(to: &bytes)
        return IPAddress(ascii: bytes.span)
    }

    package var group: Inventory.Group { inventory.groups[inventory.entries[entry].group] }

    package func appendName(to bytes: inout [UInt8]) { inventory.entries[entry].names.append(at: offset, to: &bytes) }

    package func appendAddress(to bytes: inout [UInt8]) {
        (inventory.entries[entry].addresses ?? inventory.entries[entry].names).append(at: offset, to: &bytes)
    }

    /// A variable of the host's line, else of its groups.
    package func variable(_ name: String) -> String? {
        inventory.entries[entry].variables[name] ?? group.variables[name]
    }

    /// All labels, the line's own over the group's.
    package var labels: [String: String] {
        group.labels.merging(inventory.entries[entry].labels) { _, own in own }
    }
}
