import Glibc
import Model
import Tables
import TestSupport

/// Writing a table from memory to Parquet, beside pyarrow with the same values, compression, level and row groups, on
/// the same disk, each until the disk has it. Processor time of all threads, so that other work on the machine disturbs
/// little; both writers use one thread, and the time on the wall stands in the note.
struct ParquetBench: Benchmark {
    static let name = "parquet"
    private static let rounds = 5

    func run(_ bench: inout Bench) throws {
        let folder = try TemporaryFolder("parquet")
        for table in [WideCasts.table, LongCasts.table, NoisyNumbers.table] {
            let path = folder.path("\(table.schema.name).parquet")
            var seconds: [Double] = []
            var walls: [Double] = []
            for _ in 0..<ParquetBench.rounds {
                let wall = ContinuousClock.now
                seconds.append(try write(table, path))
                let time = (ContinuousClock.now - wall).components
                walls.append(Double(time.seconds) + Double(time.attoseconds) * 1e-18)
            }
            let rival = try bench.rivals.python(
                "parquet.py", [path, folder.path("rival.parquet"), "\(ParquetBench.rounds)"])
            let values = Double(table.rowCount * table.schema.columns.count)
            let rate = values / median(seconds) / 1e6
            let rivalRate = values / (try rival.figure("seconds")) / 1e6
            let bytes = try fileSize(path)
            try bench.report.add(
                Figure(
                    name: ParquetBench.name, figure: table.schema.name, value: rate, unit: "million values/s",
                    rival: "pyarrow", rivalValue: rivalRate, bar: .ratioAtLeast(1),
                    note: "\(table.rowCount) rows of \(table.schema.columns.count) columns; "
                        + "\(bytes) bytes, pyarrow's \(Int(try rival.figure("bytes"))); on the wall "
                        + "\(Figure.rounded(median(walls))) s, pyarrow \(Figure.rounded(try rival.figure("wall"))) s"))
        }
    }

    private func write(_ table: BenchTable, _ path: String) throws -> Double {
        let start = processorSeconds()
        var writer = try ParquetWriter(path: path, schema: table.schema)
        for batch in table.batches { try writer.append(batch) }
        try writer.finish()
        return processorSeconds() - start
    }

    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func fileSize(_ path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SupportFailure("cannot examine \(path)") }
        return status.st_size
    }
}

private struct BenchTable {
    let schema: TableSchema
    let batches: [TableBatch]
    var rowCount: Int { batches.reduce(0) { $0 + $1.rowCount } }
}

/// Signals as instruments give them: slow, noisy, and rounded to a few decimals.
private struct BenchSignal {
    private var random: SeededRandom
    private var level = 0.0
    private let base: Double
    private let scale: Double

    init(_ number: Int, cast: Int) {
        random = SeededRandom(seed: 42, stream: UInt64(cast * 1000 + number))
        base = Double(number * 37 % 1500)
        scale = [1, 10, 10, 100, 1000][number % 5]
    }

    mutating func values(_ count: Int) -> [Double] {
        (0..<count).map { _ in
            level += 0.05 * (random.normal() - level)
            return ((base + 3 * level + 0.3 * random.normal()) * scale).rounded() / scale
        }
    }
}

private let castSeconds = 3600
private let startMs: Int64 = 1_767_225_600_000
private func castTimes(_ cast: Int) -> [Int64] {
    (0..<castSeconds).map { startMs + Int64(cast * castSeconds + $0) * 1000 }
}

/// 300 casts, a column for each of 40 signals.
private enum WideCasts {
    static var table: BenchTable {
        let signals = (0..<40).map { Column("signal_\($0)", .number, unit: "mm") }
        let schema = TableSchema("wide", "Casts.", [Column("cast_id", .text), Column("time", .timeMs)] + signals)
        return BenchTable(
            schema: schema,
            batches: (0..<300).map { cast in
                var columns: [ColumnValues] = [
                    .repeatedText("cast-\(cast)", count: castSeconds), .timesMs(castTimes(cast)),
                ]
                for number in signals.indices {
                    var signal = BenchSignal(number, cast: cast)
                    columns.append(.numbers(signal.values(castSeconds)))
                }
                return TableBatch(columns)
            })
    }
}

/// 60 casts, a row for each value of 40 signals.
private enum LongCasts {
    static var table: BenchTable {
        let names = (0..<40).map { "signal_\($0)" }
        let schema = TableSchema(
            "long", "Casts.",
            [
                Column("cast_id", .text), Column("time", .timeMs), Column("sensor_name", .category(names)),
                Column("value", .number),
            ])
        return BenchTable(
            schema: schema,
            batches: (0..<60).flatMap { cast in
                names.indices.map { number in
                    var signal = BenchSignal(number, cast: cast)
                    return TableBatch([
                        .repeatedText("cast-\(cast)", count: castSeconds), .timesMs(castTimes(cast)),
                        .repeatedText(names[number], count: castSeconds), .numbers(signal.values(castSeconds)),
                    ])
                }
            })
    }
}

/// Numbers of which no two are the same.
private enum NoisyNumbers {
    static var table: BenchTable {
        let columns = (0..<8).map { Column("noise_\($0)", .number) }
        var random = SeededRandom(seed: 7)
        return BenchTable(
            schema: TableSchema("noisy", "Noise.", columns),
            batches: (0..<20).map { _ in
                TableBatch(columns.map { _ in .numbers((0..<50_000).map { _ in random.normal() }) })
            })
    }
}
