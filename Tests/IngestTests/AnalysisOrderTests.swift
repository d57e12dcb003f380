import Model
import TestSupport
import Testing

@testable import Ingest

@Suite struct AnalysisOrderTests {
    /// A stream in memory: what of it is settled, and in which order frames were given out.
    private struct Stream {
        var settled = SequenceSet()
        var order = AnalysisOrder<Int64>(mark: 0, missedThrough: 0)
        var given: [Int64] = []

        mutating func arrived(_ number: Int64) {
            guard settled.insert(number) else { return }
            let isSettled: (ClosedRange<Int64>) -> Bool = { [settled] in settled.contains($0) }
            if order.isNext(number, isSettled: isSettled) {
                given.append(number)
                order.wasGiven(number)
            } else {
                order.hold(number, number)
            }
            goOn()
        }

        mutating func goOn() {
            let isSettled: (ClosedRange<Int64>) -> Bool = { [settled] in settled.contains($0) }
            while let number = order.next(isSettled: isSettled) { given.append(number) }
        }

        /// As from the database: at most `limit`, without what was declared lost.
        mutating func read(limit: Int64, lost: SequenceSet = SequenceSet()) {
            guard order.mustRead else { return }
            let top = settled.contiguousFromOne
            var number = order.mark + 1
            while number <= top, number <= order.mark + limit {
                if !lost.contains(number) { given.append(number) }
                number += 1
            }
            order.hasRead(through: number - 1)
            goOn()
        }
    }

    @Test(arguments: Seeds.list())
    func everyFrameIsGivenOnceInOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var stream = Stream()
        let count: Int64 = 2_000
        // A backlog, and live frames amid it; some frames come twice.
        var live = Int64(random.next() % UInt64(count))
        var backlog: Int64 = 1
        let first = live
        while backlog < first || live <= count {
            if random.next() % 3 == 0 || backlog >= first {
                if live <= count { stream.arrived(max(live, 1)) }
                live += 1
            } else {
                stream.arrived(backlog)
                if random.next() % 10 == 0 { stream.arrived(backlog) }
                backlog += 1
            }
            if random.next() % 50 == 0 { stream.read(limit: 100) }
        }
        for _ in 0..<100 { stream.read(limit: 100) }
        #expect(stream.given == Array(1...count), "\(replayHint(seed))")
        #expect(!stream.order.isHolding)
    }

    @Test func whatIsLostIsNotWaitedFor() {
        var stream = Stream()
        stream.arrived(1)
        stream.arrived(5)
        #expect(stream.given == [1])
        stream.settled.insert(2...4)
        stream.arrived(6)
        #expect(stream.given == [1, 5, 6])
    }

    @Test func whatThereIsNoRoomForIsReadAgain() {
        var stream = Stream()
        for number in 2...Int64(AnalysisOrder<Int64>.mostHeld + 50) { stream.arrived(number) }
        #expect(stream.given.isEmpty)
        #expect(stream.order.mustRead)
        stream.settled.insert(1)
        stream.goOn()
        #expect(stream.given.isEmpty, "what is held is not the next")
        for _ in 0..<10 { stream.read(limit: 30) }
        #expect(stream.given == Array(1...Int64(AnalysisOrder<Int64>.mostHeld + 50)))
    }

    /// After a restart: what was stored since the saved state is not in memory.
    @Test func whatWasStoredBeforeIsReadFirst() {
        var stream = Stream()
        stream.settled.insert(1...10)
        stream.order = AnalysisOrder(mark: 4, missedThrough: 10)
        stream.arrived(11)
        stream.arrived(12)
        #expect(stream.given.isEmpty)
        stream.read(limit: 3)
        #expect(stream.given == [5, 6, 7])
        stream.read(limit: 100)
        #expect(stream.given == Array(5...12))
        stream.arrived(13)
        #expect(stream.given == Array(5...13))
    }
}
