import Tables
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct RoundTripTests {
    @Test(arguments: Seeds.list(fixed: 12, fresh: 3))
    func everyFormatGivesBackWhatWasWritten(seed: UInt64) throws {
        let table = RandomTable(seed: seed)
        let folder = try TemporaryFolder("tables")
        let wanted = table.batches.flatMap { $0.rows(table.schema) }
        for format in TableFormat.allCases {
            let path = folder.path("table.\(format.rawValue)")
            try write(table, format, path)
            var reader = try TableReader(path, format, schema: table.schema, columns: table.schema.columns.map(\.name))
            var found: [[Cell?]] = []
            while let batch = try reader.nextBatch() { found += batch.rows(table.schema) }
            let wrong = found.indices.first { $0 < wanted.count && found[$0] != wanted[$0] } ?? -1
            #expect(found.count == wanted.count && wrong < 0, "\(format), row \(wrong): \(replayHint(seed))")
        }
    }

    @Test func schemaUnitsAndMetadataComeBack() throws {
        let schema = TableSchema(
            "casts", "All casts.",
            [
                Column("id", .integer, "Which.", range: 0...10), Column("speed", .number, unit: "m/min", "How fast."),
                Column("grade", .category(["low", "high"]), "Which steel.", isNullable: true),
            ])
        let folder = try TemporaryFolder("tables")
        var writer = try ParquetWriter(path: folder.path("t.parquet"), schema: schema, metadata: ["a": "b"])
        try writer.append(TableBatch([.integers([1]), .numbers([1.5]), .categories([1])]))
        try writer.finish()
        let reader = try ParquetReader(path: folder.path("t.parquet"))
        #expect(reader.schema == schema)
        #expect(reader.metadata["a"] == "b")
        #expect(reader.metadata["unit:speed"] == "m/min")
        #expect(reader.metadata["description:grade"] == "Which steel.")
    }

    @Test func largeTablesHaveSeveralRowGroups() throws {
        let schema = TableSchema("t", "", [Column("n", .integer), Column("x", .number, isNullable: true)])
        let folder = try TemporaryFolder("tables")
        var writer = try ParquetWriter(path: folder.path("t.parquet"), schema: schema)
        let rows = 270_000
        let numbers = (0..<rows).map { $0 % 7 == 0 ? Double.nan : Double($0) }
        for batch in 0..<5 {
            try writer.append(TableBatch([.repeatedInteger(Int64(batch), count: rows), .numbers(numbers)]))
        }
        try writer.finish()
        let reader = try ParquetReader(path: folder.path("t.parquet"))
        #expect(reader.groupCount == 2)
        #expect(reader.rowCount == 5 * rows)
        let last = try reader.read(group: 1, columns: ["x", "n"])
        #expect(last.rowCount == rows)
        #expect(last.columns[1] == .integers(Array(repeating: 4, count: rows)))
        #expect(last.valid[0]?.count { !$0 } == numbers.count { $0.isNaN })
    }

    @Test func batchesThatDoNotFitAreRefused() throws {
        let schema = TableSchema("t", "", [Column("n", .integer), Column("c", .category(["a"]))])
        let folder = try TemporaryFolder("tables")
        let bad: [(TableBatch, String)] = [
            (TableBatch([.integers([1])]), "columns"), (TableBatch([.integers([1]), .categories([])]), "rows"),
            (TableBatch([.numbers([1]), .categories([0])]), "another form"),
            (TableBatch([.integers([1]), .categories([1])]), "category 1 of 1"),
            (TableBatch([.integers([1]), .repeatedText("b", count: 1)]), "no category"),
            (TableBatch([.integers([1]), .categories([0])], valid: [0: [false]]), "null"),
        ]
        for (batch, words) in bad {
            var parquet = try ParquetWriter(path: folder.path("t.parquet"), schema: schema)
            let failure = #expect(throws: TableFailure.self) { try parquet.append(batch) }
            #expect(failure?.problem.contains(words) == true, "\(failure?.problem ?? "")")
            var csv = try CSVWriter(path: folder.path("t.csv"), schema: schema)
            #expect(throws: TableFailure.self) { try csv.append(batch) }
        }
    }
}

func write(_ table: RandomTable, _ format: TableFormat, _ path: String) throws {
    switch format {
    case .parquet:
        var writer = try ParquetWriter(path: path, schema: table.schema)
        for batch in table.batches { try writer.append(batch) }
        try writer.finish()
    case .csv:
        var writer = try CSVWriter(path: path, schema: table.schema)
        for batch in table.batches { try writer.append(batch) }
        try writer.finish()
    case .json:
        var writer = try JSONTableWriter(path: path, schema: table.schema)
        for batch in table.batches { try writer.append(batch) }
        try writer.finish()
    }
}
