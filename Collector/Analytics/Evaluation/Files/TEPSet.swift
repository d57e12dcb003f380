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

    static func load(_ path: String) throws(EvaluationFailure) -> [EvaluationSeries] {
        let files = try SetFolder(path, published: ["data"]).files(ending: ".dat")
            .filter { number(of: Files.name(of: $0)) != nil }
        var series: [EvaluationSeries] = []
        if let learn = files.first(where: { Files.name(of: $0) == "d00.dat" }) {
            var normal = try read(learn, fromMs: 0)
            normal.learnRows = normal.rowCount
            series.append(normal)
        }
        let startMs = series.first.map { $0.timesMs.last ?? 0 }.map { $0 + pauseMs } ?? 0
        let hasHistory = !series.isEmpty
        for file in files where file.hasSuffix("_te.dat") {
            var test = try read(file, fromMs: startMs)
            test.history = hasHistory ? 0 : nil
            test.learnRows = hasHistory ? 0 : min(normalRows, test.rowCount)
            if number(of: Files.name(of: file)) != 0, test.rowCount > normalRows, let end = test.timesMs.last {
                test.events = [LabelledEvent(onsetMs: test.timesMs[normalRows], endMs: end)]
            }
            series.append(test)
        }
        guard series.count > (hasHistory ? 1 : 0) else {
            throw EvaluationFailure(path, "has no test files: d00_te.dat to d21_te.dat")
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
    private static func read(_ path: String, fromMs: Int64) throws(EvaluationFailure) -> EvaluationSeries {
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
        let timesMs = (0..<rows).map { fromMs + Int64($0) * periodMs }
        let names = (1...variables).map { $0 <= 41 ? "xmeas_\($0)" : "xmv_\($0 - 41)" }
        let name = Files.name(of: path)
        return EvaluationSeries(
            name: name, group: String(name.prefix(3)), signals: EvaluationSeries.signals(names, timesMs: timesMs),
            timesMs: timesMs, values: values)
    }
}
