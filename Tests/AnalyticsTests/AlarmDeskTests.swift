import Model
import TestSupport
import Testing

@testable import Analytics

/// What is announced of many alarms at once, and the indicators against a count by hand.
@Suite(.timeLimit(.minutes(2)))
struct AlarmDeskTests {
    private static func alarms(_ count: Int, groups: Int, _ priority: (Int) -> AlarmRule.Priority = { _ in .medium })
        -> [Alarm]
    {
        (0..<count).map { index in
            var rule = AlarmRule("r\(index)", "r", .limit(signal: "s\(index)", .above(1), deadband: 0))
            rule.firstOut = groups > 0 ? "g\(index % groups)" : nil
            rule.priority = priority(index)
            return Alarm(number: Int64(index) + 1, asset: 1, rule: rule.name, facts: Alarm.Facts(rule))
        }
    }

    private static func raise(
        _ desk: inout AlarmDesk, _ index: Int, atMs timeMs: Int64, _ kind: AlarmChange.Kind = .raised
    ) {
        desk.take(
            AlarmChange(rule: index, kind: kind, onsetMs: timeMs, timeMs: timeMs, value: 2), asset: 1,
            rule: "r\(index)", facts: nil, site: "site")
    }

    @Test func aHundredAtOnceCallOncePerGroup() {
        var desk = AlarmDesk(Self.alarms(100, groups: 4))
        for index in 0..<100 { Self.raise(&desk, index, atMs: 1_000) }
        #expect(desk.entries.count == 100)
        #expect(desk.entries.count { $0.isAnnounced } == 4)
        #expect(desk.entries.filter(\.isFirstOut).map(\.alarm) == [1, 2, 3, 4])
        #expect(desk.alarms.values.allSatisfy { $0.isFirstOut || ($0.root.map { (1...4).contains($0) } ?? false) })
        #expect(desk.entries.count { $0.isInFlood } == 90)
    }

    @Test func withoutGroupsAFloodIsQuiet() {
        var desk = AlarmDesk(Self.alarms(1_000, groups: 0) { $0 == 500 ? .critical : .low })
        for index in 0..<1_000 { Self.raise(&desk, index, atMs: 1_000 + Int64(index)) }
        #expect(desk.entries.filter(\.isAnnounced).map(\.alarm) == Array(1...10) + [501])
    }

    @Test func whatIsWorseThanItsRootCallsAndOldRootsDoNotHide() {
        var desk = AlarmDesk(Self.alarms(3, groups: 1) { $0 == 1 ? .high : .medium })
        Self.raise(&desk, 0, atMs: 0)
        Self.raise(&desk, 1, atMs: 1_000)
        Self.raise(&desk, 2, atMs: 600_000)
        #expect(desk.entries.map(\.isAnnounced) == [true, true, true])
        #expect(desk.entries.map(\.root) == [nil, 1, nil])
    }

    /// By a plain count over the same entries.
    @Test(arguments: Seeds.list()) func indicatorsAreAPureCount(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var desk = AlarmDesk(Self.alarms(12, groups: 2) { AlarmRule.Priority.allCases[$0 % 4] })
        var timeMs: Int64 = 50_000_000
        for _ in 0..<400 {
            timeMs += Int64(random.below(3)) * Int64(random.below(90_000))
            let index = random.below(12)
            switch random.below(5) {
            case 0, 1: Self.raise(&desk, index, atMs: timeMs)
            case 2: Self.raise(&desk, index, atMs: timeMs, .cleared)
            case 3:
                _ = try? desk.act(
                    .init(.acknowledged, occurredMs: timeMs, who: "a"), on: .init(asset: 1, rule: "r\(index)"),
                    nowMs: timeMs)
            default:
                desk.note(
                    late: AlarmChange(rule: index, kind: .raised, onsetMs: timeMs - 1_000, timeMs: timeMs - 500),
                    asset: 1, rule: "r\(index)")
            }
        }
        let entries = desk.entries.enumerated().map { index, entry in
            var entry = entry
            entry.number = Int64(index) + 1
            return entry
        }
        let fromMs = (50_000_000 + timeMs) / 2
        var opening: [Int64: AlarmEntry] = [:]
        for entry in entries where entry.occurredMs < fromMs && !entry.isLate { opening[entry.alarm] = entry }
        let found = AlarmIndicators(
            opening: opening.values.sorted { $0.number < $1.number },
            entries: entries.filter { $0.occurredMs >= fromMs },
            fromMs: fromMs, toMs: timeMs + 1)
        let came = entries.filter {
            $0.event == "raised" && ($0.after == .unacknowledged) && $0.occurredMs >= fromMs && $0.occurredMs <= timeMs
        }
        #expect(found.alarms == came.count && found.late == came.count { $0.isLate })
        var intervals: [Int64: Int] = [:]
        for entry in came { intervals[entry.occurredMs / 600_000, default: 0] += 1 }
        #expect(found.peakPerTenMinutes == intervals.values.max() ?? 0)
        let all = timeMs / 600_000 - fromMs / 600_000 + 1
        #expect(abs(found.floodShare - Double(intervals.values.count { $0 > 10 }) / Double(all)) < 1e-12)
        let counts = Dictionary(grouping: came, by: \.alarm).mapValues(\.count)
        #expect(found.topTen.map(\.count) == counts.values.sorted(by: >).prefix(10).map { $0 })
        #expect(
            Set(found.standing.map(\.alarm))
                == Set(desk.alarms.values.filter { $0.record.state.isStanding }.map(\.number)))
        let chatter = Dictionary(grouping: came, by: \.alarm).filter { _, entries in
            entries.contains { first in
                entries.count { $0.occurredMs >= first.occurredMs && $0.occurredMs < first.occurredMs + 60_000 } >= 3
            }
        }
        #expect(Set(found.chattering.map(\.alarm)) == Set(chatter.keys))
        #expect(found.byPriority.values.reduce(0, +) == came.count)
    }
}
