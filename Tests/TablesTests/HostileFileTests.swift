import Model
import Runtime
import Tables
import TestSupport
import Testing

/// Damaged and hostile files are read or refused in words; nothing traps, and nothing takes memory for what a file
/// merely claims.
@Suite(.timeLimit(.minutes(10))) struct HostileFileTests {
    /// Reads everything there is to read; false when the file is refused.
    private func read(_ path: String, _ format: TableFormat, _ schema: TableSchema) -> Bool {
        do {
            if format == .parquet {
                let reader = try ParquetReader(path: path)
                for group in 0..<reader.groupCount {
                    for column in reader.schema.columns { _ = try? reader.read(group: group, columns: [column.name]) }
                }
            }
            var reader = try TableReader(path, format, schema: schema, columns: schema.columns.map(\.name))
            while try reader.nextBatch() != nil {}
            return true
        } catch {
            #expect(!error.problem.isEmpty)
            return false
        }
    }

    @Test(arguments: TableFormat.allCases)
    func everyTruncationIsRefused(format: TableFormat) async throws {
        try await offPool {
            let folder = try TemporaryFolder("hostile")
            let table = RandomTable(seed: 3, batches: 2, maxRows: 40)
            let path = folder.path("t")
            try write(table, format, path)
            let bytes = try Files.read(path, maxBytes: 1 << 24)
            for length in stride(from: 0, to: bytes.count, by: max(bytes.count / 150, 1)) {
                try Files.write(Array(bytes[..<length]), to: path)
                let isRead = read(path, format, table.schema)
                // Without the last end of line a JSON file is whole.
                if format == .json, length == bytes.count - 1 { continue }
                // A CSV file that is cut between two rows is a shorter one: the manifest's sum finds that.
                if format != .csv { #expect(!isRead, "\(format), \(length) of \(bytes.count) bytes") }
            }
        }
    }

    @Test(arguments: Seeds.list(fixed: 8, fresh: 3))
    func changedBytesNeverTrap(seed: UInt64) async throws {
        try await offPool {
            let folder = try TemporaryFolder("hostile")
            var random = SeededRandom(seed: seed, stream: 1)
            for format in TableFormat.allCases {
                let table = RandomTable(seed: seed, batches: 2, maxRows: 200)
                let path = folder.path("t")
                try write(table, format, path)
                let bytes = try Files.read(path, maxBytes: 1 << 24)
                for round in 0..<100 {
                    var changed = bytes
                    for _ in 0..<1 + random.below(4) {
                        // The footer is where the claims are.
                        let isTail = round % 2 == 0 && format == .parquet
                        let place =
                            isTail ? bytes.count - 1 - random.below(min(1200, bytes.count)) : random.below(bytes.count)
                        changed[place] = round % 3 == 0 ? 0xFF : UInt8(truncatingIfNeeded: random.next())
                    }
                    try Files.write(changed, to: path)
                    _ = read(path, format, table.schema)
                }
            }
        }
    }

    @Test(
        .enabled(if: IndependentReaders.obstacle == nil, "\(IndependentReaders.obstacle ?? "")"),
        arguments: Seeds.list(fixed: 5, fresh: 2))
    func otherWritersFilesWithChangedBytesNeverTrap(seed: UInt64) async throws {
        try await offPool {
            let folder = try TemporaryFolder("hostile")
            _ = try IndependentReaders.run("TablesTests/Python/write_tables.py", [folder.path])
            var random = SeededRandom(seed: seed, stream: 2)
            for name in try Files.entries(of: folder.path) where name != "refused" {
                let bytes = try Files.read(folder.path(name), maxBytes: 1 << 24)
                let schema = try ParquetReader(path: folder.path(name)).schema
                for _ in 0..<12 {
                    var changed = bytes
                    for _ in 0..<1 + random.below(6) {
                        changed[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                    }
                    try Files.write(changed, to: folder.path("changed"))
                    _ = read(folder.path("changed"), .parquet, schema)
                }
            }
        }
    }

    @Test func claimsAreHeldAgainstTheFile() throws {
        let folder = try TemporaryFolder("hostile")
        let schema = TableSchema("t", "", [Column("x", .number)])
        for (bytes, words) in [
            ([], "0 bytes"), (Array("PAR1".utf8) + [0xFF, 0xFF, 0xFF, 0x7F] + Array("PAR1".utf8), "claims a footer"),
            (Array("PAR1".utf8) + [0, 0, 0, 0] + Array("PAR1".utf8), "footer"),
            (Array("NOPE".utf8) + [UInt8](repeating: 0, count: 20), "PAR1"),
        ] {
            let path = folder.path("t.parquet")
            try Files.write(bytes, to: path)
            let failure = #expect(throws: TableFailure.self) { try ParquetReader(path: path) }
            #expect(failure?.problem.contains(words) == true, "\(failure?.problem ?? "")")
        }
        for (text, words) in [
            ("", "is empty"), ("y\n1\n", "no column"), ("x\n1,2\n", "line 2 has 2 fields"), ("x\n\"1\n", "cut off"),
            ("x\none\n", "line 2, column x must be a number"), ("x\n\"1\"2\n", "behind a closing quote"),
        ] {
            let path = folder.path("t.csv")
            try Files.write(Array(text.utf8), to: path)
            let failure = #expect(throws: TableFailure.self) {
                var reader = try TableReader(path, .csv, schema: schema, columns: ["x"])
                while try reader.nextBatch() != nil {}
            }
            #expect(failure?.problem.contains(words) == true, "\(failure?.problem ?? "")")
        }
        #expect(throws: TableFailure.self) { try ParquetReader(path: folder.path) }
        #expect(throws: TableFailure.self) { try ParquetReader(path: folder.path("nothing")) }
        #expect(throws: TableFailure.self) {
            _ = try ParquetWriter(path: folder.path("no/such/folder"), schema: schema)
        }
        let failure = #expect(throws: TableFailure.self) { _ = try ParquetWriter(path: "/dev/full", schema: schema) }
        #expect(failure?.problem.contains("make room") == true)
    }
}
