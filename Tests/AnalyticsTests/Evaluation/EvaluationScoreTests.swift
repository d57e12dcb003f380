import Model
import Testing

@testable import Analytics

/// The scores, against their definitions written another way, and against what they must not be fooled by.
@Suite(.timeLimit(.minutes(2))) struct EvaluationScoreTests {
    // MARK: - NAB

    private struct NABCase {
        var rowCount = 1000
        var windows: [ClosedRange<Int>]
        var probation = 150
    }

    private let case1 = NABCase(windows: [200...299, 500...519, 900...999])

    private func score(_ nab: NABCase, _ rows: [Int]) -> NABScore {
        NABScore(rowCount: nab.rowCount, rows: rows, windows: nab.windows, probation: nab.probation)
    }

    @Test func nobodyGetsNothingAndPerfectionAHundred() {
        for profile in NABScore.Profile.all {
            #expect(score(case1, []).normalised(profile) == 0)
            #expect(abs((score(case1, [200, 500, 900]).normalised(profile) ?? 0) - 100) < 1e-9)
        }
        #expect(NABScore(rowCount: 100, rows: [50], windows: [], probation: 15).normalised(.standard) == nil)
    }

    /// The published procedure, row by row: every row gets what an alarm in it is worth, then the alarms are added up.
    private func published(_ nab: NABCase, _ rows: Set<Int>, _ profile: NABScore.Profile) -> Double {
        var best: [Int: Double] = [:]
        var falseSum = 0.0
        for (place, window) in nab.windows.enumerated() where window.upperBound >= nab.probation {
            best[place] = -profile.miss
        }
        var last: ClosedRange<Int>?
        for row in 0..<nab.rowCount {
            let inside = nab.windows.firstIndex { $0.contains(row) }
            if let inside {
                let window = nab.windows[inside]
                let place = -Double(window.upperBound - row + 1) / Double(window.count)
                let worth = profile.hit * NABScore.sigmoid(place) / NABScore.sigmoid(-1)
                if rows.contains(row), row >= nab.probation { best[inside] = max(best[inside] ?? 0, worth) }
                if row == window.upperBound { last = window }
            } else if rows.contains(row), row >= nab.probation {
                let past = last.map { Double(row - $0.upperBound) / Double($0.count - 1) } ?? 3
                falseSum += profile.falseAlarm * NABScore.sigmoid(past)
            }
        }
        let null = -profile.miss * Double(best.count)
        let raw = best.values.reduce(falseSum, +)
        return 100 * (raw - null) / (profile.hit * Double(best.count) - null)
    }

    @Test(arguments: 0..<40) func agreesWithThePublishedProcedure(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let windows = [(100...220), (300...305), (306...450), (700...800)].filter { _ in random.unit() < 0.8 }
        let nab = NABCase(windows: windows.isEmpty ? [400...500] : windows)
        let rows = Set((0..<random.below(40)).map { _ in random.below(1000) })
        for profile in NABScore.Profile.all {
            let mine = score(nab, Array(rows)).normalised(profile) ?? .nan
            #expect(abs(mine - published(nab, rows, profile)) < 1e-9, "seed \(seed)")
        }
    }

    @Test func theSigmoidHasItsPublishedValues() {
        #expect(abs(NABScore.sigmoid(-1) - 0.98661) < 1e-5)
        #expect(abs(NABScore.sigmoid(-0.5) - 0.84828) < 1e-5)
        #expect(NABScore.sigmoid(0) == 0)
        #expect(abs(NABScore.sigmoid(1) + 0.98661) < 1e-5)
        #expect(NABScore.sigmoid(3) == -1)
    }

    // MARK: - Events and rows

    private func alert(_ fromS: Int64, _ toS: Int64?, signals: [String] = []) -> Alert {
        Alert(
            number: Int(fromS), fromMs: fromS * 1000, toMs: toS.map { $0 * 1000 }, score: 1, sinceMs: fromS * 1000,
            atFirst: Explanation(signals: signals), atLast: Explanation(signals: signals))
    }

    /// 1000 rows, one a second, something wrong from 400 to 600.
    private func run(_ alerts: [Alert], judgedFrom: Int = 100) -> (JudgedRun, Trace) {
        var trace = Trace()
        trace.book = AlertBook()
        for alert in alerts {
            trace.book.begin(alert.number, atMs: alert.fromMs, score: 1, alert.atFirst)
            if let toMs = alert.toMs { trace.book.end(alert.number, atMs: toMs) }
        }
        let times = (0..<1000).map { Int64($0) * 1000 }
        trace.isAlarming = times.map { time in alerts.contains { time >= $0.fromMs && time <= $0.toMs ?? .max } }
        let event = LabelledEvent(onsetMs: 400_000, endMs: 600_000, guilty: ["pressure"], isSensor: true)
        return (
            JudgedRun(name: "a", group: "", timesMs: times, events: [event], judgedFrom: judgedFrom, traces: [trace]),
            trace
        )
    }

    struct EventCase: CustomTestStringConvertible {
        let testDescription: String
        let alerts: [(Int64, Int64?)]
        let delayS: Double?
        let falseEpisodes: Int
    }

    @Test(arguments: [
        EventCase(testDescription: "none", alerts: [], delayS: nil, falseEpisodes: 0),
        EventCase(testDescription: "at once", alerts: [(400, 500)], delayS: 0, falseEpisodes: 0),
        EventCase(testDescription: "late", alerts: [(600, 700)], delayS: 200, falseEpisodes: 0),
        EventCase(testDescription: "too late", alerts: [(661, 700)], delayS: nil, falseEpisodes: 1),
        EventCase(testDescription: "while it dies away", alerts: [(650, 700)], delayS: nil, falseEpisodes: 0),
        EventCase(testDescription: "stood before", alerts: [(300, 700)], delayS: nil, falseEpisodes: 1),
        EventCase(testDescription: "never ended", alerts: [(300, nil), (410, 420)], delayS: nil, falseEpisodes: 1),
        EventCase(
            testDescription: "joins a false one", alerts: [(300, 360), (410, 420)], delayS: nil, falseEpisodes: 1),
        EventCase(
            testDescription: "after a false one", alerts: [(300, 340), (410, 420)], delayS: 10, falseEpisodes: 1),
        EventCase(testDescription: "while learning", alerts: [(20, 30)], delayS: nil, falseEpisodes: 0),
        EventCase(testDescription: "many", alerts: [(420, 421), (430, 431), (500, 501)], delayS: 20, falseEpisodes: 0),
    ])
    func eventsAreDetectedByAlarmsThatBeginInThem(_ test: EventCase) throws {
        let (run, trace) = run(test.alerts.map { alert($0.0, $0.1) })
        let score = EventScore(run, trace)
        try #require(score.outcomes.count == 1)
        #expect(score.outcomes[0].delayS == test.delayS)
        #expect(score.falseEpisodes == test.falseEpisodes)
        #expect(abs(score.normalDays - 699.0 / 86_400) < 1e-9)
    }

    @Test func theRankIsThatOfTheFirstSignalThatIsGuilty() {
        let (run, trace) = run([alert(410, 500, signals: ["level", "pressure"])])
        let score = EventScore(run, trace)
        #expect(score.outcomes.first?.rankAtFirst == 2)
        #expect(score.explained(within: 1, atLast: false, onlySensors: true) == 0)
        #expect(score.explained(within: 3, atLast: false, onlySensors: true) == 1)
    }

    /// One right row does not make the others right.
    @Test func noPointIsAdjusted() {
        let (run, trace) = run([alert(400, 400)])
        let rows = RowScore(run, trace)
        #expect(rows.missedDetection == 200.0 / 201)
        #expect(rows.falseAlarmRate == 0)
        #expect((rows.f1 ?? 1) < 0.01)
    }

    // MARK: - VUS-PR

    private func labels(_ range: ClosedRange<Int>, of count: Int) -> [Bool] { (0..<count).map(range.contains) }

    @Test func theVolumeRewardsWhatIsNearTheEvent() throws {
        let isFaulty = labels(500...599, of: 1000)
        func volume(_ score: (Int) -> Float) throws -> Double {
            try #require(RangePrecisionRecall.volume((0..<1000).map(score), isFaulty))
        }
        let exact = try volume { isFaulty[$0] ? 1 : 0 }
        let near = try volume { (580...679).contains($0) ? 1 : 0 }
        let far = try volume { (100...199).contains($0) ? 1 : 0 }
        let flat = try volume { _ in 1 }
        #expect(exact > 0.8 && near > far + 0.1 && near < exact - 0.3 && far < 0.2)
        #expect(abs(flat - 0.15) < 0.06)
        // Only the order counts.
        #expect(try volume { isFaulty[$0] ? 100 : -100 } == exact)
        #expect(RangePrecisionRecall.volume([1, 2], [false, false]) == nil)
    }

    // MARK: - Statistics

    @Test func quantilesInterpolate() {
        #expect(Quantile.of([], 0.5) == nil)
        #expect(Quantile.of([3], 0.9) == 3)
        #expect(Quantile.of([4, 1, 3, 2], 0.5) == 2.5)
        #expect(Quantile.of([4, 1, 3, 2], 1) == 4)
    }

    @Test func theBootstrapHoldsTheMean() throws {
        let values = (0..<50).map { Double($0) }
        let interval = try #require(Quantile.interval(values) { $0.reduce(0, +) / Double($0.count) })
        #expect(interval.contains(24.5))
        #expect(interval.lowerBound > 18 && interval.upperBound < 31)
        #expect(Quantile.interval(values) { $0.reduce(0, +) / Double($0.count) } == interval)
    }

    @Test func whiteNoiseIsWhiteAndMemoryIsNot() throws {
        var random = SeededRandom(seed: 3)
        var whiteness = Whiteness(channelCount: 3)
        var last = 0.0
        for _ in 0..<5000 {
            let noise = random.normal()
            last = 0.7 * last + noise
            whiteness.add(noise, channel: 0)
            whiteness.add(last, channel: 1)
        }
        #expect(abs(try #require(whiteness.autocorrelation(0))) < 0.05)
        #expect(abs(try #require(whiteness.autocorrelation(1)) - 0.7) < 0.05)
        #expect(whiteness.autocorrelation(2) == nil)
    }
}
