import Model
import Runtime

/// The Numenta Anomaly Benchmark: files of one signal below `data/`, windows in `labels/combined_windows.json`.
enum NABSet {
    static func files(_ path: String) throws(EvaluationFailure) -> [SeriesSource] {
        let folder = try SetFolder(path, published: ["data"])
        guard let windowsPath = folder.nearest("combined_windows.json", beside: "labels") else {
            throw EvaluationFailure(path, "needs combined_windows.json, here, in labels/ or in a folder above")
        }
        let windows = try windows(windowsPath)
        let files = try folder.files(ending: ".csv")
        guard !files.isEmpty else { throw EvaluationFailure(path, "has no .csv files") }
        return files.map { file in
            SeriesSource(file) { () throws(EvaluationFailure) in try read(file, windows, windowsPath) }
        }
    }

    /// The rows that no score counts: 15 %, at most 750.
    static func probation(_ rowCount: Int) -> Int { min(rowCount * 15 / 100, 750) }

    private static func read(
        _ path: String, _ windows: [String: [LabelledEvent]], _ windowsPath: String
    ) throws(EvaluationFailure) -> EvaluationSeries {
        let key = SetFolder.key(path)
        guard let events = windows[key] else {
            throw EvaluationFailure(path, "\(Text.escaped(windowsPath)) has no entry \(Text.quoted(key))")
        }
        let table = try TextTable(path, .byte(0x2C))
        guard let time = table.column("timestamp"), let value = table.column("value") else {
            throw EvaluationFailure(path, line: 1, "needs the columns timestamp and value")
        }
        var timesMs: [Int64] = []
        var values: [Double] = []
        for row in 0..<table.rowCount {
            timesMs.append(try table.timeMs(row, time))
            values.append(try table.number(row, value))
        }
        return EvaluationSeries(
            name: key, group: String(key.prefix { $0 != "/" }),
            signals: EvaluationSeries.signals(["value"], timesMs: timesMs), timesMs: timesMs, values: values,
            events: events, learnRows: probation(table.rowCount))
    }

    private static func windows(_ path: String) throws(EvaluationFailure) -> [String: [LabelledEvent]] {
        let json: JSON
        do {
            json = try JSON(try Files.read(path, maxBytes: 1 << 24), limits: .init(bytes: 1 << 24, values: 1_000_000))
        } catch let error as JSON.Failure {
            throw EvaluationFailure(path, line: error.line, error.message)
        } catch {
            throw EvaluationFailure("\(error)")
        }
        guard let members = json.object else { throw EvaluationFailure(path, "must be an object of files") }
        var windows: [String: [LabelledEvent]] = [:]
        for (key, value) in members {
            var events: [LabelledEvent] = []
            for window in value.array ?? [] {
                guard let from = instant(window[0]), let to = instant(window[1]), from <= to else {
                    throw EvaluationFailure(path, "\(Text.quoted(key)) has a window that is no pair of times")
                }
                events.append(LabelledEvent(onsetMs: from, endMs: to))
            }
            windows[key] = events
        }
        return windows
    }

    private static func instant(_ json: JSON?) -> Int64? {
        json?.string.flatMap { TextTable.instantMs(Array($0.utf8)[...]) }
    }
}
