import Analytics
import Assets
import Model
import Testing

@Suite struct HealthTests {
    private let signals = [
        Signal("pressure", "Pressure", normal: 10...12, alarm: 9...14, healthWeight: 4),
        Signal("level", "Level", normal: 40...60, healthWeight: 2),
        Signal("grade", "Grade", form: .category(["A", "B"])),
    ]
    private var judge: GroupJudge { GroupJudge(signals: signals, heaviest: 4) }

    @Test(
        arguments: [
            ([11.0, 50, 0], 0.0),  // all normal
            ([12, 40, 1], 0),  // at the edge
            ([13, 50, 0], 17.5),  // halfway to the alarm limit
            ([14, 50, 0], 35),  // at it
            ([16, 50, 0], 100),  // twice as far
            ([99, 50, 0], 100),  // however far
            ([9.5, 50, 0], 17.5),  // the lower side has its own distance
            ([11, 65, 0], 8.75),  // half weight; half the normal width stands for the missing alarm range
            ([13, 65, 0], 26.25),  // they add up
        ] as [([Double], Double)])
    func penaltiesGrowWithTheDistance(values: [Double], points: Double) {
        #expect(abs(judge.penalty(values, []) - points) < 1e-9)
    }

    @Test func badReadingsCostALittleAndAreNotJudgedByTheirValue() {
        #expect(judge.penalty([99, 50, 0], [.bad, .good, .good]) == 10)
        #expect(judge.penalty([Frame.noValue, 50, 0], [.bad, .good, .good]) == 10)
    }

    @Test func reasonsNameTheCostliestFirst() {
        let reasons = judge.reasons([13.0, 75, 0], [])
        #expect(reasons.map(\.signal) == ["level", "pressure"])
        #expect(reasons.map(\.limit) == [60, 12])
    }

    @Test func theScoreIsMonotoneInTheDistance() {
        var last = 0.0
        for step in 0..<1_000 {
            let penalty = judge.penalty([12 + Double(step) / 100, 50, 0], [])
            #expect(penalty >= last)
            last = penalty
        }
    }

    @Test func theStatusHasHysteresis() {
        var health = AssetHealth(groupCount: 2)
        #expect(health.status == .offline)
        let course: [(penalty: Double, status: HealthStatus)] = [
            (0, .healthy), (20, .healthy), (21, .warning), (18, .warning), (15, .healthy), (51, .critical),
            (46, .critical), (45, .warning), (16, .warning), (0, .healthy),
        ]
        for (penalty, status) in course {
            health.update(group: 1, penalty: penalty)
            #expect(health.status == status, "at \(penalty) points")
        }
        health.update(group: 0, penalty: 30)
        #expect(health.score == 70)
        health.isInMaintenance = true
        #expect(health.status == .maintenance)
        health.wentOffline()
        #expect(health.status == .offline)
        health.update(group: 7, penalty: 30)
        #expect(health.status == .offline, "a group that is not there says nothing")
    }

    @Test func historyIsKeptAtChangesAndOnceAMinute() {
        var recorder = HealthRecorder()
        var health = AssetHealth(groupCount: 1)
        health.update(group: 0, penalty: 0)
        var noted: [Int64] = []
        for second in Int64(0)..<180 {
            health.update(group: 0, penalty: second < 100 ? 0 : 5)
            if recorder.isWorthNoting(health, atMs: second * 1_000) { noted.append(second) }
        }
        #expect(noted == [0, 60, 100, 160])
    }

    @Test(arguments: AssetCatalog.all.map(\.id))
    func everyKindAtRestIsHealthy(kind id: String) throws {
        let kind = try #require(AssetCatalog[id])
        var simulator = kind.makeSimulator(42)
        let heaviest = kind.groups.flatMap(\.signals).map(\.healthWeight).max() ?? 0
        #expect(heaviest > 0)
        let judges = kind.groups.map { GroupJudge(signals: $0.signals, heaviest: heaviest) }
        var health = AssetHealth(groupCount: kind.groups.count)
        let calm = Disturbances(count: kind.scenarios.count)
        for second in 0..<600 {
            simulator.advance(seconds: 1, under: calm)
            for (index, group) in kind.groups.enumerated() {
                var readings = Readings(count: group.signals.count)
                simulator.read(group: index, into: &readings)
                health.update(group: index, penalty: judges[index].penalty(readings.values, readings.qualities))
            }
            #expect(health.score > 90 && health.status == .healthy, "\(id) at \(second) s")
        }
    }
}
