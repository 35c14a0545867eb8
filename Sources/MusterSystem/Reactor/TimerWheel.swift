/// Deadlines of many waiters in buckets of about a millisecond: arming and disarming take constant time.
///
/// It knows no clock: instants come in as nanoseconds, expired entries go out as indices. Buckets are 2²⁰ ns wide and
/// 4096 in number, so a deadline further than 4.3 s away stays in its bucket for more than one round. An entry is an index
/// that the owner chose; it can be armed once at a time.
struct TimerWheel {
    private struct Link {
        var deadline: Int64 = 0
        var next: Int32 = -1
        var previous: Int32 = -1
        /// -1 while not armed.
        var bucket: Int32 = -1
    }

    private static let bucketCount = 4096
    private static let shift: Int64 = 20

    private var links: [Link] = []
    private var heads = [Int32](repeating: -1, count: bucketCount)
    /// One bit a bucket that has entries.
    private var occupied = [UInt64](repeating: 0, count: bucketCount / 64)
    /// The last tick whose bucket was looked at.
    private var tick: Int64
    private(set) var armedCount = 0

    init(now: Int64) { tick = now >> Self.shift }

    /// Makes room for entries up to (not including) `count`.
    mutating func grow(to count: Int) {
        while links.count < count { links.append(Link()) }
    }

    func isArmed(_ entry: Int32) -> Bool { links[Int(entry)].bucket >= 0 }

    /// Arms an entry that is not armed; it expires in the first tick that lies wholly after the deadline.
    mutating func arm(_ entry: Int32, deadline: Int64) {
        let index = Int(entry)
        let due = max((deadline >> Self.shift) &+ 1, tick &+ 1)
        let bucket = Int(due & Int64(Self.bucketCount - 1))
        let head = heads[bucket]
        links[index] = Link(deadline: deadline, next: head, previous: -1, bucket: Int32(bucket))
        if head >= 0 { links[Int(head)].previous = entry } else { occupied[bucket >> 6] |= 1 << UInt64(bucket & 63) }
        heads[bucket] = entry
        armedCount += 1
    }

    /// Disarms an entry; nothing happens where it is not armed.
    mutating func disarm(_ entry: Int32) {
        let link = links[Int(entry)]
        guard link.bucket >= 0 else { return }
        let bucket = Int(link.bucket)
        if link.next >= 0 { links[Int(link.next)].previous = link.previous }
        if link.previous >= 0 {
            links[Int(link.previous)].next = link.next
        } else {
            heads[bucket] = link.next
            if link.next < 0 { occupied[bucket >> 6] &= ~(1 << UInt64(bucket & 63)) }
        }
        links[Int(entry)].bucket = -1
        armedCount -= 1
    }

    /// Nanoseconds from `now` until the next bucket with entries ends, 0 where one is due; nil where nothing is armed.
    func delay(now: Int64) -> Int64? {
        guard armedCount > 0 else { return nil }
        let start = Int((tick + 1) & Int64(Self.bucketCount - 1))
        var ahead = 0
        while ahead < Self.bucketCount {
            let bucket = (start + ahead) & (Self.bucketCount - 1)
            let word = occupied[bucket >> 6] >> UInt64(bucket & 63)
            if word != 0 {
                ahead += word.trailingZeroBitCount
                break
            }
            ahead += 64 - (bucket & 63)
        }
        return max(0, (tick + 1 + Int64(ahead)) << Self.shift - now)
    }

    /// Disarms all entries whose deadline lies before `now` and appends them to `expired`.
    mutating func expire(now: Int64, into expired: inout [Int32]) {
        let target = now >> Self.shift
        guard target > tick else { return }
        if armedCount > 0 {
            // One round covers every bucket, however late we are.
            for due in max(tick + 1, target - Int64(Self.bucketCount) + 1)...target {
                let bucket = Int(due & Int64(Self.bucketCount - 1))
                guard occupied[bucket >> 6] & 1 << UInt64(bucket & 63) != 0 else { continue }
                var entry = heads[bucket]
                while entry >= 0 {
                    let link = links[Int(entry)]
                    if link.deadline >> Self.shift < target {
                        disarm(entry)
                        expired.append(entry)
                    }
                    entry = link.next
                }
            }
        }
        tick = target
    }
}
