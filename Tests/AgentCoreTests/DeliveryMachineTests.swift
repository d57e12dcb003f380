import Model
import Outbox
import Testing

@testable import AgentCore

@Suite struct DeliveryMachineTests {
    private static func epoch(_ bits: UInt64) -> Epoch { Epoch(bits: bits) ?? Epoch.one }

    private func state(life: Int = 1, bits: UInt64 = 7, newest: Int64, receipted: Int64) -> EpochState {
        EpochState(
            life: life, epoch: Self.epoch(bits), nextSequence: newest + 1, receipted: receipted, chain: 0)
    }

    private func receipt(_ ranges: ClosedRange<Int64>..., bits: UInt64 = 7) -> Receipt {
        Receipt(epoch: Self.epoch(bits), settled: SequenceSet(ranges))
    }

    @Test func nothingIsSentWithoutALink() {
        var machine = DeliveryMachine(epochs: [state(newest: 10, receipted: 4)])
        #expect(machine.step(atMs: 0) == .wait(untilMs: nil))
        #expect(!machine.sendsLive)
        #expect(machine.pendingCount == 6)
    }

    @Test func afterABirthTheCollectorsWordIsAwaited() {
        var machine = DeliveryMachine(epochs: [state(newest: 10, receipted: 4)])
        machine.born(atMs: 1_000)
        #expect(machine.step(atMs: 1_500) == .wait(untilMs: 2_000))
        #expect(!machine.sendsLive)
        #expect(machine.receipt(receipt(1...8), atMs: 1_600) == .applied(settledThrough: Place(life: 1, sequence: 8)))
        #expect(machine.sendsLive)
        #expect(machine.step(atMs: 1_600) == .send(life: 1, numbers: 9...10, limit: 64))
    }

    @Test func withoutAWordTheBacklogStartsByItself() {
        var machine = DeliveryMachine(epochs: [state(newest: 10, receipted: 4)])
        machine.born(atMs: 0)
        #expect(machine.step(atMs: 1_000) == .send(life: 1, numbers: 5...10, limit: 64))
    }

    @Test func aRecordWithoutAReceiptInTimeIsSentAgain() {
        var machine = DeliveryMachine(epochs: [state(newest: 3, receipted: 0)])
        machine.born(atMs: 0)
        _ = machine.step(atMs: 1_000)
        machine.sent(life: 1, 1...3, atMs: 1_000)
        #expect(machine.step(atMs: 1_100) == .wait(untilMs: 3_000))
        #expect(machine.inFlightCount == 3)
        #expect(machine.step(atMs: 3_000) == .send(life: 1, numbers: 1...3, limit: 64))
    }

    @Test func whatIsSettledOrOnItsWayIsNotNews() {
        var machine = DeliveryMachine(epochs: [state(newest: 9, receipted: 5)])
        func unsent() -> [Int64] { (1...9).filter { machine.isUnsent(Place(life: 1, sequence: $0)) } }
        machine.born(atMs: 0)
        _ = machine.receipt(receipt(1...6), atMs: 10)
        #expect(unsent() == [7, 8, 9])
        machine.sent(life: 1, 9...9, atMs: 20)
        #expect(unsent() == [7, 8])
        machine.linkDown()
        #expect(unsent() == [7, 8, 9])
        #expect(!machine.isUnsent(Place(life: 2, sequence: 1)))
    }

    @Test func aReceiptBeyondAHoleKeepsTheHoleInTheBacklog() {
        var machine = DeliveryMachine(epochs: [state(newest: 9, receipted: 0)])
        machine.born(atMs: 0)
        _ = machine.step(atMs: 1_000)
        machine.sent(life: 1, 1...9, atMs: 1_000)
        #expect(
            machine.receipt(receipt(1...3, 7...9), atMs: 1_050) == .applied(settledThrough: Place(life: 1, sequence: 3))
        )
        #expect(machine.step(atMs: 9_000) == .send(life: 1, numbers: 4...6, limit: 64))
    }

    @Test(arguments: [
        "0000000000000063:5",  // a foreign epoch
        "0000000000000007:11",  // more than was ever given
        "0000000000000007:2,9-9",  // given, but never sent by anyone
    ])
    func aReceiptForWhatWasNeverSentIsIgnored(text: String) throws {
        var machine = DeliveryMachine(epochs: [state(newest: 4, receipted: 0)])
        for number in Int64(5)...10 { machine.committed(Place(life: 1, sequence: number)) }
        machine.born(atMs: 0)
        _ = machine.step(atMs: 1_000)
        #expect(machine.receipt(try #require(Receipt(text)), atMs: 1_100) == .ignored)
        #expect(machine.pendingCount == 10)
    }

    @Test func aGreetingThatKnowsMoreThanWeDoTellsOfAnotherLife() {
        var machine = DeliveryMachine(epochs: [state(newest: 200, receipted: 150)])
        machine.committed(Place(life: 1, sequence: 201))
        machine.born(atMs: 0)
        #expect(machine.receipt(receipt(1...400), atMs: 10) == .contradicts(life: 1))
        // The next one is no greeting any more once the link has opened.
        _ = machine.step(atMs: 1_000)
        #expect(machine.receipt(receipt(1...400), atMs: 1_010) == .ignored)
    }

    @Test func earlierEpochsDrainFirst() {
        var machine = DeliveryMachine(epochs: [
            state(life: 1, bits: 7, newest: 5, receipted: 2), state(life: 2, bits: 8, newest: 3, receipted: 0),
        ])
        machine.born(atMs: 0)
        #expect(machine.step(atMs: 1_000) == .send(life: 1, numbers: 3...5, limit: 64))
        machine.sent(life: 1, 3...5, atMs: 1_000)
        #expect(machine.step(atMs: 1_001) == .send(life: 2, numbers: 1...3, limit: 61))
        #expect(machine.receipt(receipt(1...5), atMs: 1_100) == .applied(settledThrough: Place(life: 1, sequence: 5)))
        #expect(machine.pendingCount == 3)
    }

    @Test func anEarlierEpochIsSettledThoughItsReceiptsGoBeyondARestoredCopy() {
        var machine = DeliveryMachine(epochs: [
            state(life: 1, bits: 7, newest: 5, receipted: 2), state(life: 2, bits: 8, newest: 0, receipted: 0),
        ])
        machine.born(atMs: 0)
        #expect(
            machine.receipt(receipt(1...4, 6...90), atMs: 100) == .applied(settledThrough: Place(life: 1, sequence: 4)))
        #expect(machine.pendingCount == 1)
        #expect(machine.receipt(receipt(1...90), atMs: 200) == .applied(settledThrough: Place(life: 1, sequence: 5)))
        #expect(machine.pendingCount == 0)
    }

    @Test func withoutReceiptsDeliveryIsAssumedOnlyWhereThatIsConfigured() {
        var limits = DeliveryMachine.Limits()
        limits.acknowledgement = .assumed(afterMs: 10_000, patienceMs: 0)
        var machine = DeliveryMachine(
            epochs: [
                state(life: 1, bits: 7, newest: 5, receipted: 2), state(life: 2, bits: 8, newest: 900, receipted: 0),
            ], limits: limits)
        machine.born(atMs: 0)
        #expect(machine.step(atMs: 1_000) == .send(life: 1, numbers: 3...5, limit: 256))
        machine.sent(life: 1, 3...5, atMs: 1_000)
        #expect(machine.step(atMs: 1_000) == .send(life: 2, numbers: 1...900, limit: 256), "no window without receipts")
        machine.sent(life: 2, 1...900, atMs: 1_100)
        #expect(machine.step(atMs: 9_000) == .wait(untilMs: 11_000), "nothing is sent again, and nobody spins")
        #expect(machine.takeAssumed().isEmpty)
        #expect(machine.step(atMs: 11_000) == .wait(untilMs: 11_100))
        #expect(machine.takeAssumed() == [Place(life: 1, sequence: 5)])
        #expect(machine.step(atMs: 11_100) == .wait(untilMs: nil))
        #expect(machine.takeAssumed() == [Place(life: 2, sequence: 900)])
        #expect(machine.pendingCount == 0)
    }

    @Test func aReceiptEndsTheAssumptions() {
        var limits = DeliveryMachine.Limits()
        limits.acknowledgement = .assumed(afterMs: 10_000, patienceMs: 30_000)
        var machine = DeliveryMachine(epochs: [state(newest: 5, receipted: 0)], limits: limits)
        machine.born(atMs: 0)
        #expect(machine.receipt(receipt(1...1), atMs: 100) == .applied(settledThrough: Place(life: 1, sequence: 1)))
        #expect(machine.step(atMs: 100) == .send(life: 1, numbers: 2...5, limit: 64))
        machine.sent(life: 1, 2...5, atMs: 100)
        #expect(machine.step(atMs: 60_000) == .send(life: 1, numbers: 2...5, limit: 64), "it is sent again")
        #expect(machine.takeAssumed().isEmpty)
    }

    @Test func theWindowGrowsWithReceiptsAndShrinksWithTimeOuts() {
        var machine = DeliveryMachine(epochs: [state(newest: 100_000, receipted: 0)])
        machine.born(atMs: 0)
        var now: Int64 = 1_000
        var sentThrough: Int64 = 0
        for _ in 0..<12 {
            while case .send(_, let numbers, let limit) = machine.step(atMs: now) {
                let last = min(numbers.upperBound, numbers.lowerBound + Int64(limit) - 1)
                machine.sent(life: 1, numbers.lowerBound...last, atMs: now)
                sentThrough = last
            }
            now += 10
            _ = machine.receipt(receipt(1...sentThrough), atMs: now)
        }
        #expect(machine.window == machine.limits.largestWindow)
        while case .send(_, let numbers, let limit) = machine.step(atMs: now) {
            machine.sent(
                life: 1, numbers.lowerBound...min(numbers.upperBound, numbers.lowerBound + Int64(limit) - 1), atMs: now)
        }
        _ = machine.step(atMs: now + 60_000)
        #expect(machine.window == machine.limits.largestWindow / 2)
    }

    @Test func numbersThatAreNotInTheFileAreNotAskedForAgain() {
        var machine = DeliveryMachine(epochs: [state(newest: 10, receipted: 0)])
        machine.born(atMs: 0)
        #expect(machine.step(atMs: 1_000) == .send(life: 1, numbers: 1...10, limit: 64))
        machine.absent(life: 1, SequenceSet(1...4))
        #expect(machine.step(atMs: 1_000) == .send(life: 1, numbers: 5...10, limit: 64))
        #expect(machine.pendingCount == 6)
    }

    @Test func theCollectorMayAskForReceiptedRecordsAgain() {
        var machine = DeliveryMachine(epochs: [state(newest: 10, receipted: 10)])
        machine.born(atMs: 0)
        #expect(machine.step(atMs: 1_000) == .wait(untilMs: nil))
        let request = ResendRequest(epoch: Self.epoch(7), range: 3...99)
        #expect(machine.resend(request) == Place(life: 1, sequence: 3))
        #expect(machine.step(atMs: 1_000) == .send(life: 1, numbers: 3...10, limit: 64))
        #expect(machine.resend(ResendRequest(epoch: Self.epoch(9), range: 1...2)) == nil)
    }

    /// Random histories against a lossy link and a collector that commits what it gets: nothing is ever settled
    /// that the collector does not have, and in the end everything is.
    @Test(arguments: 0..<200)
    func randomHistoriesEndWithEverythingStored(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed), stream: 1)
        var machine = DeliveryMachine(epochs: [state(newest: 0, receipted: 0)])
        var newest: Int64 = 0
        var stored = SequenceSet()
        var receiptsUnderWay: [Receipt] = []
        var now: Int64 = 0
        let losing = random.below(60)

        func send(_ numbers: ClosedRange<Int64>) {
            machine.sent(life: 1, numbers, atMs: now)
            for number in numbers where random.below(100) >= losing { stored.insert(number) }
        }
        func drain(losslessly: Bool) {
            while case .send(_, let numbers, let limit) = machine.step(atMs: now) {
                let last = min(numbers.upperBound, numbers.lowerBound + Int64(limit) - 1)
                if losslessly { stored.insert(numbers.lowerBound...last) }
                send(numbers.lowerBound...last)
            }
        }
        for _ in 0..<400 {
            now += Int64(random.below(700))
            switch random.below(8) {
            case 0, 1, 2:
                newest += 1
                machine.committed(Place(life: 1, sequence: newest))
                if machine.sendsLive { send(newest...newest) }
            case 3: drain(losslessly: false)
            case 4: receiptsUnderWay.append(Receipt(epoch: Self.epoch(7), settled: stored))
            case 5:
                guard !receiptsUnderWay.isEmpty else { break }
                let receipt = receiptsUnderWay.remove(at: random.below(receiptsUnderWay.count))
                if case .applied = machine.receipt(receipt, atMs: now) {
                } else {
                    Issue.record("a true receipt was refused: seed \(seed)")
                }
            case 6: machine.linkDown()
            default: if machine.link == .down { machine.born(atMs: now) }
            }
            #expect(machine.settledThrough <= stored.contiguousFromOne, "seed \(seed)")
            #expect(machine.pendingCount >= newest - stored.count, "seed \(seed)")
        }
        machine.linkDown()
        machine.born(atMs: now)
        for _ in 0..<2_000 where machine.pendingCount > 0 {
            now += 1_000
            drain(losslessly: true)
            _ = machine.receipt(Receipt(epoch: Self.epoch(7), settled: stored), atMs: now)
        }
        #expect(machine.pendingCount == 0, "seed \(seed)")
        #expect(stored == (newest == 0 ? SequenceSet() : SequenceSet(1...newest)), "seed \(seed)")
    }
}

extension Epoch {
    fileprivate static var one: Epoch { Epoch(bits: 1) ?? { preconditionFailure("1 is an epoch") }() }
}
