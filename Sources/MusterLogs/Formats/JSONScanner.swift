/// Reads the wanted values out of one JSON object after another, each in one pass, and checks everything else on the way.
///
/// Programs write the same keys in the same order line after line. So the scanner remembers which key stood at each place
/// and compares it first, a few words at a time; only another key is scanned and looked up.
@safe
final class JSONScanner {
    typealias Bytes = ByteScan.Bytes

    /// A value that was found: where, how welcome, and whether it is a string with escapes.
    @safe
    struct Slot {
        var start: Bytes?
        var count = 0
        var rank = Int.max
        var isEscaped = false
    }

    /// A key that was seen at this place, with its closing quote, as words.
    private struct Guess {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var masks: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        /// Bytes with the quote; 0 where there is no guess.
        var length = 0
        var entry = 0
    }

    private static let guessesANode = 32
    private static let longestGuess = 31

    private let keys: JSONKeys
    // Invariants: slotCount slots; guessesANode guesses a node; entryCount entries, a node's from firstEntry on.
    let slots: UnsafeMutablePointer<Slot>
    let slotCount: Int
    private let guesses: UnsafeMutablePointer<Guess>
    private let scratch: UnsafeMutablePointer<UInt8>
    private let scratchCount: Int
    private let targets: UnsafeMutablePointer<JSONKeys.Target>
    /// A node's entries as the scanner needs them: where their targets lie, and their child (-1 for none).
    private let entries: UnsafeMutablePointer<(first: Int, count: Int, child: Int)>
    private let firstEntry: [Int]
    /// Fault of the line at hand.
    var values: JSONValues

    init(_ keys: JSONKeys) {
        self.keys = keys
        slotCount = keys.slotCount
        unsafe slots = .allocate(capacity: slotCount)
        unsafe slots.initialize(repeating: Slot(), count: slotCount)
        let guessCount = keys.nodes.count * Self.guessesANode
        unsafe guesses = .allocate(capacity: guessCount)
        unsafe guesses.initialize(repeating: Guess(), count: guessCount)
        // An escape has at most six bytes for one.
        scratchCount = keys.longestKey * 6
        unsafe scratch = .allocate(capacity: scratchCount + Chunk.padding)
        unsafe scratch.initialize(repeating: 0, count: scratchCount + Chunk.padding)
        let flat = keys.nodes.joined()
        let targetCount = flat.map(\.targets.count).reduce(0, +)
        unsafe targets = .allocate(capacity: max(1, targetCount))
        unsafe entries = .allocate(capacity: max(1, flat.count))
        var nextTarget = 0
        for (index, entry) in flat.enumerated() {
            unsafe (entries + index).initialize(to: (nextTarget, entry.targets.count, entry.child ?? -1))
            for target in entry.targets {
                unsafe (targets + nextTarget).initialize(to: target)
                nextTarget += 1
            }
        }
        var first = 0
        firstEntry = keys.nodes.map { node in
            defer { first += node.count }
            return first
        }
        values = unsafe JSONValues(UnsafePointer(scratch))
    }

    deinit {
        unsafe slots.deallocate()
        unsafe guesses.deallocate()
        unsafe scratch.deallocate()
        unsafe targets.deallocate()
        unsafe entries.deallocate()
    }

    /// Reads the object that begins at `{` and returns the byte behind it; nil where there is a fault, which is then in
    /// ``values``. What was found is in ``slots``.
    /// Invariant for the caller: a line feed lies behind `start`, with ``Chunk/padding`` bytes behind it.
    @inline(__always)
    func read(_ start: Bytes, _ values: inout JSONValues) -> Bytes? {
        for slot in 0..<slotCount { unsafe slots[slot] = Slot() }
        guard unsafe start.pointee == 0x7b else { return unsafe values.fail(start, "an object, {") }
        return unsafe object(start, 0, 1, &values)
    }

    private func object(_ start: Bytes, _ node: Int, _ depth: Int, _ values: inout JSONValues) -> Bytes? {
        var at = unsafe JSONValues.space(start + 1)
        if unsafe at.pointee == 0x7d { return unsafe at + 1 }
        var guess = unsafe guesses + node &* Self.guessesANode
        let lastGuess = unsafe guess + (Self.guessesANode - 1)
        while true {
            guard unsafe at.pointee == 0x22 else { return unsafe values.fail(at, "a key in quotes") }
            unsafe at += 1
            if unsafe !_fastPath(Self.isSame(guess, at)) {
                guard unsafe learn(guess, at, node, &values) else { return nil }
            }
            let entry = unsafe guess.pointee.entry
            unsafe at += guess.pointee.length
            if unsafe guess < lastGuess { unsafe guess += 1 }
            guard let value = unsafe values.colon(at) else { return nil }
            if entry < 0 {
                guard let next = unsafe values.skip(value, depth: depth) else { return nil }
                unsafe at = next
            } else {
                guard let next = unsafe take(value, entry, depth, &values) else { return nil }
                unsafe at = next
            }
            if unsafe at.pointee != 0x2c {
                unsafe at = JSONValues.space(at)
                if unsafe at.pointee == 0x7d { return unsafe at + 1 }
                guard unsafe at.pointee == 0x2c else { return unsafe values.fail(at, ", or }") }
            }
            unsafe at += 1
            if unsafe at.pointee <= 0x20 { unsafe at = JSONValues.space(at) }
        }
    }

    // MARK: Keys

    /// Invariant: 32 bytes from `at` may be read; a guess holds no line feed, so what matches ends before one.
    @inline(__always)
    private static func isSame(_ guess: UnsafeMutablePointer<Guess>, _ at: Bytes) -> Bool {
        let short =
            unsafe (ByteScan.load64(at) ^ guess.pointee.words.0) & guess.pointee.masks.0
            | (ByteScan.load64(at + 8) ^ guess.pointee.words.1) & guess.pointee.masks.1
        if unsafe guess.pointee.length <= 16 { return unsafe short == 0 && guess.pointee.length > 0 }
        let long =
            unsafe (ByteScan.load64(at + 16) ^ guess.pointee.words.2) & guess.pointee.masks.2
            | (ByteScan.load64(at + 24) ^ guess.pointee.words.3) & guess.pointee.masks.3
        // A longer key has no masks that could tell it: it is looked at anew each time.
        return unsafe short | long == 0 && guess.pointee.length <= longestGuess + 1
    }

    /// Scans a key, looks it up, and remembers it at this place. False where it is no string.
    @inline(never)
    private func learn(
        _ guess: UnsafeMutablePointer<Guess>, _ start: Bytes, _ node: Int, _ values: inout JSONValues
    ) -> Bool {
        var escaped = false
        guard let end = unsafe values.string(start, &escaped) else { return false }
        let length = unsafe end - start
        var found = Guess()
        found.length = length
        found.entry = unsafe find(start, length - 1, escaped, node)
        if length <= Self.longestGuess + 1 {
            func mask(_ word: Int) -> UInt64 {
                let bytes = length - word * 8
                return bytes >= 8 ? .max : bytes <= 0 ? 0 : 1 << UInt64(bytes * 8) &- 1
            }
            found.masks = (mask(0), mask(1), mask(2), mask(3))
            found.words = unsafe (
                ByteScan.load64(start), ByteScan.load64(start + 8), ByteScan.load64(start + 16),
                ByteScan.load64(start + 24)
            )
        }
        unsafe guess.pointee = found
        return true
    }

    /// Index of the key's entry, -1 where it is not wanted.
    private func find(_ start: Bytes, _ count: Int, _ escaped: Bool, _ node: Int) -> Int {
        var key = unsafe Text(start: start, count: count)
        if escaped {
            guard count <= scratchCount else { return -1 }
            unsafe scratch.update(from: start, count: count)
            key = unsafe Text(start: UnsafePointer(scratch), count: JSONText.unescape(scratch, count))
        }
        let index = keys.find(key, node)
        return index < 0 ? -1 : firstEntry[node] + index
    }

    // MARK: Values

    /// Reads a wanted value.
    @inline(__always)
    private func take(_ start: Bytes, _ entry: Int, _ depth: Int, _ values: inout JSONValues) -> Bytes? {
        let byte = unsafe start.pointee
        if byte == 0x22 {
            var escaped = false
            guard let end = unsafe values.string(start + 1, &escaped) else { return nil }
            unsafe keep(entry, start + 1, end - start - 2, escaped)
            return unsafe end
        }
        if byte == 0x7b || byte == 0x5b { return unsafe takeContainer(start, entry, depth, &values) }
        var escaped = false
        guard let end = unsafe values.scalar(start, &escaped) else { return nil }
        // What is null is as if it were not there.
        if byte != UInt8(ascii: "n") { unsafe keep(entry, start, end - start, false) }
        return unsafe end
    }

    @inline(__always)
    private func keep(_ entry: Int, _ start: Bytes, _ count: Int, _ escaped: Bool) {
        let (first, targetCount, _) = unsafe entries[entry]
        for index in first..<first &+ targetCount {
            let target = unsafe targets[index]
            if unsafe target.rank <= slots[target.slot].rank {
                unsafe slots[target.slot] = Slot(start: start, count: count, rank: target.rank, isEscaped: escaped)
            }
        }
    }

    @inline(never)
    private func takeContainer(_ start: Bytes, _ entry: Int, _ depth: Int, _ values: inout JSONValues) -> Bytes? {
        let child = unsafe entries[entry].child
        let end: Bytes
        if child < 0 {
            guard let skipped = unsafe values.skip(start, depth: depth) else { return nil }
            unsafe end = skipped
        } else {
            guard depth < JSONValues.deepest else { return unsafe values.fail(start, "at most 128 levels") }
            let isObject = unsafe start.pointee == 0x7b
            // Recursion is as deep as wanted paths are, which is bounded.
            let inner =
                unsafe isObject
                ? object(start, child, depth + 1, &values) : array(start, child, depth + 1, &values)
            guard let inner = unsafe inner else { return nil }
            unsafe end = inner
        }
        unsafe keep(entry, start, end - start, false)
        return unsafe end
    }

    private func array(_ start: Bytes, _ node: Int, _ depth: Int, _ values: inout JSONValues) -> Bytes? {
        var at = unsafe JSONValues.space(start + 1)
        if unsafe at.pointee == 0x5d { return unsafe at + 1 }
        var index = 0
        while true {
            let found = index < 1000 ? keys.find(index: index, node) : -1
            let next =
                unsafe found < 0
                ? values.skip(at, depth: depth) : take(at, firstEntry[node] + found, depth, &values)
            guard let next = unsafe next else { return nil }
            unsafe at = JSONValues.space(next)
            if unsafe at.pointee == 0x5d { return unsafe at + 1 }
            guard unsafe at.pointee == 0x2c else { return unsafe values.fail(at, ", or ]") }
            unsafe at = JSONValues.space(at + 1)
            index += 1
        }
    }

    // MARK: Afterwards

    /// Undoes the escapes of what was found, where it stands. A value that lies inside of another wanted one keeps its
    /// escapes, so that the other stays JSON.
    @inline(never)
    func unescape() {
        for index in 0..<slotCount {
            let slot = unsafe slots[index]
            guard slot.isEscaped, let start = unsafe slot.start else { continue }
            let isInside = (0..<slotCount).contains { other in
                guard let outer = unsafe slots[other].start else { return false }
                return unsafe outer < start && outer + slots[other].count > start + slot.count
            }
            // Invariant: slots lie in a chunk, which a parser may write.
            let count =
                unsafe isInside ? slot.count : JSONText.unescape(UnsafeMutablePointer(mutating: start), slot.count)
            for other in 0..<slotCount where unsafe slots[other].start == start && slots[other].isEscaped {
                unsafe slots[other].count = count
                unsafe slots[other].isEscaped = false
            }
        }
    }
}
