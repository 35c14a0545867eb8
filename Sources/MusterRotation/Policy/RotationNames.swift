/// What the rotated logs of one log are called, and which names of a directory are such: `a.log.1`, `a.log-20260101`, with
/// `extension .log` `a.1.log`, compressed `a.1.log.gz`.
struct RotationNames: Sendable {
    /// A rotated log, found by its name; plain and compressed with the same number or date are one.
    struct Entry: Sendable, Hashable {
        var order: Order
        var plain: String?
        var compressed: String?
    }

    /// Where a rotated log stands among the others of its log.
    enum Order: Sendable, Hashable {
        /// The greater, the older.
        case number(Int)
        /// The less, the older. The sequence tells apart those of the same date, from 0.
        case date(DateFormat.Stamp, sequence: Int)
    }

    private let log: String
    /// What stands before and after the number or date.
    private let stem: String
    private let ending: String
    private let compressedEnding: String
    private let first: Int
    private let format: DateFormat?
    /// Whether rotated logs lie beside the log.
    private let isBesideLog: Bool

    /// The names of a log, given by its name without directories.
    init(log: String, _ settings: RotationSettings) {
        self.log = log
        (stem, ending) = Self.parts(log, settings)
        compressedEnding = settings.compressExtension
        first = max(settings.start, 0)
        isBesideLog = settings.otherDirectory == nil
        format = settings.isDated ? DateFormat(settings.dateFormat ?? Self.usualFormat(settings.criterion)) : nil
    }

    /// `extension` stays at the end if the log has it. Otherwise `addextension` comes to the end, and goes there where the log
    /// has it.
    private static func parts(_ log: String, _ settings: RotationSettings) -> (stem: String, ending: String) {
        func without(_ ending: String) -> String? {
            guard !ending.isEmpty, log.utf8.count >= ending.utf8.count,
                log.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8)
            else { return nil }
            return String(decoding: log.utf8.dropLast(ending.utf8.count), as: UTF8.self)
        }
        if let kept = settings.keptExtension, let stem = without(kept) { return (stem, kept) }
        guard let added = settings.addedExtension else { return (log, "") }
        return (without(added) ?? log, added)
    }

    private static func usualFormat(_ criterion: RotationSettings.Criterion) -> String {
        if case .hourly = criterion { "-%Y%m%d%H" } else { "-%Y%m%d" }
    }

    /// Whether the names of rotated logs can be told apart by their dates: without a year they cannot.
    var isOrdered: Bool { format?.isOrdered ?? true }
    var isDated: Bool { format != nil }

    // MARK: Made

    func name(number: Int) -> String { "\(stem).\(number)\(ending)" }

    /// The name for a date; a sequence above 0 stands behind the date, `a.log-20260101_1`, which sorts behind the plain name
    /// and its compressed form.
    func name(date: String, sequence: Int = 0) -> String {
        sequence > 0 ? "\(stem)\(date)_\(sequence)\(ending)" : "\(stem)\(date)\(ending)"
    }

    func compressed(_ name: String) -> String { name + compressedEnding }

    /// The name for a log that is rotated now: a number's is free once the others have moved, a date's is one that none has.
    func name(at time: RotationTime, among entries: [Entry], in names: DirectoryNames) -> String {
        guard let format else { return name(number: first) }
        let date = format.text(of: time)
        func isFree(_ name: String) -> Bool {
            !names.contains(name) && !names.contains(compressed(name)) && !(isBesideLog && isSame(name, log))
        }
        // A later log gets a greater sequence, whatever was removed in between.
        var bytes = Array(date.utf8)[...]
        let stamp = format.read(&bytes)
        let sequences = entries.compactMap { entry -> Int? in
            if case .date(stamp, let sequence) = entry.order { sequence } else { nil }
        }
        var next = sequences.max().map { min($0 + 1, Self.greatestSequence) } ?? 0
        if isFree(name(date: date, sequence: next)) { return name(date: date, sequence: next) }
        // Names that this log never gave itself are in the way: the first gap among them will do.
        next = 1
        while !isFree(name(date: date, sequence: next)) { next += 1 }
        return name(date: date, sequence: next)
    }

    private static let greatestSequence = 999_999

    private func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

    // MARK: Found

    /// The rotated logs among the names of their directory, oldest first if the names tell that.
    func entries(in names: DirectoryNames) -> [Entry] {
        let prefix = stem + (format?.beginning ?? ".")
        var found: [Order: Entry] = [:]
        for name in names.names(withPrefix: prefix) {
            guard let (order, isCompressed) = read(name) else { continue }
            var entry = found[order] ?? Entry(order: order)
            if isCompressed { entry.compressed = name } else { entry.plain = name }
            found[order] = entry
        }
        return found.values.sorted { Self.isOlder($0.order, $1.order) }
    }

    private static func isOlder(_ left: Order, _ right: Order) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left > right
        case (.date(let left, let first), .date(let right, let second)):
            left == right ? first < second : left < right
        default: false
        }
    }

    /// What a name says; nil where it is none of this log's rotated logs.
    func read(_ name: String) -> (order: Order, isCompressed: Bool)? {
        let bytes = Array(name.utf8)
        guard bytes.starts(with: stem.utf8), !(isBesideLog && isSame(name, log)) else { return nil }
        var rest = bytes.dropFirst(stem.utf8.count)
        guard let format else {
            guard rest.popFirst() == UInt8(ascii: "."), let number = Decimal.take(&rest), number >= first,
                let isCompressed = isEnd(rest)
            else { return nil }
            return (.number(number), isCompressed)
        }
        guard let stamp = format.read(&rest) else { return nil }
        if let isCompressed = isEnd(rest) { return (.date(stamp, sequence: 0), isCompressed) }
        guard rest.popFirst() == UInt8(ascii: "_"), let sequence = Decimal.take(&rest),
            1...Self.greatestSequence ~= sequence, let isCompressed = isEnd(rest)
        else { return nil }
        return (.date(stamp, sequence: sequence), isCompressed)
    }

    /// Whether it is the ending of a compressed log; nil where it is none at all.
    private func isEnd(_ bytes: ArraySlice<UInt8>) -> Bool? {
        guard bytes.starts(with: ending.utf8) else { return nil }
        let rest = bytes.dropFirst(ending.utf8.count)
        if rest.isEmpty { return false }
        return rest.elementsEqual(compressedEnding.utf8) ? true : nil
    }
}
