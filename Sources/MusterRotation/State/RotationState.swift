/// When which log was rotated last, in the format of logrotate's state file: a first line with its version, then a path in
/// quotes and a local time a line, the time without zeros before its numbers. In version 1 the time of the day may be missing,
/// and the quotes.
///
/// Paths are bytes, as the system has them. Entries keep their order, so that what was read is written again as it was.
package struct RotationState: Sendable {
    package struct Entry: Sendable, Hashable {
        package var path: [UInt8]
        package var time: CalendarTime
    }

    /// What is known of one log.
    private struct Record {
        /// Where its path lies among ``paths``.
        var start: Int
        var end: Int
        var time: CalendarTime
        /// Whether its log was seen by this run.
        var isUsed = false
    }

    private var records: [Record] = []
    /// The paths of all, one behind the other.
    private var paths: [UInt8] = []
    /// Where the records are, by the hashes of their paths.
    private var places = PathPlaces()
    /// Behind the record that was seen last: logs mostly come in the order of the entries.
    private var next = 0
    /// Whether it is to be written.
    private(set) var hasChanged = false

    package init() {}

    package var entries: [Entry] { records.map { Entry(path: Array(path(of: $0)), time: $0.time) } }

    private func path(of record: Record) -> ArraySlice<UInt8> { paths[record.start..<record.end] }

    /// When a log was rotated last; nil: it is not known.
    package func time(of path: some Collection<UInt8>) -> CalendarTime? { position(of: path).map { records[$0].time } }

    package func time(of path: String) -> CalendarTime? { time(of: path.utf8) }

    private func position(of path: some Collection<UInt8>) -> Int? { position(of: path, hash: path.bytesHash) }

    private func position(of path: some Collection<UInt8>, hash: Int) -> Int? {
        places.place(hash) { path.hasSameBytes(as: self.path(of: records[$0])) }
    }

    /// Sets the last time of a log that there is.
    package mutating func set(_ time: CalendarTime, for path: some Collection<UInt8>) {
        records[add(path, time)].isUsed = true
    }

    package mutating func set(_ time: CalendarTime, for path: String) { set(time, for: path.utf8) }

    /// Notes that there is a log, so that its entry stays however old it is.
    package mutating func markUsed(_ path: some Collection<UInt8>) {
        if let position = position(of: path) { records[position].isUsed = true }
    }

    package mutating func markUsed(_ path: String) { _ = see(PathKey(path)) }

    /// Notes that there is a log, and says when it was rotated last; nil: it is not known.
    mutating func see(_ path: PathKey) -> CalendarTime? {
        let bytes = path.text.utf8
        let isNext = next < records.count && bytes.hasSameBytes(as: self.path(of: records[next]))
        guard let position = isNext ? next : position(of: bytes) else { return nil }
        next = position + 1
        records[position].isUsed = true
        return records[position].time
    }

    /// Makes room for entries, for so many bytes of text.
    mutating func reserve(bytes: Int) {
        // A path of thirty bytes and a time.
        let count = min(bytes / 50, 1_000_000)
        places.reserve(count)
        records.reserveCapacity(count)
        paths.reserveCapacity(bytes)
    }

    /// Of two entries for one path the later holds, in the place of the first. Returns its place.
    @discardableResult
    mutating func add(_ path: some Collection<UInt8>, _ time: CalendarTime) -> Int {
        hasChanged = true
        let hash = path.bytesHash
        if let position = position(of: path, hash: hash) {
            records[position].time = time
            return position
        }
        places.add(hash)
        let start = paths.count
        paths += path
        records.append(Record(start: start, end: paths.count, time: time))
        return records.count - 1
    }

    /// What was read is what stands in the file.
    mutating func isUnchanged() { hasChanged = false }

    // MARK: Writing

    /// The text of version 2. Entries that no log was seen for are left out where they are older than a year, of 365.2422
    /// days, before `now`.
    package func text(now: CalendarTime) -> [UInt8] {
        var text = Array("logrotate state -- version 2\n".utf8)
        text.reserveCapacity(text.count + paths.count + 32 * records.count)
        for entry in records where entry.isUsed || now.seconds - entry.time.seconds <= Self.secondsOfYear {
            text.append(UInt8(ascii: "\""))
            for byte in path(of: entry) {
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
