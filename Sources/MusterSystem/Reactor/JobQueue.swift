/// The jobs of a loop or a pool in the order they came: a ring that grows and never shrinks. Used by one thread at a time.
@safe
struct JobQueue: ~Copyable {
    private var jobs: UnsafeMutablePointer<UnownedJob>
    private var mask = 1023
    private var head = 0
    private var tail = 0

    init() { unsafe jobs = .allocate(capacity: 1024) }

    // Jobs left in the ring belong to the runtime; only the storage is ours.
    deinit { unsafe jobs.deallocate() }

    var isEmpty: Bool { head == tail }

    mutating func push(_ job: UnownedJob) {
        if tail &- head > mask { grow() }
        // Invariant: tail - head <= mask, so the place is free.
        unsafe (jobs + (tail & mask)).initialize(to: job)
        tail &+= 1
    }

    mutating func pop() -> UnownedJob? {
        guard head != tail else { return nil }
        // Invariant: every place from head up to tail is initialized.
        let job = unsafe (jobs + (head & mask)).move()
        head &+= 1
        return job
    }

    private mutating func grow() {
        let count = tail &- head
        let larger = UnsafeMutablePointer<UnownedJob>.allocate(capacity: (mask + 1) * 2)
        for index in 0..<count { unsafe (larger + index).initialize(to: (jobs + ((head &+ index) & mask)).move()) }
        unsafe jobs.deallocate()
        unsafe jobs = larger
        mask = mask * 2 + 1
        head = 0
        tail = count
    }
}
