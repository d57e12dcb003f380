import Runtime
import Tables

/// `bellwether-dataset preview`
enum PreviewCommand {
    private static let maxRows = 10_000

    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        let type = try arguments.kind(kinds)
        let form = try arguments.choice("format", of: ["text", "csv", "json"]) ?? "text"
        let rows = try arguments.int("count", in: 1...maxRows) ?? 10
        let request = try arguments.request(type, rows: rows)
        do throws(DatasetFailure) {
            let kind = try type.init(request)
            let sink = CollectingSink(kind.tables, rows: rows)
            // The first rows may be those of several parts.
            for part in 0..<min(kind.partCount, rows) where !sink.isFull {
                var output = DatasetPart(into: sink)
                try kind.generate(part: part, into: &output)
            }
            return StandardOutput.finish(sink.text(form))
        } catch {
            return failed("preview", error)
        }
    }
}

/// Keeps the first rows of every table, as text.
private final class CollectingSink: RowSink {
    private let tables: [TableSchema]
    private let rows: Int
    private var batches: [[TableBatch]]
    private var counts: [Int]

    init(_ tables: [TableSchema], rows: Int) {
        self.tables = tables
        self.rows = rows
        batches = tables.map { _ in [] }
        counts = tables.map { _ in 0 }
    }

    var isFull: Bool { counts.allSatisfy { $0 >= rows } }

    func append(_ batch: TableBatch, to table: Int) throws(TableFailure) {
        guard tables.indices.contains(table), counts[table] < rows else { return }
        let part = batch.prefix(rows - counts[table])
        batches[table].append(part)
        counts[table] += part.rowCount
    }

    func text(_ form: String) -> String {
        var text = ""
        for (place, schema) in tables.enumerated() {
            switch form {
            case "csv", "json":
                let format: TableFormat = form == "csv" ? .csv : .json
                guard let encoder = TextTableEncoder(format, schema) else { continue }
                for batch in batches[place] { try? encoder.append(batch, path: schema.name) }
                text += TextTableFile.text(format, schema, rows: encoder.take())
            default:
                text += "\(schema.name): \(schema.description)\n" + PlainTable.text(schema, batches[place]) + "\n"
            }
        }
        return text
    }
}

/// Rows for people, in columns.
private enum PlainTable {
    static func text(_ schema: TableSchema, _ batches: [TableBatch]) -> String {
        var lines: [[String]] = [schema.columns.map { $0.unit.isEmpty ? $0.name : "\($0.name) [\($0.unit)]" }]
        for batch in batches {
            let cells = schema.columns.indices.map { batch.cells(of: $0, schema.columns[$0].form) }
            for row in 0..<batch.rowCount { lines.append(cells.map { $0[row] }) }
        }
        let widths = schema.columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            line.enumerated().map { column, cell in
                cell + (column + 1 < line.count ? String(repeating: " ", count: widths[column] - cell.count) : "")
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}
