internal import MusterSystem

/// A source on its way through a run.
struct RunSource {
    var source: LogSource
    var reading: LineReading
    /// Where the reading begins: behind what an earlier run has counted.
    var offset: Int64
    /// A stream that was begun already, so that its first lines could be looked at.
    var blocks: BlockReader?
    /// Which years its lines are of; nil where they say it.
    var years: SourceYears?
    /// Of the last line that an earlier run has counted.
    var resumedYear: Int?
    /// Whether a record of the source before may end in this one: then they are read one after the other.
    var goesOn = false
}

/// What is left to do in a run, handed out to workers piece by piece.
///
/// Work is cut into pieces that depend on the data alone, and epochs of so many pieces. Between two epochs a run may
/// stop for a moment, all workers idle, to join what they counted (``Piece/fold``): when memory runs short, and when
/// positions are to be saved. In an ordered run pieces are handed out in the order of the sources, so what an epoch holds
/// does not depend on the workers either; else streams are read beside each other.
final class WorkList: Sendable {
    enum Piece {
        /// Lines that begin in a range of a plain file.
        case range(source: Int, InputFile, Range<Int64>)
        /// The next block of a stream is to be read, which is this worker's until ``release(_:_:consumed:note:)``.
        case stream(source: Int, BlockReader)
        /// A block of a stream that somebody has read.
        case block(Block)
        /// Join all tallies; no other worker is busy. Ended by ``folded(_:)``.
        case fold
        case end
    }

    /// A block of a stream, in the memory that it was read into.
    struct Block {
        var chunk: Chunk
        var buffer: ChunkBuffer
    }

    private enum Reading {
        case waiting
        case file(InputFile, next: Int64)
        case stream(BlockReader, isBusy: Bool)
        case done
    }

    /// Invariant for sharing: a stream's reader and a block's memory are touched by the one worker that holds the piece, or
    /// under the lock.
    private struct State: @unchecked Sendable {
        var sources: [RunSource]
        var readings: [Reading]
        /// The first source that is not done.
        var first = 0
        var epochLeft: Int
        var epochsLeft: Int
        /// Workers that hold a piece.
        var busy = 0
        /// Blocks of streams that wait to be counted: whoever reads a stream need not wait for those who count.
        var blocks: [Block] = []
        /// Memory that no block needs.
        var buffers: [ChunkBuffer] = []
        /// Weight of the tallies by worker, and of what was joined before.
        var weights: [Int]
        var base = 0
        var isStopped = false
        var isFolding = false
        var notes: [Int: String] = [:]
        /// Bytes taken so far of streams, as they are there: compressed.
        var taken: [Int64]
        /// Behind the last line that was read of a file: its end may lie beyond the range it began in.
        var reached: [Int64]
        /// Where a last line without end was left for a later run.
        var left: [Int64?]
        /// What a source that has ended leaves to the next: the records that wait for their end.
        var joiners: [Int: any LineJoiner] = [:]

        var weight: Int { weights.reduce(base, &+) }
    }

    /// What bounds a run.
    struct Bounds {
        var epochBytes: Int
        /// Epochs between two forced folds; `Int.max` for none.
        var foldEvery: Int
        /// Weight of all tallies together from which on they are joined.
        var budget: Int
        /// Weight that a piece can add to a tally at most, about.
        var growth: Int
        var isOrdered: Bool
        var keepsPartialLine: Bool
        var size: ChunkBuffer.Size
    }

    private let state: Monitor<State>
    private let bounds: Bounds
    private let progress: LogProgress
    /// Blocks that wait at most.
    private let blockLimit: Int

    init(_ sources: [RunSource], workers: Int, progress: LogProgress = LogProgress(), bounds: Bounds) {
        self.bounds = bounds
        self.progress = progress
        // A single worker counts each block while its bytes are in the cache.
        blockLimit = workers
        state = Monitor(
            State(
                sources: sources, readings: sources.map { _ in .waiting }, epochLeft: bounds.epochBytes,
                epochsLeft: bounds.foldEvery, weights: [Int](repeating: 0, count: workers),
                taken: sources.map { _ in 0 }, reached: sources.map { _ in 0 }, left: sources.map { _ in nil }))
    }

    /// The next piece for a worker whose tally has this weight; waits until there is one. `spare` is the memory of a block
    /// that was counted.
    func claim(_ worker: Int, weight: Int, holds: Bool, spare: ChunkBuffer?) -> Piece {
        state.change { state in
            if holds { state.busy -= 1 }
            if let spare { state.buffers.append(spare) }
            state.weights[worker] = weight
        }
        return state.wait { state in
            if state.isFolding { return nil }
            let isFull = state.blocks.count >= blockLimit
            if isFull || state.isStopped || state.epochLeft <= 0, let block = takeBlock(&state) { return block }
            if state.isStopped { return .end }
            if state.epochLeft <= 0, let piece = turnEpoch(&state) {
                guard case .fold = piece else { return nil }
                return piece
            }
            return next(&state) ?? takeBlock(&state) ?? end(&state)
        }
    }

    private func takeBlock(_ state: inout State) -> Piece? {
        state.blocks.isEmpty ? nil : take(.block(state.blocks.removeFirst()), 0, &state)
    }

    private func end(_ state: inout State) -> Piece? {
        // A source may turn out to be done when it is opened: nobody would tell of that.
        passDone(&state)
        return state.first == state.readings.count ? .end : nil
    }

    /// Begins the next epoch, or says `fold` where that comes first; `end` where the worker has to wait for others.
    private func turnEpoch(_ state: inout State) -> Piece? {
        let isDue = state.epochsLeft <= 1
        // Whether the tallies weigh too much is seen only while all are idle: then it depends on the data alone.
        let mayBeFull = state.weight &+ (state.busy + 1) &* bounds.growth > bounds.budget / 2
        if isDue || mayBeFull {
            if state.busy > 0 { return .end }
            if isDue || state.weight > bounds.budget {
                state.isFolding = true
                return .fold
            }
        }
        state.epochsLeft -= 1
        state.epochLeft = bounds.epochBytes
        return nil
    }

    /// The fold is done and the workers' tallies are empty; `weight` is that of what was joined.
    func folded(_ weight: Int) {
        state.change { state in
            state.isFolding = false
            state.base = weight
            state.epochsLeft = bounds.foldEvery
            state.epochLeft = bounds.epochBytes
            for index in state.weights.indices { state.weights[index] = 0 }
        }
    }

    private func next(_ state: inout State) -> Piece? {
        passDone(&state)
        for index in state.first..<state.readings.count {
            if waitsForOther(index, state) {
                if bounds.isOrdered { return nil }
                continue
            }
            if case .waiting = state.readings[index] { open(index, &state) }
            switch state.readings[index] {
            case .file(let file, let next):
                let end = min(next + Int64(bounds.size.chunk), file.size)
                state.readings[index] = end < file.size ? .file(file, next: end) : .done
                state.sources[index].offset = end
                progress.took(bytes: end - next)
                return take(.range(source: index, file, next..<end), Int(end - next), &state)
            case .stream(let blocks, isBusy: false):
                state.readings[index] = .stream(blocks, isBusy: true)
                return take(.stream(source: index, blocks), 0, &state)
            case .stream where bounds.isOrdered: return nil
            case .stream, .waiting, .done: break
            }
        }
        return nil
    }

    /// Whether the source before has to be read first.
    private func waitsForOther(_ index: Int, _ state: State) -> Bool {
        guard state.sources[index].goesOn, index > 0 else { return false }
        if case .done = state.readings[index - 1] { return false }
        return true
    }

    private func passDone(_ state: inout State) {
        while state.first < state.readings.count, case .done = state.readings[state.first] { state.first += 1 }
    }

    private func take(_ piece: Piece, _ bytes: Int, _ state: inout State) -> Piece {
        state.busy += 1
        state.epochLeft -= bytes
        return piece
    }

    private func open(_ index: Int, _ state: inout State) {
        let source = state.sources[index]
        if let blocks = source.blocks {
            state.readings[index] = .stream(blocks, isBusy: false)
            return
        }
        do {
            switch try source.source.open() {
            case .file(let file) where source.reading.makeJoiner == nil:
                // Behind what an earlier run has counted.
                progress.took(bytes: min(source.offset, file.size))
                state.readings[index] = source.offset < file.size ? .file(file, next: source.offset) : .done
            case .file(let file): begin(try FileStream.open(file.path, expecting: file.identity), index, &state)
            case .stream(let stream): begin(stream, index, &state)
            }
        } catch {
            state.readings[index] = .done
            state.notes[index] = Self.text(error)
        }
    }

    private func begin(_ stream: any ByteStream, _ index: Int, _ state: inout State) {
        let source = state.sources[index]
        let blocks = BlockReader(
            stream, from: source.offset, keepsPartialLine: bounds.keepsPartialLine, size: bounds.size)
        if let makeJoiner = source.reading.makeJoiner {
            let isFollowed = index + 1 < state.sources.count && state.sources[index + 1].goesOn
            blocks.join(state.joiners.removeValue(forKey: index) ?? makeJoiner(), leavesRecords: isFollowed)
        }
        state.readings[index] = .stream(blocks, isBusy: false)
    }

    /// Gives a stream back, so that others can read on, with the block that was read: nil where the stream has ended. Returns
    /// memory for the next block, where there is any that is free.
    func release(_ source: Int, _ block: Block?, consumed: Int64, note: String?) -> ChunkBuffer? {
        state.change { state in
            progress.took(bytes: consumed - state.taken[source])
            state.taken[source] = consumed
            guard case .stream(let blocks, _) = state.readings[source] else { return nil }
            state.readings[source] = block == nil ? .done : .stream(blocks, isBusy: false)
            if block == nil { state.joiners[source + 1] = blocks.leftRecords }
            state.sources[source].blocks = nil
            if let note { state.notes[source] = note }
            state.sources[source].offset = blocks.position
            guard let block else { return nil }
            state.epochLeft -= block.chunk.end - block.chunk.start
            state.blocks.append(block)
            return state.buffers.popLast()
        }
    }

    /// A last line without end was left for a later run: it goes on there.
    func leave(_ source: Int, at offset: Int64) {
        state.change { $0.left[source] = offset }
    }

    /// A line of a file was read whose end lies at `offset`.
    func reach(_ source: Int, _ offset: Int64) {
        state.change { $0.reached[source] = max($0.reached[source], offset) }
    }

    /// Notes why a source could not be read to its end.
    func note(_ source: Int, _ text: String) {
        state.change { $0.notes[source] = text }
    }

    /// Every worker ends with the piece it holds.
    func stop() {
        state.change { $0.isStopped = true }
    }

    var notes: [Int: String] { state.change { $0.notes } }

    /// Where a later run goes on, by source. Only while no worker is busy.
    var offsets: [Int64] {
        state.change { state in
            state.sources.indices.map { state.left[$0] ?? max(state.sources[$0].offset, state.reached[$0]) }
        }
    }

    static func text(_ error: any Error) -> String {
        switch error {
        case let fault as FileFault: fault.hint
        case let fault as InputFault: fault.hint
        case StreamFault.failed(let fault): fault.hint
        case StreamFault.cancelled: "interrupted"
        default: "\(error)"
        }
    }
}
