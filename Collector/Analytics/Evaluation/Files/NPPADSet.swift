import Model
import Runtime

/// The nuclear power plant accident data of Tsinghua: a folder for each condition, files of one run each, every ten
/// seconds, the accident from 100 s on.
enum NPPADSet {
    private static let onsetMs: Int64 = 100_000

    static func files(_ path: String) throws(EvaluationFailure) -> [SeriesSource] {
        let folder = try SetFolder(path, published: ["Operation_csv_data", "data"])
        let files = try folder.files(ending: ".csv")
        guard !files.isEmpty else { throw EvaluationFailure(path, "has no .csv files") }
        return files.map { file in SeriesSource(file) { () throws(EvaluationFailure) in try read(file) } }
    }

    private static func read(_ path: String) throws(EvaluationFailure) -> EvaluationSeries {
        let table = try TextTable(path, .byte(0x2C))
        guard table.header.first == "TIME", table.columnCount > 1 else {
            throw EvaluationFailure(path, line: 1, "needs TIME as its first column, and signals")
        }
        var timesMs: [Int64] = []
        var values: [Double] = []
        for row in 0..<table.rowCount {
            timesMs.append(try table.timeMs(row, 0))
            for column in 1..<table.columnCount { values.append(try table.number(row, column)) }
        }
        let key = SetFolder.key(path)
        let condition = String(key.prefix { $0 != "/" })
        var events: [LabelledEvent] = []
        if condition.lowercased() != "normal", let last = timesMs.last, last > onsetMs {
            events = [LabelledEvent(onsetMs: onsetMs, endMs: last)]
        }
        return EvaluationSeries(
            name: key, group: condition,
            signals: EvaluationSeries.signals(Array(table.header.dropFirst()), timesMs: timesMs), timesMs: timesMs,
            values: values, events: events)
    }
}
