import Model

/// The Skoltech Anomaly Benchmark: a pump loop at 1 Hz, with a label and a change-point flag in each row.
enum SKABSet {
    /// The first rows of each file are normal by the set's own protocol.
    static let learnRows = 400

    static func files(_ path: String) throws(EvaluationFailure) -> [SeriesSource] {
        let folder = try SetFolder(path, published: ["data"])
        let files = try folder.files(ending: ".csv")
        guard !files.isEmpty else { throw EvaluationFailure(path, "has no .csv files") }
        return files.map { file in SeriesSource(file) { () throws(EvaluationFailure) in try read(file) } }
    }

    private static func read(_ path: String) throws(EvaluationFailure) -> EvaluationSeries {
        let table = try TextTable(path, .byte(UInt8(ascii: ";")))
        guard let time = table.column("datetime") else {
            throw EvaluationFailure(path, line: 1, "needs the columns datetime and, unless it is normal, anomaly")
        }
        // The change points are the edges of the anomalies, and 60 s around them: no signal, and nothing new.
        let (anomaly, change) = (table.column("anomaly"), table.column("changepoint"))
        let measured = (0..<table.columnCount).filter { $0 != time && $0 != anomaly && $0 != change }
        guard !measured.isEmpty else { throw EvaluationFailure(path, line: 1, "has no signals") }
        var timesMs: [Int64] = []
        var values: [Double] = []
        var isFaulty: [Bool] = []
        for row in 0..<table.rowCount {
            timesMs.append(try table.timeMs(row, time))
            for column in measured { values.append(try table.number(row, column)) }
            isFaulty.append(anomaly == nil ? false : try table.flag(row, anomaly ?? 0))
        }
        let key = SetFolder.key(path)
        return EvaluationSeries(
            name: key, group: String(key.prefix { $0 != "/" }),
            signals: EvaluationSeries.signals(measured.map { table.header[$0] }, timesMs: timesMs),
            timesMs: timesMs, values: values,
            events: EvaluationSeries.events(timesMs: timesMs, isFaulty: isFaulty),
            learnRows: min(learnRows, table.rowCount))
    }
}
