package import MusterCore

/// The names that an inventory may use and that other floors define.
package struct InventoryVocabulary: Sendable {
    /// The kinds of checks, as the probe catalog has them: `tcp`, `dns`, `http`.
    package var kinds: [String]
    /// What can be planted under `lab.faults`, as the lab's catalog has it: `refused`, `black-hole`.
    package var faultNames: [String]
    /// Whether an inventory without any check is a fault: not for those who only want its hosts.
    package var needsChecks: Bool

    package init(kinds: [String], faultNames: [String], needsChecks: Bool = true) {
        self.kinds = kinds
        self.faultNames = faultNames
        self.needsChecks = needsChecks
    }
}

/// A way to write inventories down.
package struct InventoryFormat: Sendable {
    /// As a command line names it: `json`.
    package let name: String
    /// What files of this format are called after their last dot, in lower case.
    package let extensions: [String]
    /// Whether bytes look like this format, for a source without a known extension.
    package let sniff: @Sendable (_ bytes: [UInt8]) -> Bool
    /// Reads what can be read and notes every fault; nil only where there is nothing to go on with.
    package let read:
        @Sendable (_ bytes: [UInt8], _ source: String, _ vocabulary: InventoryVocabulary, _ log: FaultLog) -> Inventory?

    package init(
        name: String, extensions: [String], sniff: @escaping @Sendable ([UInt8]) -> Bool,
        read: @escaping @Sendable ([UInt8], String, InventoryVocabulary, FaultLog) -> Inventory?
    ) {
        self.name = name
        self.extensions = extensions
        self.sniff = sniff
        self.read = read
    }
}

/// All formats that inventories are read from.
package enum InventoryCatalog {
    package static let formats: [InventoryFormat] = [
        NativeInventory.format
    ]

    /// Reads an inventory in the format that is named, else in that of the source's extension, else in the one its bytes
    /// look like.
    ///
    /// An inventory comes back wherever there is anything to go on with, so that later readings can add their faults to the
    /// same log: it may be used only if the log is empty in the end. Lines and checks that have faults are left out of it.
    package static func read(
        _ bytes: [UInt8], source: String, format: String? = nil, vocabulary: InventoryVocabulary, log: FaultLog
    ) -> Inventory? {
        let names = formats.map(\.name)
        if let format, !names.contains(format) {
            log.add(
                .unknownName, at: source, "no format is called \"\(format)\"; \(NearestWord.hint(format, among: names))"
            )
            return nil
        }
        let suffix = source.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let chosen =
            formats.first { $0.name == format } ?? formats.first { $0.extensions.contains(suffix) }
            ?? formats.first { $0.sniff(bytes) }
        guard let chosen else {
            log.add(.unreadable, at: source, "looks like no known format; known: \(names.joined(separator: ", "))")
            return nil
        }
        return chosen.read(bytes, source, vocabulary, log)
    }
}
