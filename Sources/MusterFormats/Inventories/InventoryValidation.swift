package import MusterCore

/// What can be said of an inventory only when all of it is known.
package enum InventoryValidation {
    /// Notes, for each line of hosts, the variables that its checks use and neither the line nor its groups define, and
    /// the checks that need an IP address where the line gives none.
    ///
    /// Both arrays are as long as the inventory's checks: the variables of a check's templates beside name and address, and
    /// whether it needs a literal address.
    package static func requireVariables(
        of usedVariablesByCheck: [[String]], needsAddress: [Bool], in inventory: Inventory, log: FaultLog
    ) {
        let isDemanding = inventory.checks.indices.map { !usedVariablesByCheck[$0].isEmpty || needsAddress[$0] }
        guard isDemanding.contains(true) else { return }
        for entry in inventory.entries {
            var missing: Set<String> = []
            var lacksAddress = false
            for check in entry.checks where isDemanding[check] {
                for variable in usedVariablesByCheck[check] where !defines(variable, entry, inventory) {
                    guard missing.insert(variable).inserted else { continue }
                    noteVariable(variable, of: inventory.checks[check], entry, inventory, log)
                }
                guard needsAddress[check], !lacksAddress, !isLiteral(entry) else { continue }
                lacksAddress = true
                noteAddress(of: inventory.checks[check], entry, log)
            }
        }
    }

    private static func defines(_ variable: String, _ entry: Inventory.Entry, _ inventory: Inventory) -> Bool {
        entry.variables[variable] != nil || inventory.groups[entry.group].variables[variable] != nil
    }

    private static func isLiteral(_ entry: Inventory.Entry) -> Bool {
        IPAddress(text: (entry.addresses ?? entry.names).text(at: 0)) != nil
    }

    private static func noteVariable(
        _ variable: String, of check: Check, _ entry: Inventory.Entry, _ inventory: Inventory, _ log: FaultLog
    ) {
        let known = Set(entry.variables.keys).union(inventory.groups[entry.group].variables.keys).sorted()
        let example = "write \"vars\": { \"\(variable)\": … }"
        log.add(
            .unknownName, at: entry.location,
            "the check \"\(check.name)\" uses {\(variable)}, which neither this line nor its group defines; "
                + (NearestWord.of(variable, among: known).map { "did you mean \"\($0)\"?" } ?? example))
    }

    private static func noteAddress(of check: Check, _ entry: Inventory.Entry, _ log: FaultLog) {
        let found = (entry.addresses ?? entry.names).text(at: 0)
        log.add(
            .missing, at: entry.location,
            "the check \"\(check.name)\" needs each host's IP address, and \"\(found)\" is none; "
                + "write for example \"address\": \"192.0.2.1\"")
    }
}
