import Model
import TestSupport
import Testing

@testable import Ingest

/// Sparkplug's order of messages: what comes early waits, what does not come is given up, and nothing is kept for ever.
@Suite struct OrderMachineTests {
    /// Feeds numbers at given times; what was processed, in order.
    private final class Run {
        var machine = OrderMachine<UInt8>()
        var processed: [UInt8] = []
        var nowMs: Int64 = 0

        init(birth seq: UInt8? = 0) {
            if let seq { machine.birth(seq: seq) }
        }

        func take(_ seq: UInt8) -> OrderMachine<UInt8>.Arrival {
            let arrival = machine.arrived(seq: seq, nowMs: nowMs) { seq }
            if arrival != .kept {
                processed.append(seq)
                processed += machine.drain()
            }
            return arrival
        }

        func take(_ numbers: [UInt8]) -> [UInt8] {
            for number in numbers { _ = take(number) }
            return processed
        }

        var gapSinceMs: Int64? { machine.gapSinceMs }
        var isCounting: Bool { machine.isCounting }
        func isOverdue(atMs nowMs: Int64, after timeoutMs: Int64 = 2_000) -> Bool {
            machine.isOverdue(nowMs: nowMs, timeoutMs: timeoutMs)
        }
        func birth() { machine.birth(seq: 0) }

        func giveUp() { processed += machine.giveUp() }
    }

    @Test(
        arguments: [
            // (birth's seq, arrivals, processed at once)
            (UInt8(0), [1, 2, 3], [1, 2, 3]),
            (0, [2, 1, 3], [1, 2, 3]),
            (0, [3, 2, 1], [1, 2, 3]),
            (254, [255, 0, 1], [255, 0, 1]),
            (254, [0, 1, 255], [255, 0, 1]),
            (250, [1, 0, 255, 254, 253, 252, 251], [251, 252, 253, 254, 255, 0, 1]),
            // A repeat, before and after its time, changes no order.
            (0, [1, 1, 2], [1, 1, 2]),
            (0, [2, 2, 1, 3], [2, 1, 2, 3]),
            // Without its predecessor a message waits.
            (0, [2, 3], []),
        ] as [(UInt8, [UInt8], [UInt8])])
    func reordering(birth: UInt8, arrivals: [UInt8], processed: [UInt8]) {
        let run = Run(birth: birth)
        #expect(run.take(arrivals) == processed)
    }

    @Test func beforeABirthNothingIsCounted() {
        let run = Run(birth: nil)
        #expect(!run.isCounting)
        #expect(run.take(77) == .process)
        #expect(run.gapSinceMs == nil)
    }

    @Test func theTimerStartsWithTheFirstEarlyMessageAndStopsWhenTheGapCloses() {
        let run = Run()
        run.nowMs = 100
        _ = run.take(3)
        run.nowMs = 900
        _ = run.take(2)
        #expect(run.gapSinceMs == 100)
        #expect(!run.isOverdue(atMs: 2_099))
        #expect(run.isOverdue(atMs: 2_100))
        _ = run.take(1)
        #expect(run.gapSinceMs == nil && run.processed == [1, 2, 3])
        #expect(!run.isOverdue(atMs: 100_000))
    }

    /// The second of two gaps has a time of its own.
    @Test func aGapThatIsLeftKeepsItsTimer() {
        let run = Run()
        _ = run.take([2, 4])
        _ = run.take(1)
        #expect(run.processed == [1, 2] && run.gapSinceMs == 0)
        run.giveUp()
        #expect(run.processed == [1, 2, 4] && run.gapSinceMs == nil)
        #expect(run.take(5) == .process)
    }

    @Test func givingUpKeepsTheOrderAcrossTheWrap() {
        let run = Run(birth: 250)
        #expect(run.take([1, 255, 252]) == [])
        run.giveUp()
        #expect(run.processed == [252, 255, 1])
        #expect(run.take(2) == .process)
        #expect(run.take(251) == .late, "what comes after all is processed, for its own numbers decide")
    }

    @Test func tooManyWaitingAreAsGoodAsTooLate() {
        let run = Run()
        for seq in 2...65 { _ = run.take(UInt8(seq)) }
        #expect(run.isOverdue(atMs: 0))
    }

    @Test func aRebirthForgetsWhatWaited() {
        let run = Run()
        _ = run.take([5, 6])
        run.birth()
        #expect(run.gapSinceMs == nil)
        #expect(run.take([1, 2]) == [1, 2])
        run.giveUp()
        #expect(run.processed == [1, 2])
    }

    /// A network that delays messages by up to `reach` places and repeats some, but loses none: everything is
    /// processed in order, without giving up, over several wraps.
    @Test(arguments: Seeds.list())
    func reorderedHistories(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let reach = 1 + random.below(40)
        let sent = (1...2_000).map { UInt8(truncatingIfNeeded: $0) }
        var keyed = sent.enumerated().map { (key: $0.offset + random.below(reach), seq: $0.element) }
        keyed.sort { $0.key < $1.key }
        let run = Run()
        var inOrder: [UInt8] = []
        for (_, seq) in keyed {
            let before = run.processed.count
            let arrival = run.take(seq)
            #expect(arrival != .late, "\(replayHint(seed))")
            inOrder += run.processed[before...]
            if random.below(10) == 0, arrival == .process {
                // A repeat of what was processed is late, whatever else is missing.
                #expect(run.take(seq) == .late, "\(replayHint(seed))")
                run.processed.removeLast(run.processed.count - inOrder.count)
            }
            #expect(!run.isOverdue(atMs: run.nowMs, after: 1), "\(replayHint(seed))")
        }
        #expect(inOrder == sent, "\(replayHint(seed))")
    }

    /// A network that loses, repeats, delays and reorders, with a timer that gives gaps up: every message that arrives
    /// is processed exactly once as often as it came and was not recognised as waiting already; nothing waits at the
    /// end; and no more wait than are allowed for.
    @Test(arguments: Seeds.list())
    func lossyHistories(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let run = Run()
        var next: UInt8 = 1
        var arrived = 0
        var held: [UInt8] = []
        for _ in 0..<5_000 {
            run.nowMs += Int64(random.below(100))
            let seq = next
            next &+= 1
            switch random.below(20) {
            case 0: break  // lost
            case 1: held.append(seq)
            case 2 where !held.isEmpty:
                arrived += 1
                _ = run.take(held.remove(at: random.below(held.count)))
                fallthrough
            case 3 where random.below(50) == 0:
                // A rebirth: what waited is void.
                arrived = run.processed.count
                run.birth()
                next = 1
            default:
                arrived += 1
                _ = run.take(seq)
            }
            if run.isOverdue(atMs: run.nowMs) {
                run.giveUp()
                #expect(run.gapSinceMs == nil, "\(replayHint(seed))")
                #expect(run.processed.count == arrived, "everything that came is processed; \(replayHint(seed))")
            }
        }
        run.giveUp()
        #expect(run.processed.count == arrived, "\(replayHint(seed))")
    }
}
