import MusterCore

/// Reads the names and addresses that a line of hosts stands for.
struct HostRanges {
    let log: FaultLog

    func names(_ text: String, at location: String, areAddresses: Bool) -> RangePattern? {
        pattern(text, at: location) { bytes in
            HostText.nameFault(bytes) ?? (areAddresses ? HostText.addressFault(bytes) : nil)
        }
    }

    func addresses(_ text: String, at location: String) -> RangePattern? {
        pattern(text, at: location, HostText.addressFault)
    }

    /// A range pattern whose first and last texts are sound: every range is at its least in the one and at its most in the
    /// other, so what is wrong anywhere is wrong there.
    func pattern(_ text: String, at location: String, _ fault: ([UInt8]) -> String?) -> RangePattern? {
        let pattern: RangePattern
        do throws(RangePattern.Fault) {
            pattern = try RangePattern(text)
        } catch {
            log.add(.badValue, at: location, error.hint)
            return nil
        }
        for position in pattern.count == 1 ? [0] : [0, pattern.count - 1] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(48)
            pattern.append(at: position, to: &bytes)
            guard let hint = fault(bytes) else { continue }
            log.add(.badValue, at: location, hint)
            return nil
        }
        return pattern
    }

    static func unequal(names: Int, addresses: Int) -> String {
        "\(names) \(names == 1 ? "name" : "names") and \(addresses) \(addresses == 1 ? "address" : "addresses"); "
            + "write ranges that are equally long"
    }
}
