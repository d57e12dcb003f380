import Glibc

@testable import Tables

/// What must hold for any bytes of a table's file: asked by the tests and by the fuzz targets. Nil if it does, else
/// what does not.
enum TableChecks {
    /// More is not looked at: what a file claims may be far larger than the file.
    private static let mostRows = 1 << 16
    private static let mostGroups = 8

    /// The forms that a column can have, by which files of text are read.
    static let schema = TableSchema(
        "any", "Every form of column.",
        [
            Column("n", .integer, isNullable: true), Column("x", .number, isNullable: true), Column("f", .number32),
            Column("word", .text, isNullable: true), Column("flag", .flag, isNullable: true),
            Column("when", .timeMs, isNullable: true), Column("kind", .category(["a", "b", ""]), isNullable: true),
        ])

    // MARK: - Parquet

    static func parquet(_ bytes: [UInt8]) -> String? {
        withFile(bytes) { path in
            guard let reader = try? ParquetReader(path: path) else { return nil }
            let columns = reader.schema.columns
            if Set(columns.map(\.name)).count != columns.count { return "two columns of one name" }
            if reader.rowCount < 0 { return "\(reader.rowCount) rows" }
            for group in 0..<min(reader.groupCount, mostGroups) where reader.rows(of: group) <= mostRows {
                for column in columns.prefix(16) {
                    _ = reader.mayHold("word", column: column.name, group: group)
                    guard let batch = try? reader.read(group: group, columns: [column.name]) else { continue }
                    if let problem = problem(batch, [column]) { return "group \(group), \(column.name): \(problem)" }
                    if batch.rowCount != reader.rows(of: group) { return "\(batch.rowCount) rows" }
                }
            }
            return nil
        }
    }

    /// A batch has as many values as rows in every column, and only words of its lists.
    private static func problem(_ batch: TableBatch, _ columns: [Column]) -> String? {
        guard batch.columns.count == columns.count else { return "\(batch.columns.count) columns" }
        for (place, column) in columns.enumerated() {
            let values = batch.columns[place]
            if values.count != batch.rowCount { return "\(values.count) values in \(batch.rowCount) rows" }
            if let valid = batch.valid[place], valid.count != batch.rowCount { return "\(valid.count) marks" }
            if batch.valid[place] != nil, !column.isNullable { return "marks of nulls where there are none" }
            if case .categories(let places) = values {
                guard case .category(let labels) = column.form, places.allSatisfy({ labels.indices.contains(Int($0)) })
                else { return "a word that is not in the list" }
            }
            if batch.cells(of: place, column.form).count != batch.rowCount { return "another number of cells" }
        }
        return nil
    }

    // MARK: - Text

    /// The first byte says whether the others are JSON, or CSV and with which separator.
    static func text(_ bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let rest = Array(bytes.dropFirst())
        return switch first % 4 {
        case 0: withFile(rest) { rows($0, .json, separator: 0x2C) }
        case 1: csv(rest, separator: 0x3B)
        default: csv(rest, separator: 0x2C)
        }
    }

    private static func csv(_ bytes: [UInt8], separator: UInt8) -> String? {
        withFile(bytes) { path in
            if let problem = rows(path, .csv, separator: separator) { return problem }
            guard let cells = try? cells(path, separator), cells.count > 1 else { return nil }
            // What is read means the same when it is written out again.
            let written = cells.map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
            return withFile(Array(written.utf8)) { path in
                guard let again = try? TableChecks.cells(path, 0x2C) else { return "cannot be read again: \(written)" }
                return again.dropFirst().elementsEqual(cells.dropFirst()) ? nil : "other cells: \(written)"
            }
        }
    }

    private static func quoted(_ cell: String?) -> String {
        guard let cell else { return "" }
        var text = "\""
        for scalar in cell.unicodeScalars {
            if scalar == "\"" { text.unicodeScalars.append(scalar) }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    /// The header and the rows, a null as nil; throws what is wrong with the file.
    private static func cells(_ path: String, _ separator: UInt8) throws(TableFailure) -> [[String?]] {
        var reader = try CSVReader(path: path, separator: separator)
        var cells: [[String?]] = [reader.header]
        while try reader.nextRow() {
            cells.append(
                reader.header.indices.map { column in
                    let number = reader.number(column)
                    return number?.isNaN == true ? "a number that is none" : nullable(reader, column)
                })
        }
        return cells
    }

    private static func nullable(_ reader: CSVReader, _ column: Int) -> String? {
        reader.isNull(column) ? nil : reader.text(column)
    }

    /// Reads by the schema of all forms those columns that are there.
    private static func rows(_ path: String, _ format: TableFormat, separator: UInt8) -> String? {
        for columns in [schema.columns.map(\.name), ["n"], ["x", "word"], ["flag", "when"], ["kind"]] {
            do throws(TableFailure) {
                var reader = try TableReader(path, format, schema: schema, columns: columns, separator: separator)
                let wanted = columns.compactMap { name in schema.columns.first { $0.name == name } }
                while let batch = try reader.nextBatch() {
                    if let problem = problem(batch, wanted) { return problem }
                }
            } catch {
                if error.problem.isEmpty || error.problem.utf8.count > 4_000 { return "a problem without words" }
            }
        }
        return nil
    }

    // MARK: - Files

    /// Calls `body` with the path of a file of these bytes that has no name in any folder.
    private static func withFile(_ bytes: [UInt8], _ body: (String) -> String?) -> String? {
        var name = Array("/dev/shm/bellwether-check-XXXXXX".utf8CString)
        let fd = mkstemp(&name)
        guard fd >= 0 else { return "cannot make a file: \(errno)" }
        defer { close(fd) }
        unlink(name)
        guard write(fd, bytes, bytes.count) == bytes.count else { return "cannot write \(bytes.count) bytes: \(errno)" }
        return body("/proc/self/fd/\(fd)")
    }
}
