import Runtime

/// Turns batches into the rows of a CSV file or of a JSON array. Needs no file, so that several threads can encode
/// while one writes; belongs to one thread.
public final class TextTableEncoder {
    /// So many rows are put together at a time.
    private static let blockRows = 256

    private let schema: TableSchema
    private let style: CellBlock.Style
    /// What stands before each cell.
    private let before: [[UInt8]]
    private let afterRow: [UInt8]
    private var blocks: [CellBlock]
    private var bytes: [UInt8] = []

    /// Nil for Parquet, which is no text.
    public init?(_ format: TableFormat, _ schema: TableSchema) {
        self.schema = schema
        switch format {
        case .parquet: return nil
        case .csv:
            style = .csv
            before = schema.columns.indices.map { $0 == 0 ? [] : Array(",".utf8) }
            afterRow = Array("\r\n".utf8)
        case .json:
            style = .json
            before = schema.columns.enumerated().map { place, column in
                // Each row begins with the comma behind the one before; the file drops its first.
                var bytes = Array((place == 0 ? ",\n{" : ",").utf8)
                JSONWriter.append(column.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                return bytes
            }
            afterRow = Array("}".utf8)
        }
        blocks = Array(repeating: CellBlock(), count: schema.columns.count)
    }

    /// Adds rows; see `TableWriter.append`. `path` stands in the failure only.
    public func append(_ batch: TableBatch, path: String) throws(TableFailure) {
        if let problem = schema.problem(with: batch) { throw TableFailure(path, problem) }
        var row = 0
        while row < batch.rowCount {
            let rows = row..<min(row + TextTableEncoder.blockRows, batch.rowCount)
            for (place, column) in schema.columns.enumerated() {
                blocks[place].fill(
                    rows, of: batch.columns[place], valid: batch.valid[place], form: column.form, style: style)
            }
            for index in 0..<rows.count {
                for place in blocks.indices {
                    bytes.append(contentsOf: before[place])
                    let start = index == 0 ? 0 : blocks[place].ends[index - 1]
                    bytes.append(contentsOf: blocks[place].bytes[start..<blocks[place].ends[index]])
                }
                bytes.append(contentsOf: afterRow)
            }
            row = rows.upperBound
        }
    }

    public var byteCount: Int { bytes.count }

    /// What was encoded since the last time.
    public func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
