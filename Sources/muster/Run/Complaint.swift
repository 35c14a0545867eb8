import MusterCore
import MusterSystem
import MusterText

/// What the operator has to mend: printed on standard error, one line a fault, and the process ends with status 2.
struct Complaint: Error {
    var lines: [String]

    init(_ lines: [String]) { self.lines = lines }
    init(_ line: String) { lines = [line] }
    init(_ fault: FileFault) { lines = [fault.text] }

    /// All faults of an inventory.
    init(_ log: FaultLog) { lines = log.lines }

    init(_ faults: [InventoryFault]) { lines = faults.map(\.text) }

    func print() {
        for line in lines { Self.write("muster: " + TerminalText.safe(line, limit: 2000), to: .standardError) }
    }

    /// Writes a line; that nobody reads it is no further fault.
    static func write(_ text: String, to file: OutputFile) {
        let end = text.hasSuffix("\n") ? "" : "\n"
        _ = try? file.write(Array((text + end).utf8))
    }
}
