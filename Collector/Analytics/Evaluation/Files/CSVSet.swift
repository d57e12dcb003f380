import Model
import Runtime

/// Files of the user's own: a column of times, one of labels if there are any, and signals in all others.
enum CSVSet {
    static let timeNames = ["time", "timestamp", "datetime", "date", "ts", "t"]
    static let labelNames = ["label", "anomaly", "is_anomaly", "fault", "attack"]
    private static let mostLearnRows = 750

    static func files(_ path: String) throws(EvaluationFailure) -> [SeriesSource] {
        let files = Files.isFolder(path) ? try SetFolder(path).files(ending: ".csv") : [path]
        guard !files.isEmpty else { throw EvaluationFailure(path, "has no .csv files") }
        return files.map { file in SeriesSource(file) { () throws(EvaluationFailure) in try read(file) } }
    }

    private static func read(_ path: String) throws(EvaluationFailure) -> EvaluationSeries {
        let table = try TextTable(path, .byte(try separator(path)))
        let names = table.header.map { $0.lowercased() }
        guard let time = names.firstIndex(where: timeNames.contains) else {
            throw EvaluationFailure(
                path, line: 1, "needs a column of times, named \(timeNames.joined(separator: ", "))")
        }
        let label = names.firstIndex(where: labelNames.contains)
        let measured = (0..<table.columnCount).filter { $0 != time && $0 != label }
        guard !measured.isEmpty else { throw EvaluationFailure(path, line: 1, "has no signals") }
        var timesMs: [Int64] = []
        var values: [Double] = []
        var isFaulty: [Bool] = []
        for row in 0..<table.rowCount {
            let timeMs = try table.timeMs(row, time)
            if let last = timesMs.last, timeMs < last { throw table.failure(row, "goes back in time") }
            timesMs.append(timeMs)
            for column in measured { values.append(try table.number(row, column)) }
            isFaulty.append(label == nil ? false : try table.flag(row, label ?? 0))
        }
        return EvaluationSeries(
            name: Files.name(of: path), group: "",
            signals: EvaluationSeries.signals(measured.map { table.header[$0] }, timesMs: timesMs),
            timesMs: timesMs, values: values,
            events: EvaluationSeries.events(timesMs: timesMs, isFaulty: isFaulty),
            learnRows: min(table.rowCount * 15 / 100, mostLearnRows))
    }

    /// The first of tab, semicolon and comma that the first line has.
    private static func separator(_ path: String) throws(EvaluationFailure) -> UInt8 {
        var first: [UInt8] = []
        var isWhole = false
        do {
            try Files.forEachPiece(of: path) { piece in
                guard !isWhole else { return }
                let end = piece.firstIndex(of: 0x0A)
                first.append(contentsOf: piece[..<(end ?? piece.count)].prefix(1 << 20))
                isWhole = end != nil || first.count >= 1 << 20
            }
        } catch {
            throw EvaluationFailure("\(error)")
        }
        return [0x09, 0x3B].first(where: first.contains) ?? 0x2C
    }
}
