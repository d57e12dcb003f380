import Model
import Runtime
import TestSupport
import Testing

@testable import Analytics

/// The readers, on small files in the layouts of the public sets, whole and broken.
@Suite(.timeLimit(.minutes(2))) struct EvaluationFileTests {
    private func write(_ text: String, _ path: String, in folder: TemporaryFolder) throws {
        let whole = folder.path(path)
        try Files.ensureFolder(Files.folder(of: whole))
        try Files.write(Array(text.utf8), to: whole)
    }

    private func load(_ set: EvaluationSet, _ path: String) throws(EvaluationFailure) -> [EvaluationSeries] {
        var series: [EvaluationSeries] = []
        for file in try set.files(path) { series.append(try file.read()) }
        return series
    }

    // MARK: - Numenta

    private func nabFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder("nab")
        let rows = (0..<40).map { "2014-04-01 \(two($0 / 12 + 1)):\(two($0 % 12 * 5)):00,\($0)" }
        try write("timestamp,value\n" + rows.joined(separator: "\n") + "\n", "data/real/a.csv", in: folder)
        try write("timestamp,value\r\n" + rows.joined(separator: "\r\n"), "data/art/b.csv", in: folder)
        try write(
            """
            {"real/a.csv": [["2014-04-01 02:00:00.000000", "2014-04-01 03:00:00.000000"]], "art/b.csv": [],
             "real/absent.csv": [["2014-04-01 02:00:00.000000", "2014-04-01 03:00:00.000000"]]}
            """, "labels/combined_windows.json", in: folder)
        try write("no data", "results/other.csv", in: folder)
        return folder
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    @Test func numentaIsFoundFromItsRootAndFromFoldersInIt() throws {
        let folder = try nabFolder()
        for (path, names) in [
            ("", ["art/b.csv", "real/a.csv"]), ("/data", ["art/b.csv", "real/a.csv"]), ("/data/real", ["real/a.csv"]),
            ("/data/real/", ["real/a.csv"]),
        ] {
            let series = try load(.nab, folder.path + path)
            #expect(series.map(\.name) == names)
            let real = try #require(series.last)
            #expect(real.rowCount == 40 && real.learnRows == 6 && real.values[39] == 39)
            #expect(real.events == [LabelledEvent(onsetMs: real.timesMs[12], endMs: real.timesMs[24])])
            #expect(real.signals.cadence == .every(seconds: 300))
        }
    }

    @Test func numentaWithoutLabelsIsRefused() throws {
        let folder = try nabFolder()
        try write("timestamp,value\n2014-04-01 00:00:00,1\n", "data/real/new.csv", in: folder)
        #expect(throws: EvaluationFailure.self) { try load(.nab, folder.path) }
        try write("{", "labels/combined_windows.json", in: folder)
        #expect(throws: EvaluationFailure.self) { try load(.nab, folder.path) }
    }

    // MARK: - Skoltech

    private let skab = "datetime;A;B;anomaly;changepoint\n"

    @Test func skoltechHasLabelsInItsRows() throws {
        let folder = try TemporaryFolder("skab")
        let rows = (0..<500).map { row in
            "2020-03-09 10:\(two(10 + row / 60)):\(two(row % 60));\(row);0.5;\(row >= 450 && row < 470 ? "1.0" : "0.0");0.0"
        }
        try write(skab + rows.joined(separator: "\n"), "data/valve1/0.csv", in: folder)
        try write(
            "datetime;A;B\n2020-02-08 13:30:47;1;2\n2020-02-08 13:30:48;1;2\n", "data/anomaly-free/anomaly-free.csv",
            in: folder)
        let series = try load(.skab, folder.path)
        #expect(series.map(\.group) == ["anomaly-free", "valve1"])
        #expect(series[0].events.isEmpty && series[0].learnRows == 2)
        let run = series[1]
        #expect(run.signals.signals.map(\.name) == ["A", "B"] && run.learnRows == 400)
        #expect(run.events == [LabelledEvent(onsetMs: run.timesMs[450], endMs: run.timesMs[469])])

        let shifted = ShiftedSeries.of(run)
        #expect(shifted.events == run.events)
        #expect(shifted.rowCount >= run.rowCount && shifted.values.count == shifted.rowCount * 2)
        #expect(shifted.values.suffix(1000).elementsEqual(run.values))
        #expect(zip(shifted.timesMs, shifted.timesMs.dropFirst()).allSatisfy { $1 - $0 == 1000 })
    }

    // MARK: - Tennessee Eastman

    @Test func theTennesseeProcessIsReadEitherWayRound() throws {
        let folder = try TemporaryFolder("tep")
        func line(_ numbers: [Int]) -> String { numbers.map { "  \($0).5000000e+00" }.joined() + "\n" }
        // 52 lines of 60 samples, as published; a test file of 170 lines of 52 variables.
        try write((0..<52).map { variable in line((0..<60).map { _ in variable }) }.joined(), "d00.dat", in: folder)
        try write((0..<170).map { _ in line(Array(0..<52)) }.joined(), "d05_te.dat", in: folder)
        try write((0..<170).map { _ in line(Array(0..<52)) }.joined(), "d00_te.dat", in: folder)
        try write("training of a fault", "notes.txt", in: folder)
        let series = try load(.tep, folder.path)
        #expect(series.map(\.name) == ["d00.dat", "d00_te.dat", "d05_te.dat"])
        #expect(series[0].rowCount == 60 && series[0].values[51] == 51.5 && series[0].values[52] == 0.5)
        #expect(series[1].events.isEmpty && series[0].learnRows == 60)
        #expect(series[2].events == [LabelledEvent(onsetMs: series[2].timesMs[160], endMs: series[2].timesMs[169])])
        #expect(try #require(series[2].timesMs.first) > series[0].timesMs[59])

        let runs = try FileRuns(files: try EvaluationSet.tep.files(folder.path), prior: EvaluationSet.tep.prior).run()
        #expect(runs.map(\.name) == ["d00_te.dat", "d05_te.dat"])
        #expect(runs[1].traces.count == 5 && runs[1].traces[0].scores.count == 170)
    }

    // MARK: - Nuclear plant

    @Test func accidentsBeginAtAHundredSeconds() throws {
        let folder = try TemporaryFolder("nppad")
        let rows = (0..<20).map { "\($0 * 10).0,\($0 > 10 ? 5 : 1),-0.0" }.joined(separator: "\n")
        try write("TIME,P,VOL\n" + rows, "Operation_csv_data/LOCA/1.csv", in: folder)
        try write("TIME,P,VOL\n" + rows, "Operation_csv_data/Normal/1.csv", in: folder)
        for path in ["", "/Operation_csv_data", "/Operation_csv_data/LOCA"] {
            let series = try load(.nppad, folder.path + path)
            let accident = try #require(series.first { $0.group == "LOCA" })
            #expect(accident.events == [LabelledEvent(onsetMs: 100_000, endMs: 190_000)])
            #expect(series.first { $0.group == "Normal" }?.events.isEmpty != false)
        }
    }

    // MARK: - One's own

    @Test(arguments: [
        ("time,p,label\n0,1.5,0\n1,,1\n2,1e3,0\n", Int64(1000)),
        (
            "\u{FEFF}timestamp;p;anomaly\r\n2026-01-01T00:00:00Z;1.5;False\r\n2026-01-01T00:00:01Z;NaN;True\r\n2026-01-01T00:00:02+00:00;1e3;false\r\n",
            1000
        ),
        ("\"p\",\"ts\",\"fault\"\n1.5,1767225600000,0.0\nnull,1767225601000,1.0\n1000.0,1767225602000,0\n\n", 1000),
        ("t\tp\tis_anomaly\n0.0\t1.5\t0\n0.5\t\t1\n1.0\t1000\t0\n", 500),
    ])
    func ownFilesAreReadInManyForms(text: String, periodMs: Int64) throws {
        let folder = try TemporaryFolder("csv")
        try write(text, "own.csv", in: folder)
        for path in [folder.path, folder.path("own.csv")] {
            let series = try #require(try load(.csv, path).first)
            #expect(series.signals.signals.map(\.name) == ["p"])
            #expect(series.values[0] == 1.5 && series.values[1].isNaN && series.values[2] == 1000)
            #expect(series.timesMs[1] - series.timesMs[0] == periodMs)
            #expect(series.events == [LabelledEvent(onsetMs: series.timesMs[1], endMs: series.timesMs[1])])
        }
    }

    @Test(arguments: [
        ("", "has no rows"), ("time,p\n", "has no rows"), ("a,b\n1,2\n", ":1: needs a column of times"),
        ("time\n1\n", ":1: has no signals"), ("time,p\n1,2\n2,3,4\n", ":3: has 3 fields, the first line has 2"),
        ("time,p\n1,2\n\n2,x\n", ":4: p is not a number: \"x\""), ("time,p\nnoon,2\n", ":2: time is not a time"),
        ("time,p\n2,2\n1,2\n", ":3: goes back in time"), ("time,p,label\n1,2,7\n", ":2: label must be 0 or 1"),
        ("time,p\n1,1e999\n", ":2: p is not a number"), ("time,p\n1,0x10\n", ":2: p is not a number"),
        ("time,p\n1e300,1\n", ":2: time is not a time"), ("time,p\n2026-13-01 00:00:00,1\n", ":2: time is not a time"),
    ])
    func whatIsWrongIsSaidWithItsLine(text: String, problem: String) throws {
        let folder = try TemporaryFolder("csv")
        try write(text, "own.csv", in: folder)
        #expect { try load(.csv, folder.path) } throws: { error in
            "\(error)".contains("own.csv") && "\(error)".contains(problem)
        }
    }

    @Test func foldersWithoutTheSetAreRefused() throws {
        let folder = try TemporaryFolder("empty")
        for set in EvaluationSet.allCases where set != .simulated {
            #expect(throws: EvaluationFailure.self) { try load(set, folder.path) }
            #expect(throws: EvaluationFailure.self) { try load(set, folder.path("absent")) }
        }
    }
}
