import CMusterLimits

/// The record of one run of a contender, shared with the process that measures it: the work, and for each item when it
/// began and how it ended. What was written outlives a crash of the contender.
///
/// Invariant, which makes it Sendable: the record stays mapped as long as the ledger lives, each index is below its number of
/// items, an item is written by one thread at a time, and what is told of all items by one thread after them.
@safe
final class Ledger: @unchecked Sendable {
    let path: String
    let work: lim_work
    private let record: UnsafeMutablePointer<lim_record>

    var items: Int { Int(work.items) }
    var window: Int { Int(work.window) }

    init(creating path: String, for work: lim_work) throws(BenchmarkFault) {
        let record = unsafe withUnsafePointer(to: work) { unsafe lim_record_create(path, $0) }
        guard let record = unsafe record else { throw BenchmarkFault("\(path) cannot be written") }
        self.path = path
        self.work = work
        unsafe self.record = unsafe record
    }

    init(opening path: String) throws(BenchmarkFault) {
        guard let record = unsafe lim_record_open(path) else { throw BenchmarkFault("\(path) is no record of a run") }
        self.path = path
        work = unsafe record.pointee.work
        unsafe self.record = unsafe record
    }

    deinit { unsafe lim_record_close(record) }

    // MARK: For contenders

    func item(_ index: Int) -> lim_item { unsafe withWork { unsafe lim_item_of($0, UInt32(index)) } }

    func isBehindHole(_ index: Int) -> Bool { unsafe withWork { unsafe lim_is_behind_hole($0, UInt32(index)) } }

    /// Does an item in this thread, which waits for it.
    func perform(_ index: Int) { unsafe lim_item_perform(record, UInt32(index)) }

    func begin(_ index: Int) { unsafe lim_item_begin(record, UInt32(index)) }

    func end(_ index: Int, isUp: Bool) { unsafe lim_item_end(record, UInt32(index), isUp, 0) }

    /// An item that another program tells of, in nanoseconds of the monotonic clock.
    func tell(_ index: Int, from started: Int64, to ended: Int64, isUp: Bool, value: Int) {
        guard index >= 0, index < items else { return }
        unsafe lim_record_entry(record, UInt32(index)).pointee = lim_entry(
            started_ns: started, ended_ns: ended, value: UInt32(clamping: value), state: isUp ? 1 : 2)
    }

    /// What another program tells of all items together.
    func tell(done: Int, failed: Int, lines: Int = -1) {
        unsafe record.pointee.told_done = Int64(done)
        unsafe record.pointee.told_failed = Int64(failed)
        unsafe record.pointee.told_lines = Int64(lines)
    }

    /// Steps of a dialogue; its own work is handed to C each time.
    func begin(_ dialogue: inout lim_dialogue, _ index: Int) -> lim_step {
        unsafe lim_dialogue_begin(&record.pointee.work, UInt32(index), &dialogue)
    }

    func advance(_ dialogue: inout lim_dialogue) -> lim_step {
        unsafe lim_dialogue_advance(&record.pointee.work, &dialogue)
    }

    func end(_ dialogue: inout lim_dialogue) { unsafe lim_dialogue_end(&dialogue) }

    /// One of the models in C. Errors: what it lacks.
    func run(_ model: (UnsafeMutablePointer<lim_record>) -> Int32) throws(BenchmarkFault) {
        let outcome = unsafe model(record)
        guard outcome == 0 else { throw BenchmarkFault("it cannot go on", errno: -outcome) }
    }

    // MARK: For the run

    func beginAll() { unsafe lim_record_begin(record) }
    func endAll() { unsafe lim_record_end(record) }
    var isOver: Bool { unsafe record.pointee.ended_ns != 0 }
    func note(_ text: String) { unsafe lim_record_note(record, text) }
    var heartbeat: Int64 {
        get { unsafe record.pointee.heartbeat_ns }
        set { unsafe record.pointee.heartbeat_ns = newValue }
    }

    // MARK: For who measures

    var head: lim_record { unsafe record.pointee }
    func entry(_ index: Int) -> lim_entry { unsafe lim_record_entry(record, UInt32(index)).pointee }
    func wait(_ index: Int) -> Double { Double(unsafe withWork { unsafe lim_wait_ns($0, UInt32(index)) }) / 1e9 }

    /// What went wrong, empty where nothing did.
    var fault: String {
        unsafe withUnsafeBytes(of: record.pointee.note) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private func withWork<R>(_ body: (UnsafePointer<lim_work>) -> R) -> R {
        unsafe withUnsafePointer(to: &record.pointee.work) { unsafe body($0) }
    }
}

extension lim_work {
    /// The file or folder of its logs; empty where there is none.
    var logs: String {
        get {
            unsafe withUnsafeBytes(of: path) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        set {
            unsafe withUnsafeMutableBytes(of: &path) { bytes in
                // Invariant: the last byte stays zero.
                for (index, byte) in newValue.utf8.prefix(255).enumerated() { unsafe bytes[index] = byte }
            }
        }
    }

    /// Waiting for others, seconds an item on the average of the first thousand.
    var meanWait: Double {
        let sample = min(1000, max(1, Int(items)))
        let sum = (0..<sample).reduce(0.0) { sum, index in
            sum + Double(unsafe withUnsafePointer(to: self) { unsafe lim_wait_ns($0, UInt32(index)) })
        }
        return sum / Double(sample) / 1e9
    }
}
