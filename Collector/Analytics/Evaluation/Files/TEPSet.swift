import Model
import Runtime

/// The Tennessee Eastman process as Russell, Chiang and Braatz published it: `d00.dat` to learn from, `dNN_te.dat` to
/// test, 52 variables every three minutes, the fault from sample 161 on.
enum TEPSet {
    static let variables = 52
    static let normalRows = 160
    private static let periodMs: Int64 = 180_000
    /// Between the run to learn from and the run that is judged.
    private static let pauseMs: Int64 = 86_400_000

    static func files(_ path: String) throws(EvaluationFailure) -> [SeriesSource] {
        let files = try SetFolder(path, published: ["data"]).files(ending: ".dat")
        let tests = files.filter { $0.hasSuffix("_te.dat") && number(of: Files.name(of: $0)) != nil }
        guard !tests.isEmpty else { throw EvaluationFailure(path, "has no test files: d00_te.dat to d21_te.dat") }
        guard let learn = files.first(where: { Files.name(of: $0) == "d00.dat" }) else {
            return tests.map { file in
                SeriesSource(file) { () throws(EvaluationFailure) in try test(file, learnRows: normalRows) }
            }
        }
        let normal = SeriesSource(learn) { () throws(EvaluationFailure) in
            var series = try read(learn)
            series.learnRows = series.rowCount
            // It ends before the runs that are judged begin, however long it is.
            let shiftMs = pauseMs + Int64(series.rowCount) * periodMs
            series.timesMs = series.timesMs.map { $0 - shiftMs }
            return series
        }
        return [normal]
            + tests.map { file in
                SeriesSource(file, history: 0) { () throws(EvaluationFailure) in try test(file, learnRows: 0) }
            }
    }

    private static func test(_ path: String, learnRows: Int) throws(EvaluationFailure) -> EvaluationSeries {
        var series = try read(path)
        series.learnRows = min(learnRows, series.rowCount)
        if number(of: Files.name(of: path)) != 0, series.rowCount > normalRows, let end = series.timesMs.last {
            series.events = [LabelledEvent(onsetMs: series.timesMs[normalRows], endMs: end)]
        }
        return series
    }

    /// The fault's number, from `d05.dat` or `d05_te.dat`.
    private static func number(of name: String) -> Int? {
        guard name.hasPrefix("d"), name.hasSuffix(".dat") else { return nil }
        let stem = name.dropFirst().dropLast(4)
        let digits = stem.hasSuffix("_te") ? stem.dropLast(3) : stem
        guard digits.utf8.count == 2, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(digits)
    }

    /// `d00.dat` was published with variables as lines; the others have samples as lines.
    private static func read(_ path: String) throws(EvaluationFailure) -> EvaluationSeries {
        let table = try TextTable(path, .blanks, hasHeader: false)
        let isTransposed = table.columnCount != variables && table.rowCount == variables
        guard isTransposed || table.columnCount == variables else {
            throw EvaluationFailure(path, line: 1, "has \(table.columnCount) numbers, needs \(variables)")
        }
        let rows = isTransposed ? table.columnCount : table.rowCount
        var values: [Double] = []
        values.reserveCapacity(rows * variables)
        for row in 0..<rows {
            for variable in 0..<variables {
                values.append(try isTransposed ? table.number(variable, row) : table.number(row, variable))
            }
        }
        let timesMs = (0..<rows).map { Int64($0) * periodMs }
        let names = (1...variables).map { $0 <= 41 ? "xmeas_\($0)" : "xmv_\($0 - 41)" }
        let name = Files.name(of: path)
        return EvaluationSeries(
            name: name, group: String(name.prefix(3)), signals: EvaluationSeries.signals(names, timesMs: timesMs),
            timesMs: timesMs, values: values)
    }
}
