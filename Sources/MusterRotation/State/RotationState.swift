/// When which log was rotated last, in the format of logrotate's state file: a first line with its version, then a path in
/// quotes and a local time a line, the time without zeros before its numbers. In version 1 the time of the day may be missing,
/// and the quotes.
///
/// Paths are bytes, as the system has them. Entries keep their order, so that what was read is written again as it was.
package struct RotationState: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var path: [UInt8]
        package var time: CalendarTime
        /// Whether its log was seen by this run.
        package var isUsed = false

        package init(path: [UInt8], time: CalendarTime) {
            self.path = path
            self.time = time
        }
    }

    package private(set) var entries: [Entry] = []
    /// Of paths that are UTF-8, as those of all logs are that are found.
    private var positions: [PathKey: Int] = [:]
    private var otherPositions: [[UInt8]: Int] = [:]
    /// Whether it is to be written.
    private(set) var hasChanged = false

    package init() {}

    /// When a log was rotated last; nil: it is not known.
    package func time(of path: [UInt8]) -> CalendarTime? { position(of: path).map { entries[$0].time } }

    package func time(of path: String) -> CalendarTime? { positions[PathKey(path)].map { entries[$0].time } }

    private func position(of path: [UInt8]) -> Int? {
        String(validating: path, as: UTF8.self).map { positions[PathKey($0)] } ?? otherPositions[path]
    }

    /// Sets the last time of a log that there is.
    package mutating func set(_ time: CalendarTime, for path: [UInt8]) {
        add(path, time)
        markUsed(path)
    }

    package mutating func set(_ time: CalendarTime, for path: String) { set(time, for: Array(path.utf8)) }

    /// Notes that there is a log, so that its entry stays however old it is.
    package mutating func markUsed(_ path: [UInt8]) {
        if let position = position(of: path) { entries[position].isUsed = true }
    }

    package mutating func markUsed(_ path: String) { _ = see(PathKey(path)) }

    /// Notes that there is a log, and says when it was rotated last; nil: it is not known.
    mutating func see(_ path: PathKey) -> CalendarTime? {
        guard let position = positions[path] else { return nil }
        entries[position].isUsed = true
        return entries[position].time
    }

    /// Makes room for entries, for so many bytes of text.
    mutating func reserve(bytes: Int) {
        // A path of thirty bytes and a time.
        let count = min(bytes / 50, 1_000_000)
        positions.reserveCapacity(count)
        entries.reserveCapacity(count)
    }

    /// Of two entries for one path the later holds, in the place of the first.
    mutating func add(_ path: [UInt8], _ time: CalendarTime) {
        hasChanged = true
        if let position = position(of: path) {
            entries[position].time = time
            return
        }
        if let text = String(validating: path, as: UTF8.self) {
            positions[PathKey(text)] = entries.count
        } else {
            otherPositions[path] = entries.count
        }
        entries.append(Entry(path: path, time: time))
    }

    /// What was read is what stands in the file.
    mutating func isUnchanged() { hasChanged = false }

    // MARK: Writing

    /// The text of version 2. Entries that no log was seen for are left out where they are older than a year, of 365.2422
    /// days, before `now`.
    package func text(now: CalendarTime) -> [UInt8] {
        var text = Array("logrotate state -- version 2\n".utf8)
        text.reserveCapacity(entries.reduce(text.count) { $0 + $1.path.count + 32 })
        for entry in entries where entry.isUsed || now.seconds - entry.time.seconds <= Self.secondsOfYear {
            text.append(UInt8(ascii: "\""))
            for byte in entry.path {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
                case .newline: text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
                default: text.append(byte)
                }
            }
            let time = entry.time
            text += Array(
                "\" \(time.year)-\(time.month)-\(time.day)-\(time.hour):\(time.minute):\(time.second)\n".utf8)
        }
        return text
    }

    private static let secondsOfYear = 31_556_926
}

extension CalendarTime {
    /// Since 1970, as if it were UTC.
    fileprivate var seconds: Int { dayNumber * 86_400 + hour * 3_600 + minute * 60 + second }
}
