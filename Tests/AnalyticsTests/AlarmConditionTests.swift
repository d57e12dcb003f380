import Assets
import Model
import TestSupport
import Testing

@testable import Analytics

/// Conditions in the time of the readings: limits, delays, rates, staleness, late data, restarts.
@Suite(.timeLimit(.minutes(2)))
struct AlarmConditionTests {
    private static let groups = [
        SignalGroup(
            "process", .everyTick,
            [Signal("level", "Level", unit: "m"), Signal("twin", "Level, twin", unit: "m"), Signal("pump", "Pump")]),
        SignalGroup("slow", .every(seconds: 10), [Signal("rain", "Rain", unit: "mm")]),
    ]

    private static func rule(
        _ test: AlarmRule.Test, on: Int64 = 0, off: Int64 = 0, _ name: String = "r"
    ) -> AlarmRule {
        var rule = AlarmRule(name, name, test)
        (rule.onDelayMs, rule.offDelayMs) = (on * 1000, off * 1000)
        return rule
    }

    /// Feeds a level a second; what happened when, in seconds.
    private static func run(
        _ rules: [AlarmRule], _ levels: [Double], twin: Double = 0, pump: Double = 1, bad: Set<Int> = []
    ) -> [String] {
        var conditions = AlarmConditions(rules: rules, groups: groups)
        var changes: [AlarmChange] = []
        for (second, level) in levels.enumerated() {
            feed(&conditions, [level, twin, pump], second, isBad: bad.contains(second), &changes)
        }
        return changes.map { "\($0.kind) \($0.timeMs / 1000)" }
    }

    private static func feed(
        _ conditions: inout AlarmConditions, _ values: [Double], _ second: Int, isBad: Bool = false,
        _ changes: inout [AlarmChange]
    ) {
        values.withUnsafeBufferPointer {
            conditions.take(
                group: 0, timeMs: Int64(second) * 1000, values: $0,
                qualities: isBad ? [.bad, .good, .good] : [], into: &changes)
        }
    }

    @Test func limitWithDeadband() {
        let high = Self.rule(.limit(signal: "level", .above(10), deadband: 2))
        #expect(Self.run([high], [10, 10.1, 9, 8.1, 8, 10, 11]) == ["raised 1", "cleared 4", "raised 6"])
        let low = Self.rule(.limit(signal: "level", .below(-1), deadband: 1))
        #expect(Self.run([low], [0, -1, -1.1, -0.5, 0, -2]) == ["raised 2", "cleared 4", "raised 5"])
        let equal = Self.rule(.limit(signal: "level", .equals(3), deadband: 0))
        #expect(Self.run([equal], [2, 3, 3, 4]) == ["raised 1", "cleared 3"])
    }

    @Test func delaysNeedTheWholeTime() {
        let slow = Self.rule(.limit(signal: "level", .above(10), deadband: 0), on: 3, off: 2)
        #expect(Self.run([slow], [11, 11, 9, 11, 11, 11, 11, 9, 11, 9, 9, 9]) == ["raised 6", "cleared 11"])
    }

    /// Once a second over and under: with a delay nothing, with a deadband one alarm.
    @Test func chatter() {
        let noise = (0..<600).map { $0 % 2 == 0 ? 10.5 : 9.5 }
        let plain = Self.run([Self.rule(.limit(signal: "level", .above(10), deadband: 0))], noise)
        #expect(plain.count == 600)
        #expect(Self.run([Self.rule(.limit(signal: "level", .above(10), deadband: 0), on: 3)], noise) == [])
        #expect(Self.run([Self.rule(.limit(signal: "level", .above(10), deadband: 1))], noise) == ["raised 0"])
        #expect(Self.run([Self.rule(.limit(signal: "level", .above(10), deadband: 0), off: 3)], noise) == ["raised 0"])
    }

    @Test func badReadingsDecideNothingUntilTheyAreStale() {
        let high = Self.rule(.limit(signal: "level", .above(10), deadband: 0))
        #expect(Self.run([high], [9, 99, 11, 9, 9], bad: [1]) == ["raised 2", "cleared 3"])
        let stale = Self.rule(.stale(signal: "level", afterMs: 3_000))
        #expect(Self.run([stale], Array(repeating: 5, count: 9), bad: [2, 3, 4, 5, 6]) == ["raised 4", "cleared 7"])
    }

    /// The other group goes on, this one is silent.
    @Test func silentGroupIsStale() {
        var conditions = AlarmConditions(
            rules: [Self.rule(.stale(signal: "rain", afterMs: 30_000))], groups: Self.groups)
        var changes: [AlarmChange] = []
        [1.0].withUnsafeBufferPointer {
            conditions.take(group: 1, timeMs: 0, values: $0, qualities: [], into: &changes)
        }
        for second in 0..<40 { Self.feed(&conditions, [1, 1, 1], second, &changes) }
        #expect(changes.map(\.timeMs) == [30_000] && changes[0].onsetMs == 0)
    }

    @Test func rateOfChange() {
        let rising = Self.rule(.rate(signal: "level", change: 5, overMs: 16_000, deadband: 0))
        let ramp = (0..<60).map { Double(min(max($0 - 20, 0), 20)) * 0.5 }
        let seen = Self.run([rising], ramp)
        #expect(seen.count == 2 && seen[0].hasPrefix("raised") && seen[1].hasPrefix("cleared"))
        #expect(Self.run([Self.rule(.rate(signal: "level", change: -5, overMs: 16_000, deadband: 0))], ramp) == [])
        let falling = Self.run(
            [Self.rule(.rate(signal: "level", change: -5, overMs: 16_000, deadband: 0))], ramp.map { -$0 })
        #expect(falling == seen, "falling is rising upside down")
    }

    @Test func discrepancyAndSuppression() {
        let differ = Self.rule(.discrepancy(signal: "level", other: "twin", limit: 1, deadband: 0.5))
        #expect(Self.run([differ], [0.9, 1.1, 0.6, 0.5, -1.2]) == ["raised 1", "cleared 3", "raised 4"])
        var high = Self.rule(.limit(signal: "level", .above(10), deadband: 0))
        high.suppression = .init(signal: "pump", comparison: .below(0.5))
        #expect(Self.run([high], [9, 11, 9], pump: 1) == ["raised 1", "cleared 2"])
        #expect(
            Self.run([high], [9, 11, 9], pump: 0) == ["suppressed 1", "raised 1", "cleared 2"])
    }

    /// A clock that was set back stops no delay for long.
    @Test func clockSetBack() {
        var conditions = AlarmConditions(
            rules: [Self.rule(.limit(signal: "level", .above(10), deadband: 0), on: 3)], groups: Self.groups)
        var changes: [AlarmChange] = []
        for second in [5_000, 5_001, 100, 101, 102, 103] { Self.feed(&conditions, [11, 0, 1], second, &changes) }
        #expect(changes.map(\.timeMs) == [103_000])
    }

    /// At any frame the state goes through its text and back, and nothing that follows is different.
    @Test(arguments: Seeds.list(fixed: 6)) func restartAnywhere(seed: UInt64) throws {
        let kind = try #require(AssetCatalog["tailings"])
        var rules = AlarmRule.defaults(kind)
        let names = kind.groups[0].signals.map(\.name)
        var rate = AlarmRule("rate", "rate", .rate(signal: names[0], change: 1, overMs: 20_000, deadband: 0))
        rate.suppression = .init(signal: names[1], comparison: .above(0))
        rules.append(rate)
        var random = SeededRandom(seed: seed)
        var whole = AlarmWatch(rules: rules, groups: kind.groups)
        var broken = whole
        var (one, two): ([AlarmChange], [AlarmChange]) = ([], [])
        var frames: [(group: Int, timeMs: Int64, values: [Double])] = []
        var stored: String?
        for second in 0..<300 {
            let group = second % 7 == 0 ? 1 : 0
            let signals = kind.groups[group].signals
            let values = signals.map { signal in
                let range = signal.alarm ?? signal.normal ?? 0...1
                return range.lowerBound + (random.unit() * 1.3 - 0.15) * (range.upperBound - range.lowerBound)
            }
            let isLate = second % 50 > 45
            let timeMs = Int64(second) * 1000
            if !isLate { frames.append((group, timeMs, values)) }
            var (late, lateToo): ([AlarmChange], [AlarmChange]) = ([], [])
            values.withUnsafeBufferPointer { values in
                if isLate {
                    whole.take(group: group, timeMs: timeMs, values: values, qualities: [], isLate: true, into: &late)
                    broken.take(
                        group: group, timeMs: timeMs, values: values, qualities: [], isLate: true, into: &lateToo)
                } else {
                    whole.take(group: group, timeMs: timeMs, values: values, qualities: [], isLate: false, into: &one)
                    broken.take(group: group, timeMs: timeMs, values: values, qualities: [], isLate: false, into: &two)
                }
            }
            stored = broken.takeUnsaved() ?? stored
            guard random.below(20) == 0 else { continue }
            let active = broken.live.activeRules
            broken = AlarmWatch(rules: rules, groups: kind.groups)
            #expect(broken.restore(stored, active: active) == [])
            for frame in frames where frame.timeMs > timeMs - broken.live.windowMs {
                frame.values.withUnsafeBufferPointer {
                    broken.remember(group: frame.group, timeMs: frame.timeMs, values: $0, qualities: [])
                }
            }
        }
        func words(_ changes: [AlarmChange]) -> [String] {
            changes.map { "\(rules[$0.rule].name) \($0.kind) \($0.onsetMs) \($0.timeMs)" }
        }
        #expect(words(one) == words(two) && !one.isEmpty)
    }

    /// What came late says what would have been, and changes nothing that is live.
    @Test func lateFramesChangeNothingLive() {
        let high = Self.rule(.limit(signal: "level", .above(10), deadband: 0))
        var watch = AlarmWatch(rules: [high], groups: Self.groups)
        var (live, late): ([AlarmChange], [AlarmChange]) = ([], [])
        func feed(_ level: Double, _ second: Int64, isLate: Bool) {
            [level, 0, 1].withUnsafeBufferPointer { values in
                if isLate {
                    watch.take(
                        group: 0, timeMs: second * 1000, values: values, qualities: [], isLate: true, into: &late)
                } else {
                    watch.take(
                        group: 0, timeMs: second * 1000, values: values, qualities: [], isLate: false, into: &live)
                }
            }
        }
        for second in 0..<10 { feed(9, Int64(second), isLate: false) }
        watch.wentOffline()
        // Back at 100 s; the backlog comes amid live frames.
        for second in 100..<110 {
            feed(9, Int64(second), isLate: false)
            for step in 0..<9 {
                let past = Int64(10 + (second - 100) * 9 + step)
                feed((30..<60).contains(past) ? 11 : 9, past, isLate: true)
            }
        }
        #expect(live == [])
        #expect(late.map { "\($0.kind) \($0.timeMs / 1000)" } == ["raised 30", "cleared 60"])
        #expect(watch.live.activeRules == [])
    }

    /// A backlog that begins in an alarm does not tell of it again.
    @Test func backlogGoesOnFromTheCut() {
        let high = Self.rule(.limit(signal: "level", .above(10), deadband: 0))
        var watch = AlarmWatch(rules: [high], groups: Self.groups)
        var changes: [AlarmChange] = []
        for (second, level, isLate) in [
            (0, 11.0, false), (50, 9, false), (1, 11, true), (2, 11, true), (3, 9, true), (4, 11, true), (5, 9, true),
        ] {
            if second == 50 { watch.wentOffline() }
            [level, 0, 1].withUnsafeBufferPointer {
                watch.take(
                    group: 0, timeMs: Int64(second) * 1000, values: $0, qualities: [], isLate: isLate, into: &changes)
            }
        }
        #expect(
            changes.map { "\($0.kind) \($0.timeMs / 1000)" } == [
                "raised 0", "cleared 50", "cleared 3", "raised 4", "cleared 5",
            ])
    }
}
