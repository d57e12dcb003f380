import Runtime

/// Reads a table of a known schema, whatever its format, a bounded number of rows at a time.
///
///     var reader = try TableReader(path, .parquet, schema: schema, columns: ["cast_id", "speed"])
///     while let batch = try reader.nextBatch() { … }
public struct TableReader {
    /// Rows of a batch of the formats that are text; of a Parquet file, a row group is one.
    private static let batchRows = 1 << 14

    private var source: any TableSource

    /// Only the named columns are read, and batches have them in the order of the names. Throws what does not fit the
    /// schema, with its place. `separator` is for CSV.
    public init(
        _ path: String, _ format: TableFormat, schema: TableSchema, columns: [String], separator: UInt8 = 0x2C
    ) throws(TableFailure) {
        var wanted: [Column] = []
        for name in columns {
            guard let place = schema.index(of: name) else {
                let hint = NearestName.hint(for: name, in: schema.columns.map(\.name))
                throw TableFailure(path, "table \(schema.name) has no column \(Text.quoted(name))\(hint)")
            }
            wanted.append(schema.columns[place])
        }
        switch format {
        case .parquet: source = try ParquetSource(path, wanted)
        case .csv: source = try CSVSource(path, wanted, separator)
        case .json: source = try JSONSource(path, wanted)
        }
    }

    /// The next rows; nil behind the last.
    public mutating func nextBatch() throws(TableFailure) -> TableBatch? {
        try source.nextBatch(rows: TableReader.batchRows)
    }

    /// Parquet only: leaves out row groups that cannot have this text in a column.
    public mutating func onlyGroups(with text: String, in column: String) {
        source.onlyGroups(with: text, in: column)
    }
}

private protocol TableSource {
    mutating func nextBatch(rows: Int) throws(TableFailure) -> TableBatch?
    mutating func onlyGroups(with text: String, in column: String)
}

extension TableSource {
    mutating func onlyGroups(with text: String, in column: String) {}
}

private struct ParquetSource: TableSource {
    private let reader: ParquetReader
    private let columns: [String]
    private var group = 0
    private var filter: (text: String, column: String)?

    init(_ path: String, _ columns: [Column]) throws(TableFailure) {
        reader = try ParquetReader(path: path)
        self.columns = columns.map(\.name)
        for column in columns {
            guard let place = reader.schema.index(of: column.name) else {
                throw TableFailure(path, "has no column \(Text.quoted(column.name)) that can be read")
            }
            let form = reader.schema.columns[place].form
            guard form == column.form else {
                throw TableFailure(path, "column \(column.name) is of form \(form.word), not \(column.form.word)")
            }
        }
    }

    mutating func onlyGroups(with text: String, in column: String) { filter = (text, column) }

    mutating func nextBatch(rows: Int) throws(TableFailure) -> TableBatch? {
        while group < reader.groupCount {
            defer { group += 1 }
            if let filter, !reader.mayHold(filter.text, column: filter.column, group: group) { continue }
            return try reader.read(group: group, columns: columns)
        }
        return nil
    }
}

private final class CSVSource: TableSource {
    private var reader: CSVReader
    private let columns: [Column]
    private var fields: [Int] = []
    private var builder: RowBuilder

    init(_ path: String, _ columns: [Column], _ separator: UInt8) throws(TableFailure) {
        reader = try CSVReader(path: path, separator: separator)
        self.columns = columns
        builder = RowBuilder(columns)
        for column in columns {
            guard let field = reader.header.firstIndex(of: column.name) else {
                throw TableFailure(path, "has no column \(Text.quoted(column.name))")
            }
            fields.append(field)
        }
    }

    func nextBatch(rows: Int) throws(TableFailure) -> TableBatch? {
        while builder.rowCount < rows, try reader.nextRow() {
            for (place, field) in fields.enumerated() {
                do throws(RowBuilder.Failure) {
                    try builder.add(cell(field, columns[place].form), to: place)
                } catch {
                    throw TableFailure(
                        reader.path, "line \(reader.line), column \(columns[place].name) \(error.problem)")
                }
            }
            builder.endRow()
        }
        return builder.rowCount > 0 ? builder.take() : nil
    }

    private func cell(_ field: Int, _ form: Column.Form) throws(RowBuilder.Failure) -> RowBuilder.Cell {
        if reader.isNull(field) { return .null }
        switch form {
        case .text, .category, .timeMs: return .text(reader.text(field))
        case .number, .number32:
            guard let number = reader.number(field) else { throw wrong(field, "a number") }
            return .number(number)
        case .integer:
            guard let number = Int64(reader.text(field)) else { throw wrong(field, "a whole number") }
            return .integer(number)
        case .flag:
            switch reader.text(field) {
            case "true": return .flag(true)
            case "false": return .flag(false)
            default: throw wrong(field, "true or false")
            }
        }
    }

    private func wrong(_ field: Int, _ wanted: String) -> RowBuilder.Failure {
        RowBuilder.Failure(problem: "must be \(wanted), got \(Text.quoted(reader.text(field)))")
    }
}

private final class JSONSource: TableSource {
    private let path: String
    private var objects: JSONObjects
    private let columns: [Column]
    private var builder: RowBuilder

    init(_ path: String, _ columns: [Column]) throws(TableFailure) {
        self.path = path
        objects = try JSONObjects(path)
        self.columns = columns
        builder = RowBuilder(columns)
    }

    func nextBatch(rows: Int) throws(TableFailure) -> TableBatch? {
        while builder.rowCount < rows, let object = try objects.next() {
            for (place, column) in columns.enumerated() {
                guard let value = object[column.name] else {
                    throw TableFailure(path, "object \(objects.count) has no member \(Text.quoted(column.name))")
                }
                do throws(RowBuilder.Failure) {
                    try builder.add(JSONSource.cell(value), to: place)
                } catch {
                    throw TableFailure(path, "object \(objects.count), \(column.name) \(error.problem)")
                }
            }
            builder.endRow()
        }
        return builder.rowCount > 0 ? builder.take() : nil
    }

    private static func cell(_ value: JSON) throws(RowBuilder.Failure) -> RowBuilder.Cell {
        switch value {
        case .null: return .null
        case .bool(let value): return .flag(value)
        case .int(let value): return .integer(value)
        case .double(let value): return .number(value)
        case .string(let value): return .text(value)
        case .array, .object: throw RowBuilder.Failure(problem: "must be one value, not several")
        }
    }
}
