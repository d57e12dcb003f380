import Model
import TestSupport
import Testing

@testable import Ingest

/// What rations requests, receipts and what is kept.
@Suite struct LimiterTests {
    @Test func aNodeIsAskedAtMostEveryFiveSeconds() {
        var limiter = RebirthLimiter()
        #expect(limiter.allows(lastMs: nil, nowMs: 0) == true)
        #expect(limiter.allows(lastMs: 0, nowMs: 4_999) == false)
        #expect(limiter.allows(lastMs: 0, nowMs: 5_000) == true)
    }

    /// A collector that starts with 10,000 nodes does not ask all of them at once.
    @Test func allNodesTogetherAreAskedAtABoundedRate() {
        var limiter = RebirthLimiter()
        var asked = 0
        for nowMs in stride(from: Int64(1_000_000), to: 1_010_000, by: 10) {
            for _ in 0..<10 where limiter.allows(lastMs: nil, nowMs: nowMs) { asked += 1 }
        }
        #expect((2_000...2_200).contains(asked), "200 in a second and one second's worth ahead: \(asked)")
    }

    @Test func aClockThatStandsStillGivesNothing() {
        var limiter = RebirthLimiter(perSecond: 3)
        #expect(times(0..<100) { limiter.allows(lastMs: nil, nowMs: 7) } == 3)
        #expect(limiter.allows(lastMs: nil, nowMs: 6) == false, "nor does one that goes back")
    }

    @Test func aBudgetIsPerPartyAndForAllAndByTheHour() {
        var budget = HourlyBudget(mostOfOne: 3, mostOfAll: 5)
        #expect(times(0..<10) { budget.allows("a", nowMs: 0) } == 3)
        #expect(times(0..<10) { budget.allows("b", nowMs: 1) } == 2)
        #expect(budget.allows("c", nowMs: 3_599_999) == false)
        #expect(times(0..<10) { budget.allows("a", nowMs: 3_600_000) } == 3)
    }

    private func times(_ range: Range<Int>, _ allows: () -> Bool) -> Int { range.count { _ in allows() } }

    // MARK: - Receipts

    private static let epoch = Epoch(bits: 7)!
    private static func receipt(_ through: Int64) -> Receipt {
        Receipt(epoch: epoch, settled: SequenceSet(1...through))
    }

    @Test func receiptsOfOneStreamAreGathered() {
        var desk = ReceiptDesk()
        #expect(
            desk.put(site: "s", agent: "a", LimiterTests.receipt(1), nowMs: 1_000) == true, "the first goes at once")
        #expect(desk.put(site: "s", agent: "a", LimiterTests.receipt(2), nowMs: 1_010) == false)
        #expect(desk.put(site: "s", agent: "a", LimiterTests.receipt(3), nowMs: 1_020) == false)
        #expect(desk.nextMs == 1_100)
        #expect(desk.due(nowMs: 1_099).count == 0)
        let due = desk.due(nowMs: 1_100)
        #expect(due.count == 1 && due.first?.receipt == LimiterTests.receipt(3), "only the newest is sent")
        #expect(desk.nextMs == nil)
        #expect(desk.due(nowMs: 9_999).count == 0)
    }

    @Test func whoHasSettledMuchNeedNotWait() {
        var desk = ReceiptDesk()
        _ = desk.put(site: "s", agent: "a", LimiterTests.receipt(1), nowMs: 1_000)
        #expect(desk.put(site: "s", agent: "a", LimiterTests.receipt(64), nowMs: 1_001) == false)
        #expect(desk.put(site: "s", agent: "a", LimiterTests.receipt(65), nowMs: 1_002) == true)
        #expect(desk.due(nowMs: 5_000).count == 0)
    }

    @Test func streamsDoNotHoldUpEachOther() {
        var desk = ReceiptDesk()
        #expect(desk.put(site: "s", agent: "a", LimiterTests.receipt(1), nowMs: 0) == true)
        #expect(desk.put(site: "s", agent: "b", LimiterTests.receipt(1), nowMs: 0) == true)
        #expect(desk.put(site: "t", agent: "a", LimiterTests.receipt(1), nowMs: 0) == true)
        let other = Receipt(epoch: Epoch(bits: 8)!, settled: SequenceSet(1...1))
        #expect(desk.put(site: "s", agent: "a", other, nowMs: 0) == true)
    }

    /// Every stream's last receipt is sent, within the interval, however they come; and the desk stays bounded.
    @Test(arguments: Seeds.list(fixed: 3))
    func theLastReceiptAlwaysComes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var desk = ReceiptDesk()
        var wanted: [String: Receipt] = [:]
        var sent: [String: Receipt] = [:]
        var nowMs: Int64 = 0
        for step in 0..<5_000 {
            nowMs += Int64(random.below(20))
            for (_, agent, receipt) in desk.due(nowMs: nowMs) { sent[agent] = receipt }
            let agent = "agent-\(random.below(50))"
            let receipt = LimiterTests.receipt(Int64(step + 1))
            wanted[agent] = receipt
            if desk.put(site: "s", agent: agent, receipt, nowMs: nowMs) { sent[agent] = receipt }
        }
        for (_, agent, receipt) in desk.due(nowMs: nowMs + ReceiptDesk.intervalMs) { sent[agent] = receipt }
        #expect(sent == wanted, "\(replayHint(seed))")
    }

    @Test func theDeskIsBounded() {
        var desk = ReceiptDesk()
        for number in 0..<120_000 {
            _ = desk.put(site: "s", agent: "agent-\(number)", LimiterTests.receipt(1), nowMs: 0)
        }
        #expect(desk.count <= ReceiptDesk.mostEntries)
    }
}
