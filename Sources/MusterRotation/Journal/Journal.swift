internal import Glibc
package import MusterSystem

/// What is about to be done to logs, written down before it is done, so that a run that was killed can be ended by the next
/// one. Any thread may append; commits of several threads share one wait for the device.
///
/// A file of its own: a line that says what it is, then records, each led by its length and CRC-32 (little-endian). What
/// stands behind the first record that is not whole was never relied on, and is left out.
package final class Journal: Sendable {
    private struct State: Sendable {
        var file: any DiskFile
        var pending: [UInt8] = []
        /// Where the next bytes go.
        var end: Int64
        /// Bytes that were ever appended, and of those that are on the device.
        var appended: Int64 = 0
        var durable: Int64 = 0
        var isWriting = false
        /// Whether its name is on the device: it has to be there as long as anything in it.
        var isNamed = false
        /// After a fault nothing that is written can be relied on.
        var fault: DiskFault?
    }

    private let name: String
    private let directory: any DiskDirectory
    private let state: Monitor<State>

    private static let kind = Array("muster rotation journal ".utf8)
    private static let heading = kind + Array("2\n".utf8)
    /// Bytes of a journal at most: some 300 a log.
    private static let limit = 256 << 20
    private static let recordLimit = 16 << 20

    private init(_ name: String, _ directory: any DiskDirectory, _ file: any DiskFile, end: Int) {
        self.name = name
        self.directory = directory
        state = Monitor(State(file: file, end: Int64(end)))
    }

    /// Reads a journal that was opened to be written, or begins one where there is none. Only who holds the lock of the state
    /// may. Errors: the disk fails (``RotationFault/Code/disk``), or there is another kind of file
    /// (``RotationFault/Code/journal``).
    package static func open(
        _ name: String, in directory: any DiskDirectory, _ opened: (any DiskFile)?
    ) throws(RotationFault) -> (journal: Journal, records: [JournalRecord]) {
        do throws(DiskFault) {
            let file = if let opened { opened } else { try directory.create(name, mode: 0o600) }
            let bytes = opened == nil ? [] : try file.contents(limit: limit)
            guard let (records, end) = parsed(bytes) else { throw DiskFault.foreign(name, directory) }
            if end == 0 { try file.write(heading) }
            // Else what is written next could make something whole of what stands behind the end.
            let wanted = max(end, heading.count)
            if bytes.count > wanted { try file.truncate(Int64(wanted)) }
            // What is read may not be on the device, and will be relied on from now on.
            if end == 0 || bytes.count != wanted || !records.isEmpty { try file.synchronize() }
            if !records.isEmpty { try directory.synchronize() }
            return (Journal(name, directory, file, end: wanted), records)
        } catch {
            throw fault(error)
        }
    }

    /// What stands in the journal, if there is one, with nothing touched. Errors: as those of ``open(_:in:)``.
    package static func read(_ name: String, in directory: any DiskDirectory) throws(RotationFault) -> [JournalRecord] {
        do throws(DiskFault) {
            if try directory.facts(name) == nil { return [] }
            let bytes = try directory.open(name, forWriting: false).contents(limit: limit)
            guard let (records, _) = parsed(bytes) else { throw DiskFault.foreign(name, directory) }
            return records
        } catch {
            throw fault(error)
        }
    }

    private static func fault(_ fault: DiskFault) -> RotationFault {
        guard fault.code == 0 else { return RotationFault(fault) }
        return RotationFault(
            .journal, at: fault.path,
            "this is no journal of muster, or one of another version with rotations that only that one can end; "
                + "run that one once, or move the file away")
    }

    /// The records of a journal and where they end; 0 where its heading is not whole, so that it was never used. Nil for
    /// something else.
    private static func parsed(_ bytes: [UInt8]) -> (records: [JournalRecord], end: Int)? {
        if bytes.starts(with: heading) { return records(bytes) }
        // A file may have its length before it has its bytes.
        let isTorn = bytes.count <= heading.count && zip(bytes, heading).allSatisfy { $0 == $1 || $0 == 0 }
        return isTorn || isEmptyOfAnotherVersion(bytes) ? ([], 0) : nil
    }

    /// Whether it is a journal of an older or a newer muster that left nothing to be ended.
    private static func isEmptyOfAnotherVersion(_ bytes: [UInt8]) -> Bool {
        let digits = bytes.dropFirst(kind.count).dropLast()
        return bytes.starts(with: kind) && bytes.last == UInt8(ascii: "\n") && 1...9 ~= digits.count
            && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    /// The whole records, and where they end.
    private static func records(_ bytes: [UInt8]) -> ([JournalRecord], end: Int) {
        var records: [JournalRecord] = []
        var at = heading.count
        while at + 8 <= bytes.count {
            let length = Int(word(bytes, at))
            guard length <= recordLimit, at + 8 + length <= bytes.count else { break }
            let payload = Array(bytes[at + 8..<at + 8 + length])
            guard CRC32.of(payload) == word(bytes, at + 4), let record = JournalRecord(payload) else { break }
            records.append(record)
            at += 8 + length
        }
        return (records, at)
    }

    /// Errors: it is no record that could be read again, which would end the journal for all behind it.
    static func check(_ intent: RotationIntent) throws(RotationFault) {
        // Two names a step, of 255 bytes at most, and some numbers.
        if intent.steps.count < recordLimit / 1_024 { return }
        let size = JournalRecord.intent(.max, intent).bytes.count
        guard size > recordLimit else { return }
        throw RotationFault(
            .unsafe, at: intent.path,
            "it has so many rotated logs that \(intent.steps.count) steps are to be taken; remove some, or move them away"
        )
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
    }

    /// Adds records; they are nowhere but in memory until ``commit()``.
    package func append(_ records: [JournalRecord]) {
        let bytes = Self.framed(records)
        state.change { state in
            state.pending += bytes
            state.appended += Int64(bytes.count)
        }
    }

    private static func framed(_ records: [JournalRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records {
            let payload = record.bytes
            for word in [UInt32(payload.count), CRC32.of(payload)] {
                for shift in stride(from: UInt32(0), to: 32, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: word >> shift))
                }
            }
            bytes += payload
        }
        return bytes
    }

    /// Returns when all that was appended before is on the device. Errors: it cannot be written; from then on always.
    package func commit() throws(RotationFault) {
        let goal = state.change { $0.appended }
        while true {
            // Whoever finds nobody writing writes for all.
            let turn = state.wait { state -> Turn? in
                if let fault = state.fault { return .failed(fault) }
                if state.durable >= goal { return .done }
                if state.isWriting { return nil }
                state.isWriting = true
                defer { state.pending = [] }
                return .write(state.pending, state.file, at: state.end, upTo: state.appended, isNamed: state.isNamed)
            }
            switch turn {
            case .done: return
            case .failed(let fault): throw RotationFault(fault)
            case .write(let bytes, let file, let offset, let upTo, let isNamed):
                put(bytes, file, offset, upTo, isNamed)
            }
        }
    }

    private enum Turn {
        case done
        case failed(DiskFault)
        case write([UInt8], any DiskFile, at: Int64, upTo: Int64, isNamed: Bool)
    }

    private func put(_ bytes: [UInt8], _ file: any DiskFile, _ offset: Int64, _ upTo: Int64, _ isNamed: Bool) {
        var fault: DiskFault?
        do throws(DiskFault) {
            try file.write(bytes, at: offset)
            try file.synchronize()
            if !isNamed { try directory.synchronize() }
        } catch {
            fault = error
        }
        state.change { state in
            state.isWriting = false
            state.isNamed = true
            state.fault = fault
            state.end = offset + Int64(bytes.count)
            state.durable = upTo
        }
    }

    /// Begins anew, with what is still to be ended; does nothing where nothing stands in it and nothing is left. Only when
    /// nobody else uses it. Errors: the disk fails; then what was there is there still.
    package func restart(with records: [JournalRecord]) throws(RotationFault) {
        let bytes = Self.heading + Self.framed(records)
        var (file, end, isNamed) = state.change { ($0.file, $0.end, $0.isNamed) }
        if records.isEmpty, end == bytes.count { return }
        do throws(DiskFault) {
            if records.isEmpty {
                try file.truncate(Int64(bytes.count))
                try file.synchronize()
            } else {
                let temporary = TemporaryName.log(name)
                do throws(DiskFault) {
                    try directory.remove(temporary)
                } catch {
                    if error.code != ENOENT { throw error }
                }
                file = try directory.create(temporary, mode: 0o600)
                try file.write(bytes)
                try file.synchronize()
                try directory.replace(name, with: temporary)
                try directory.synchronize()
                isNamed = true
            }
        } catch {
            throw RotationFault(error)
        }
        end = Int64(bytes.count)
        state.change { [file, end, isNamed] in $0 = State(file: file, end: end, isNamed: isNamed) }
    }
}

extension DiskFault {
    /// A file that is none of ours.
    fileprivate static func foreign(_ name: String, _ directory: any DiskDirectory) -> DiskFault {
        DiskFault(code: 0, call: "", path: "\(directory.path)/\(name)")
    }
}

extension RotationFault {
    /// A system call that failed, with what to do about it.
    package init(_ fault: DiskFault) {
        switch fault.code {
        case ELOOP:
            self.init(
                .unsafe, at: fault.path,
                "this path goes through a link that other users could change; write the path that it leads to")
        case ESTALE:
            self.init(
                .unsafe, at: fault.path,
                "another file or folder has this name by now; look who else may write there")
        case EBUSY where fault.call == "read":
            self.init(
                .disk, at: fault.path,
                "it grows faster than it is read, so it was left as it is; the next run tries again")
        case EBUSY where fault.call == "compress":
            self.init(
                .disk, at: fault.path,
                "it was written to while it was compressed, so it stays plain; the next run tries again "
                    + "(with delaycompress its writer has more time)")
        default: self.init(.disk, at: fault.path, fault.hint)
        }
    }
}
