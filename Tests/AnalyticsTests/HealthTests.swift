import Assets
import Model
import TestSupport
import Testing

@testable import Analytics

@Suite(.timeLimit(.minutes(5))) struct HealthTests {
    private static let groups = [
        SignalGroup(
            "process", .everyTick,
            [
                Signal("pressure", "Pressure", normal: 10...12, alarm: 9...14, healthWeight: 4),
                Signal("level", "Level", normal: 40...60, healthWeight: 2),
                Signal("grade", "Grade", form: .category(["A", "B"])),
            ]),
        SignalGroup(
            "slow", .every(seconds: 60),
            [Signal("outside", "Outside", normal: 0...30, alarm: -10...40, healthWeight: 1)]),
        SignalGroup("states", .onChange, [Signal("tripped", "Tripped", form: .flag, normal: 0...0, healthWeight: 2)]),
    ]
    private static let profile = HealthProfile(subsystems: [Subsystem("vessel", "Vessel", ["pressure", "level"])])
    private static let plan = HealthPlan(groups: groups, profile: profile)

    /// An asset that was seen as it should be, at 0 s.
    private static func sound(_ plan: HealthPlan = plan) -> AssetHealth {
        var health = AssetHealth(plan: plan)
        health.take(group: 0, timeMs: 0, values: [11, 50, 0], quality: [])
        health.take(group: 1, timeMs: 0, values: [20], quality: [])
        health.take(group: 2, timeMs: 0, values: [0], quality: [])
        return health
    }

    private static func finding(_ surprise: Double, _ shares: [(String, Double)]) -> Finding {
        Finding(
            number: 1, sinceMs: 0, detectedMs: 0, endedMs: nil, peakMs: 0, surprise: surprise, peakSurprise: surprise,
            level: .warning, layer: .signal, regime: "",
            contributions: shares.map { .init(signal: $0.0, share: $0.1, direction: .up, expected: 0, seen: 1) },
            brokenRelations: [], likelyFaults: [])
    }

    // MARK: - Score

    @Test(
        arguments: [
            ([11.0, 50, 0], 0.0),  // all normal
            ([12, 40, 1], 0),  // at the edge
            ([12.4, 50, 0], 0),  // a fifth of the way to the alarm limit: noise
            ([13.2, 50, 0], 17.5),  // half of the rest
            ([14, 50, 0], 35),  // at it
            ([15, 50, 0], 67.5), ([16, 50, 0], 100),  // twice as far
            ([99, 50, 0], 100),  // however far
            ([9.4, 50, 0], 17.5),  // the lower side has its own distance
            ([11, 66, 0], 8.75),  // half weight; half the normal width stands for the missing alarm range
            ([13.2, 66, 0], 26.25),  // they add up
        ] as [([Double], Double)])
    func pointsGrowWithTheDistance(values: [Double], points: Double) {
        var health = HealthTests.sound()
        health.take(group: 0, timeMs: 1_000, values: values[...], quality: [])
        #expect(abs(health.score - (100 - points)) < 1e-9)
        #expect(abs(HealthTests.plan.score(group: 0, values: values[...], quality: []) - (100 - points)) < 1e-9)
    }

    /// Of two assets, the one whose readings are worse in any signal is never better.
    @Test(arguments: Seeds.list()) func theScoreIsMonotoneInSeverity(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        for _ in 0..<300 {
            var better = HealthTests.sound()
            var worse = better
            for second in 1...20 {
                let pressure = 12 + 6 * random.unit()
                let level = 60 + 30 * random.unit()
                let surprise = 12 * random.unit()
                let timeMs = Int64(second) * 5_000
                better.take(
                    group: 0, timeMs: timeMs, values: [pressure, level, 0], quality: [],
                    finding: HealthTests.finding(surprise, [("level", 1)]), threshold: 4)
                worse.take(
                    group: 0, timeMs: timeMs, values: [pressure + random.unit(), level + 5 * random.unit(), 0],
                    quality: [], finding: HealthTests.finding(surprise + random.unit(), [("level", 1)]), threshold: 4)
                #expect(worse.score <= better.score + 1e-9, "\(replayHint(seed))")
                #expect((0...100).contains(worse.score))
            }
        }
    }

    @Test func aFindingCostsItsSignalsAndNeverAllOfAnAsset() {
        var health = HealthTests.sound()
        func cost(_ surprise: Double, _ shares: [(String, Double)]) -> Double {
            var health = health
            health.take(
                group: 0, timeMs: 1_000, values: [11, 50, 0], quality: [],
                finding: HealthTests.finding(surprise, shares), threshold: 4)
            return 100 - health.score
        }
        #expect(cost(8, [("pressure", 1)]) == 0, "just noticed")
        #expect(abs(cost(11, [("pressure", 1)]) - 12.5) < 1e-9)
        #expect(cost(300, [("pressure", 1)]) == 25)
        #expect(cost(300, [("pressure", 0.5), ("level", 0.5)]) == 12.5 + 6.25, "by weight")
        #expect(cost(300, [("grade", 1)]) == 0 && cost(300, [("energy-balance", 1)]) == 0)
        health.take(
            group: 0, timeMs: 1_000, values: [11, 50, 0], quality: [],
            finding: HealthTests.finding(300, [("pressure", 1)]), threshold: 4)
        #expect(health.status == .warning && health.explanation.contributions.map(\.cause) == [.finding])
    }

    @Test func whatIsOverFadesInTenMinutes() {
        var health = HealthTests.sound()
        health.take(group: 0, timeMs: 1_000, values: [14, 50, 0], quality: [])
        var last = health.score
        for second in 2..<4_000 {
            health.take(group: 0, timeMs: Int64(second) * 1_000, values: [11, 50, 0], quality: [])
            if second % 60 == 0 { health.take(group: 1, timeMs: Int64(second) * 1_000, values: [20], quality: []) }
            #expect(health.score >= last)
            last = health.score
            if second == 602 { #expect(abs(100 - health.score - 35 * 0.3679) < 0.05, "\(health.score)") }
        }
        #expect(last > 99.9)
        // A flag that is no longer set sends nothing more; it fades all the same.
        health.take(group: 2, timeMs: 4_000_000, values: [1], quality: [])
        #expect(health.score < 55)
        health.take(group: 2, timeMs: 4_001_000, values: [0], quality: [])
        health.take(group: 0, timeMs: 10_000_000, values: [11, 50, 0], quality: [])
        #expect(health.score == 100)
    }

    // MARK: - Why

    /// Points add up to the loss, the score without a signal is what it would be, and parts are those of the whole.
    @Test(arguments: Seeds.list()) func theExplanationAddsUp(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 2)
        for _ in 0..<200 {
            var health = HealthTests.sound()
            for second in 1...10 {
                let values = [8 + 8 * random.unit(), 20 + 60 * random.unit(), 0]
                health.take(
                    group: 0, timeMs: Int64(second) * 30_000, values: values[...], quality: [],
                    finding: random.unit() < 0.3 ? HealthTests.finding(20 * random.unit(), [("level", 0.7)]) : nil,
                    threshold: 4)
                health.take(group: 1, timeMs: Int64(second) * 30_000, values: [60 * random.unit()], quality: [])
            }
            let why = health.explanation
            #expect(abs(why.contributions.reduce(0) { $0 + $1.points } - (100 - health.score)) < 1e-6)
            #expect(why.contributions.allSatisfy { $0.points > 0 && $0.without >= health.score - 1e-9 })
            #expect(zip(why.contributions, why.contributions.dropFirst()).allSatisfy { $0.points >= $1.points })
            #expect(why.subsystems.map(\.name) == ["vessel", "slow", "states"])
            for part in why.subsystems {
                let lost = why.contributions.filter { $0.subsystem == part.name }.reduce(0) { $0 + $1.points }
                #expect(part.score <= 100 - lost + 1e-6 && part.score >= health.score - 1e-6)
            }
            guard health.score > 0 else { continue }
            for part in why.contributions { #expect(abs(part.without - health.score - part.points) < 1e-6) }
        }
    }

    @Test func unseenSignalsAreToldAndCostNothing() {
        var health = HealthTests.sound()
        #expect(health.uncertainty == 0)
        health.take(group: 0, timeMs: 1_000, values: [.nan, 50, 0], quality: [.bad, .good, .good])
        #expect(health.score == 100 && health.uncertainty == 35)
        #expect(health.explanation.unseen == [.init(signal: "pressure", isStale: false)])
        // Nothing of the slow group for more than three minutes.
        health.take(group: 0, timeMs: 181_000, values: [11, .nan, 0], quality: [.good, .bad, .good])
        #expect(health.explanation.unseen.map(\.signal) == ["level", "outside"])
        #expect(health.uncertainty == 35 * (0.5 + 0.25) && health.status == .healthy)
        health.take(group: 0, timeMs: 182_000, values: [.nan, .nan, 0], quality: [.bad, .bad, .good])
        #expect(health.uncertainty == 35 * 1.75 && health.status == .warning, "an asset that is not seen is not green")
        health.take(group: 0, timeMs: 183_000, values: [11, 50, 0], quality: [])
        health.take(group: 1, timeMs: 183_000, values: [20], quality: [])
        #expect(health.uncertainty == 0 && health.status == .healthy)
        // The last good reading holds.
        health.take(group: 0, timeMs: 184_000, values: [14, 50, 0], quality: [])
        health.take(group: 0, timeMs: 185_000, values: [99, 50, 0], quality: [.bad, .good, .good])
        #expect(health.score == 65 && health.explanation.contributions.first?.value == 14)
    }

    @Test func theRateFollowsASlope() {
        var health = HealthTests.sound()
        // 12 points an hour, for an hour: severity 0.2 to 0.474.
        for second in 1...3_600 {
            let severity = 0.2 + 0.8 * (12.0 / 35) * Double(second) / 3600
            health.take(group: 0, timeMs: Int64(second) * 1_000, values: [12 + 2 * severity, 50, 0], quality: [])
        }
        #expect(abs(health.ratePerHour + 12) < 0.5 && health.explanation.trend == .falling, "\(health.ratePerHour)")
        #expect(HealthTests.sound().explanation.trend == .steady)
    }

    // MARK: - Status

    @Test func theStatusHasHysteresis() {
        var health = AssetHealth(plan: HealthTests.plan)
        #expect(health.status == .offline)
        // Each long enough for nothing to be left of what was before.
        let course: [(points: Double, status: HealthStatus)] = [
            (0, .healthy), (19.9, .healthy), (21, .warning), (18, .warning), (14.9, .healthy), (51, .critical),
            (46, .critical), (44.9, .warning), (16, .warning), (0, .healthy),
        ]
        for (hour, (points, status)) in course.enumerated() {
            let severity = points <= 35 ? 0.2 + 0.8 * points / 35 : 1 + (points - 35) / 65
            for timeMs in [Int64(2 * hour) * 7_200_000, Int64(2 * hour + 1) * 7_200_000] {
                health.take(
                    group: 0, timeMs: timeMs, values: [points == 0 ? 11 : 12 + 2 * severity, 50, 0], quality: [])
                health.take(group: 1, timeMs: timeMs, values: [20], quality: [])
            }
            #expect(abs(health.score - (100 - points)) < 0.02 && health.status == status, "at \(points) points")
        }
        health.isInMaintenance = true
        #expect(health.status == .maintenance)
        health.wentOffline()
        #expect(health.status == .offline)
    }

    @Test func theStatusOfAFacilityIsItsResponsePlan() throws {
        let kind = try #require(AssetCatalog["tailings"])
        let plan = HealthPlan(kind: kind)
        var simulator = kind.makeSimulator(3)
        var health = AssetHealth(plan: plan)
        let signals = kind.groups[0].signals
        let level = try #require(signals.firstIndex { $0.name == "tarp_level" })
        let creep = try #require(kind.scenarios.firstIndex { $0.id == "heavy-rain" })
        var disturbances = Disturbances(count: kind.scenarios.count)
        var seen: Set<HealthStatus> = []
        var readings = Readings(count: signals.count)
        for minute in 0..<300 {
            disturbances[creep] = minute < 200 ? 1 : 0
            simulator.advance(seconds: 60, under: disturbances)
            simulator.read(group: 0, into: &readings)
            health.take(
                group: 0, timeMs: Int64(minute) * 60_000, values: readings.values[...], quality: readings.qualities)
            let expected: HealthStatus =
                switch readings.values[level] {
                case 0: .healthy
                case 3: .critical
                default: .warning
                }
            #expect(health.status == expected, "minute \(minute)")
            seen.insert(expected)
        }
        #expect(seen.count >= 2)
    }

    // MARK: - Weights

    @Test func weightsCanBeConfigured() {
        let weights: [HealthWeight] = [
            .init(.kind("k"), signal: "pressure", weight: 0), .init(.asset("a-1"), signal: "pressure", weight: 400),
            .init(.kind("k"), signal: "level", weight: 4),
        ]
        #expect(HealthWeight.of(weights, kind: "k", asset: "a-1") == ["pressure": 400, "level": 4])
        #expect(HealthWeight.of(weights, kind: "other", asset: "x").isEmpty)
        func loss(_ weights: [String: Double]) -> Double {
            var health = HealthTests.sound(HealthPlan(groups: HealthTests.groups, weights: weights))
            health.take(group: 0, timeMs: 1, values: [14, 50, 0], quality: [])
            return 100 - health.score
        }
        #expect(loss([:]) == 35 && loss(["pressure": 2]) == 17.5 && loss(["pressure": 0]) == 0)
        #expect(loss(["pressure": 400]) == 70, "twice the largest at most")
        #expect(loss(["level": 0]) == 35, "others keep theirs")
    }

    @Test func historyIsKeptAtChangesAndOnceAMinute() {
        var recorder = HealthRecorder()
        var health = HealthTests.sound()
        var noted: [Int64] = []
        for second in Int64(0)..<180 {
            // 5 points.
            let pressure = second < 100 ? 11 : 12 + 2 * (0.2 + 0.8 * 5 / 35.0)
            health.take(group: 0, timeMs: second * 1_000, values: [pressure, 50, 0], quality: [])
            if recorder.isWorthNoting(health, atMs: second * 1_000) { noted.append(second) }
        }
        #expect(noted == [0, 60, 100, 160])
    }

    // MARK: - Kinds

    @Test(arguments: AssetCatalog.all.map(\.id)) func subsystemsHoldEverySignalThatCounts(kind id: String) throws {
        let kind = try #require(AssetCatalog[id])
        let names = kind.health.subsystems.flatMap(\.signals)
        let signals = kind.groups.flatMap(\.signals)
        #expect(Set(names).count == names.count)
        #expect(Set(names).isSubset(of: signals.map(\.name)))
        let counted = Set(signals.filter { $0.healthWeight > 0 }.map(\.name))
        #expect(counted.subtracting(names).isEmpty, "\(counted.subtracting(names))")
        #expect(HealthPlan(kind: kind).subsystems == kind.health.subsystems)
    }

    @Test(arguments: AssetCatalog.all.map(\.id)) func everyKindAtRestIsHealthy(kind id: String) throws {
        let kind = try #require(AssetCatalog[id])
        var simulator = kind.makeSimulator(42)
        var health = AssetHealth(plan: HealthPlan(kind: kind))
        let calm = Disturbances(count: kind.scenarios.count)
        for second in 0..<600 {
            simulator.advance(seconds: 1, under: calm)
            for (index, group) in kind.groups.enumerated() {
                var readings = Readings(count: group.signals.count)
                simulator.read(group: index, into: &readings)
                health.take(
                    group: index, timeMs: Int64(second) * 1_000, values: readings.values[...],
                    quality: readings.qualities)
            }
            #expect(health.score >= 98 && health.status == .healthy, "\(id) at \(second) s: \(health.explanation)")
        }
    }
}
