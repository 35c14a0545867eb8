import MusterTesting
import Testing

@testable import MusterEngine

@Suite("The window")
struct WindowTests {
    @Test("A window that was never short has a place for every worker")
    func width() {
        let window = Window(width: 3)
        #expect((0..<3).map { _ in window.tryEnter() } == [true, true, true])
        window.leave(.well)
        #expect(window.tryEnter())
        #expect(window.least == 3)
    }

    @Test("A shortage shrinks it to below what was in flight, and never to nothing")
    func shrinking() {
        let window = Window(width: 100)
        for _ in 0..<40 { #expect(window.tryEnter()) }
        window.leave(.short)
        #expect(window.least == 39)
        #expect(!window.tryEnter())
        for _ in 0..<39 { window.leave(.short) }
        #expect(window.least == 1)
        #expect(window.tryEnter())
        #expect(!window.tryEnter())
        window.leave(.short)
        #expect(window.tryEnter())
    }

    @Test("A stalled loop halves it once, however many met the same stall")
    func stall() {
        let window = Window(width: 100)
        for _ in 0..<80 { #expect(window.tryEnter()) }
        for _ in 0..<80 { window.leave(.late(since: 0)) }
        #expect(window.least == 40)
        #expect((0..<50).filter { _ in window.tryEnter() }.count == 40)
        let epoch = window.epoch
        for _ in 0..<40 { window.leave(.late(since: epoch)) }
        #expect(window.least == 20)
        for _ in 0..<40 where window.tryEnter() { window.leave(.late(since: window.epoch)) }
        #expect(window.least == 1)
        #expect(window.tryEnter())
    }

    @Test("Who came in before a stall is of that stall, however many others have come and gone meanwhile")
    func oneStall() {
        let window = Window(width: 100)
        for _ in 0..<80 { #expect(window.tryEnter()) }
        window.leave(.late(since: 0))
        for _ in 0..<45 { window.leave(.well) }
        for _ in 0..<500 where window.tryEnter() { window.leave(.well) }
        for _ in 0..<34 { window.leave(.late(since: 0)) }
        #expect(window.least == 40)
    }

    @Test("After stalls it doubles until half of what it was, then grows by one a window")
    func doubling() {
        let window = Window(width: 64)
        for size in [64, 32, 16] {
            for _ in 0..<size { #expect(window.tryEnter()) }
            let epoch = window.epoch
            for _ in 0..<size { window.leave(.late(since: epoch)) }
        }
        #expect(window.least == 8)
        func passes(_ count: Int) { for _ in 0..<count where window.tryEnter() { window.leave(.well) } }
        passes(24 + 31)
        #expect(window.tryEnter())
        for _ in 0..<31 { #expect(window.tryEnter()) }
        #expect(!window.tryEnter())
        window.leave(.well)
        #expect((0..<5).filter { _ in window.tryEnter() }.count == 2)
    }

    @Test("A full window of checks that go well widens it by one, up to its width")
    func growing() {
        let window = Window(width: 42)
        for _ in 0..<41 { _ = window.tryEnter() }
        window.leave(.short)
        for round in [40, 41] {
            for _ in 0..<round - 1 {
                window.leave(.well)
                #expect(window.tryEnter())
            }
            #expect(!window.tryEnter())
            window.leave(.well)
            #expect(window.tryEnter())
            #expect(window.tryEnter())
        }
        // As wide as ever: it counts no more, since there is no more than one worker a place.
        #expect(window.least == 40)
    }

    @Test("A narrow window waits for more than one check before it tries another place")
    func patience() {
        let window = Window(width: 9)
        #expect(window.tryEnter())
        window.leave(.short)
        #expect(window.least == 1)
        for number in 1...40 {
            #expect(window.tryEnter())
            #expect(!window.tryEnter() || number > 16)
            if number > 16 { break }
            window.leave(.well)
        }
    }

    @Test("Those who wait are let in in the order in which they came", arguments: [1, 3])
    func order(_ width: Int) throws {
        let rehearsal = Rehearsal()
        let window = Window(narrowedTo: width)
        let order = try rehearsal.perform {
            await withTaskGroup(of: Void.self) { group in
                let came = AsyncStream.makeStream(of: Int.self)
                for number in 0..<20 {
                    group.addTask {
                        guard await window.enter() else { return }
                        came.continuation.yield(number)
                        _ = await rehearsal.clock.sleep(for: .milliseconds(10 + number))
                        window.leave(.well)
                    }
                }
                await group.waitForAll()
                came.continuation.finish()
                return await came.stream.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(order == Array(0..<20))
    }

    @Test("Who is cancelled while waiting gets no place, and takes none from the others")
    func cancellation() throws {
        let rehearsal = Rehearsal()
        let window = Window(narrowedTo: 1)
        let entered = try rehearsal.perform {
            #expect(window.tryEnter())
            let entered = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { await window.enter() } }
                _ = await rehearsal.clock.sleep(for: .seconds(1))
                group.cancelAll()
                return await group.reduce(into: []) { $0.append($1) }
            }
            window.leave(.well)
            return entered
        }
        #expect(entered == Array(repeating: false, count: 10))
        #expect(window.tryEnter())
        #expect(!window.tryEnter())
    }

    @Test("Whoever is cancelled at the very moment of sitting down is not left behind", .timeLimit(.minutes(40)))
    func race() async {
        let window = Window(narrowedTo: 1)
        #expect(window.tryEnter())
        var dice = Dice(1)
        var isLeft = false
        for _ in 0..<2000 where !isLeft {
            let (coming, gone) = (Gauge(), Gauge())
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    coming.enter()
                    _ = await window.enter()
                    gone.enter()
                }
                while coming.total == 0 { await Task.yield() }
                // Until about when it sits down.
                for _ in 0..<Int.random(in: 0...20, using: &dice) { _ = gone.total }
                group.cancelAll()
                let patience = ContinuousClock.now + .seconds(60)
                while gone.total == 0, ContinuousClock.now < patience { await Task.yield() }
                isLeft = gone.total == 0
                if isLeft { window.leave(.well) }
            }
        }
        #expect(!isLeft)
    }
}

extension Window {
    /// A window that has room for fewer than it is wide.
    fileprivate convenience init(narrowedTo limit: Int) {
        self.init(width: 100)
        for _ in 0...limit { _ = tryEnter() }
        leave(.short)
        for _ in 0..<limit { leave(.well) }
    }
}
