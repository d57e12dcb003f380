import Runtime
import Tables
import TestSupport
import Testing

/// pyarrow, pandas, polars and DuckDB read what we write, and we read what they write.
@Suite(
    .timeLimit(.minutes(15)), .serialized,
    .enabled(if: IndependentReaders.obstacle == nil, "\(IndependentReaders.obstacle ?? "")"))
struct ReadersTests {
    @Test func everyReaderSeesTheSameValues() async throws {
        try await offPool {
            let folder = try TemporaryFolder("readers")
            let seeds = Seeds.list(fixed: 20, fresh: 4)
            for seed in seeds {
                let table = RandomTable(seed: seed, batches: 3, maxRows: 2000)
                guard table.batches.contains(where: { $0.rowCount > 0 }) else { continue }
                let own = try folder.folder("\(seed)")
                for format in TableFormat.allCases { try write(table, format, "\(own)/table.\(format.rawValue)") }
                try Files.write(table.expected, to: "\(own)/expected.json")
            }
            let differences = try IndependentReaders.run("TablesTests/Python/read_tables.py", [folder.path])
            #expect(
                differences == "", "replay with: BELLWETHER_SEED=n swift test --filter everyReaderSeesTheSameValues")
        }
    }

    @Test func weReadWhatOthersWrite() async throws {
        try await offPool {
            let folder = try TemporaryFolder("writers")
            _ = try IndependentReaders.run("TablesTests/Python/write_tables.py", [folder.path])
            let names = try Files.entries(of: folder.path).filter { $0 != "refused" }
            #expect(names.count == 22)
            for name in names { try check(folder.path(name)) }
            for name in try Files.entries(of: folder.path("refused")) {
                let path = folder.path("refused/\(name)")
                let reader = try ParquetReader(path: path)
                for column in name == "nested.parquet" ? ["list.list.element", "map.a", "money"] : ["x"] {
                    let failure = #expect(throws: TableFailure.self) { try reader.read(group: 0, columns: [column]) }
                    #expect(failure?.problem.contains("write") == true, "\(name) \(column): \(failure?.problem ?? "")")
                }
            }
        }
    }

    /// The table of `write_tables.py`.
    private func check(_ path: String) throws {
        let reader = try ParquetReader(path: path)
        #expect(reader.rowCount == 5000, "\(path)")
        #expect(
            Set(reader.schema.columns.map(\.name)).isSuperset(of: ["n", "x", "f", "word", "flag", "when", "maybe"]))
        var row = 0
        for group in 0..<reader.groupCount {
            let batch = try reader.read(group: group, columns: ["n", "x", "f", "word", "flag", "when", "maybe"])
            let rows = row..<row + batch.rowCount
            #expect(batch.columns[0] == .integers(rows.map { Int64($0 * $0 - 1000) }), "\(path)")
            #expect(batch.columns[1] == .numbers(rows.map { Double($0) / 8 }), "\(path)")
            #expect(batch.columns[2] == .numbers32(rows.map { Float($0 % 100) / 4 }), "\(path)")
            #expect(batch.columns[3] == .texts(rows.map { "word \($0 % 7) é" }), "\(path)")
            #expect(batch.columns[4] == .flags(rows.map { $0 % 3 == 0 }), "\(path)")
            #expect(batch.columns[5] == .timesMs(rows.map { 1_767_225_600_000 + Int64($0) * 1000 }), "\(path)")
            if case .numbers(let numbers) = batch.columns[6] {
                let isRight = zip(rows, numbers).allSatisfy { $0 % 5 == 0 ? $1.isNaN : $1 == Double($0) / 2 }
                #expect(isRight, "\(path)")
            }
            row = rows.upperBound
        }
        #expect(row == 5000, "\(path)")
    }
}

extension RandomTable {
    /// The table for `read_tables.py`: every value in a form that loses nothing.
    var expected: [UInt8] {
        let rows = batches.flatMap { $0.rows(schema) }
        var json = JSONWriter()
        json.object { json in
            json.key("names")
            json.array { json in for column in schema.columns { json.string(column.name) } }
            json.key("forms")
            json.array { json in for column in schema.columns { json.string(column.form.word) } }
            json.key("columns")
            json.array { json in
                for place in schema.columns.indices {
                    json.array { json in
                        for row in rows {
                            switch row[place] {
                            case nil: json.null()
                            case .integer(let value): json.string("\(value)")
                            case .notANumber: json.string("nan")
                            case .bits(let bits): json.string("\(bits)")
                            case .text(let bytes): json.string(String(decoding: bytes, as: UTF8.self))
                            case .flag(let value): json.bool(value)
                            }
                        }
                    }
                }
            }
        }
        return json.bytes
    }
}
