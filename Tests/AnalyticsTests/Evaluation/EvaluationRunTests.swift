import Assets
import Model
import Runtime
import Scenarios
import TestSupport
import Testing

@testable import Analytics

/// Whole evaluations: rows one by one, no look ahead, the same figures every time, JSON that can be read.
@Suite(.timeLimit(.minutes(2))) struct EvaluationRunTests {
    /// Two signals of noise at 1 Hz; of the second the mean moves by `shift` deviations in the rows given.
    private func series(_ rowCount: Int, shift: Double = 0, in rows: Range<Int> = 0..<0, seed: UInt64 = 1)
        -> EvaluationSeries
    {
        var random = SeededRandom(seed: seed)
        let times = (0..<rowCount).map { Int64($0) * 1000 }
        var values: [Double] = []
        for row in 0..<rowCount {
            values.append(10 + random.normal())
            values.append(50 + random.normal() + (rows.contains(row) ? shift : 0))
        }
        return EvaluationSeries(
            name: "made-\(seed)", group: "", signals: EvaluationSeries.signals(["a", "b"], timesMs: times),
            timesMs: times, values: values,
            events: EvaluationSeries.events(timesMs: times, isFaulty: (0..<rowCount).map(rows.contains)),
            learnRows: 600)
    }

    private func files(_ series: [EvaluationSeries], history: Int? = nil) -> FileRuns {
        let sources = series.enumerated().map { place, one in
            SeriesSource(one.name, history: place > 0 ? history : nil) { one }
        }
        return FileRuns(files: sources, prior: nil)
    }

    @Test func aLargeShiftIsFoundAtOnceByWhatLooksAndNotByWhatDoesNot() throws {
        let made = (0..<4).map { series(1500, shift: 12, in: 1000..<1200, seed: UInt64($0)) }
        let all = files(made)
        let report = EvaluationReport(.csv, path: "", try all.run(), floors: all.floors)
        #expect(report.detector.events.recall == 1)
        #expect((report.detector.events.delay(1) ?? .infinity) < 10)
        let charts = try #require(report.floors.first { $0.name == "ewma_cusum" })
        #expect(charts.events.recall == 1)
        #expect((report.detector.vusPR ?? 0) > (report.floors[0].vusPR ?? 1))
    }

    /// What comes later changes nothing of what was said before.
    @Test func nobodyLooksAhead() throws {
        let whole = series(1400, shift: 5, in: 1000..<1100)
        var part = whole
        part.timesMs.removeLast(300)
        part.values.removeLast(600)
        let long = try files([whole]).run()[0]
        let short = try files([part]).run()[0]
        for (a, b) in zip(long.traces, short.traces) {
            #expect(a.scores.prefix(1100).elementsEqual(b.scores))
            #expect(a.isAlarming.prefix(1100).elementsEqual(b.isAlarming))
        }
    }

    @Test func historyIsGoneThroughBeforeEachFileAnew() throws {
        var normal = series(800)
        normal.learnRows = 800
        var tests = [series(300, seed: 5), series(300, seed: 6)]
        for index in tests.indices {
            tests[index].learnRows = 0
            tests[index].timesMs = tests[index].timesMs.map { $0 + 900_000 }
        }
        let both = try files([normal] + tests, history: 0).run()
        let alone = try files([normal, tests[1]], history: 0).run()
        #expect(both.count == 2 && alone.count == 1)
        #expect(both[1].traces[0].scores == alone[0].traces[0].scores)
        #expect(both[1].traces[3].scores == alone[0].traces[3].scores)
    }

    @Test func missingReadingsAreNotZeros() throws {
        var made = series(1500)
        for row in stride(from: 700, to: 1400, by: 50) { made.values[row * 2] = .nan }
        let run = try files([made]).run()[0]
        #expect(run.traces[3].alerts.isEmpty)
        #expect(run.traces[0].scores.allSatisfy { $0.isFinite && $0 >= 0 })
    }

    @Test func theJSONIsOneObjectOnTheLastLine() throws {
        let folder = try TemporaryFolder("csv")
        var text = "time,a,b,label\n"
        let made = series(1200, shift: 12, in: 1000..<1100)
        for row in 0..<1200 {
            text +=
                "\(row),\(made.values[row * 2]),\(made.values[row * 2 + 1]),\((1000..<1100).contains(row) ? 1 : 0)\n"
        }
        try Files.write(Array(text.utf8), to: folder.path("made.csv"))
        let report = try Evaluation.run(.csv, path: folder.path)
        #expect(report.json.hasSuffix("}\n") && report.json.count { $0 == "\n" } == 1)
        let json = try JSON(report.json)
        for name in ["event_recall", "median_delay", "false_episodes_per_day", "missed_detection", "false_alarm_rate"] {
            #expect(json[name]?.double != nil, "\(name)")
            #expect(json["floors"]?["ewma_cusum"]?[name] != nil, "\(name)")
        }
        for name in ["nab_standard", "nab_low_fp", "nab_low_fn"] { #expect(json[name]?.isNull == true, "\(name)") }
        #expect((json["ns_per_value"]?.double ?? 0) > 0)
        #expect(json["event_recall"]?.double == 1)
        #expect(report.text.contains("event recall"))
    }

    // MARK: - Simulated

    @Test(arguments: AssetCatalog.all.map(\.id)) func aCopyOfAStreamGoesOnByItself(id: String) throws {
        let kind = try #require(AssetCatalog[id])
        var stream = SimulatedStream(kind, seed: 7)
        let first = stream.next(seconds: 5, nil)
        #expect(
            Set(first.frames.map(\.group))
                == Set(
                    kind.groups.indices.filter {
                        kind.groups[$0].cadence != .every(seconds: 60) && kind.groups[$0].cadence != .every(seconds: 10)
                    }))
        var copy = stream
        let declared = try #require(ScenarioLibrary(kind).scenarios.first { $0.id == "sensor-dropout" })
        let scenario = RunningScenario(declared, of: kind, startSecond: copy.second)
        let disturbed = copy.next(seconds: 20, scenario)
        let calm = stream.next(seconds: 20, nil)
        #expect(disturbed.frames.contains { !$0.isGood })
        #expect(calm.frames.allSatisfy { $0.isGood })
        #expect(calm.frames.first?.timeMs == SimulatedStream.startMs + 6000)
        #expect(scenario.isSensor && scenario.endMs - scenario.onsetMs == scenario.lastsSeconds * 1000)
    }
}
