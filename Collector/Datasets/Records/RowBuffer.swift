import Tables

/// Collects the rows of one table and hands them on in long batches.
struct RowBuffer<Row: Sendable> {
    private static var most: Int { 8192 }
    private let table: RecordTable<Row>
    private let place: Int
    private var rows: [Row] = []

    /// `place` of the table among the kind's tables.
    init(_ table: RecordTable<Row>, at place: Int) {
        self.table = table
        self.place = place
    }

    mutating func append(_ row: Row, to output: inout DatasetPart) throws(DatasetFailure) {
        rows.append(row)
        if rows.count >= RowBuffer.most { try flush(to: &output) }
    }

    mutating func append(_ some: [Row], to output: inout DatasetPart) throws(DatasetFailure) {
        for row in some { try append(row, to: &output) }
    }

    mutating func flush(to output: inout DatasetPart) throws(DatasetFailure) {
        guard !rows.isEmpty else { return }
        try output.append(table.batch(rows), to: place)
        rows.removeAll(keepingCapacity: true)
    }
}
