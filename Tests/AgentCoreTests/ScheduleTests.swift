import Model
import Testing

@testable import AgentCore

@Suite struct ScheduleTests {
    @Test func ticksDoNotDrift() {
        var schedule = TickSchedule(rateHz: 3, startNs: 0)
        var taken: [Int64] = []
        var now: Int64 = 0
        var random = SeededRandom(seed: 5)
        while taken.count < 3_000 {
            taken += schedule.due(atNs: now).ticks
            now += Int64(random.below(500_000_000))
        }
        #expect(taken == (0..<taken.count).map { Int64($0) * 333_333_333 })
    }

    @Test func aShortPauseIsMadeUpAndALongOneIsReported() {
        var schedule = TickSchedule(rateHz: 1, startNs: 0, makeUpSeconds: 60)
        #expect(schedule.due(atNs: 0).ticks == [0])
        let short = schedule.due(atNs: 10_000_000_000)
        #expect(short.ticks.count == 10 && short.skipped == 0)
        let long = schedule.due(atNs: 110_500_000_000)
        #expect(long.skipped == 40)
        #expect(long.skippedFromNs == 11_000_000_000 && long.skippedToNs == 51_000_000_000)
        #expect(long.ticks.first == 51_000_000_000 && long.ticks.last == 110_000_000_000)
    }

    @Test(arguments: [(0.0001, 10_000_000_000), (50, 20_000_000), (1_000, 20_000_000)])
    func ratesAreBounded(rate: Double, periodNs: Int64) {
        #expect(TickSchedule(rateHz: rate, startNs: 0).periodNs == periodNs)
    }

    @Test func groupsComeAtTheirOwnRates() {
        let signal = [Signal("x", "X")]
        let groups = [
            SignalGroup("process", .everyTick, signal), SignalGroup("environment", .every(seconds: 10), signal),
            SignalGroup("cast", .onChange, signal),
        ]
        var schedule = GroupSchedule(groups: groups, rateHz: 2)
        var frames = [0, 0, 0]
        for tick in Int64(0)..<100 {
            for group in groups.indices where schedule.isDue(group, tick: tick) {
                if schedule.isNews([tick < 50 ? 1 : 2], of: group) { frames[group] += 1 }
            }
        }
        #expect(frames == [100, 5, 2])
    }
}
