import CPostgres

/// The result of a query, held in memory as the server sent it.
public final class PostgresRows: RandomAccessCollection {
    let result: ResultHandle
    public let count: Int
    let columnCount: Int

    init(_ result: consuming ResultHandle) {
        count = Int(PQntuples(result.raw))
        columnCount = Int(PQnfields(result.raw))
        self.result = result
    }

    var status: ExecStatusType { result.status }
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }
    public subscript(position: Int) -> PostgresRow { PostgresRow(rows: self, index: Int32(position)) }

    public var columnNames: [String] { (0..<columnCount).map(columnName) }

    func columnName(_ column: Int) -> String { PQfname(result.raw, Int32(column)).map { String(cString: $0) } ?? "?" }

    fileprivate func cell(_ row: Int32, _ column: Int) -> PostgresCell? {
        guard column >= 0, column < columnCount, row >= 0, row < count else { return nil }
        let column = Int32(truncatingIfNeeded: column)
        let isNull = PQgetisnull(result.raw, row, column) != 0
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result.raw, row, column), count: Int(PQgetlength(result.raw, row, column)))
        return PostgresCell(type: PQftype(result.raw, column), bytes: isNull ? nil : bytes)
    }
}

/// One row; reads its columns by position, counted from 0, as the type that the place asks for:
///
///     let id: Int64 = try row[0]
///     let title: String? = try row[1]
public struct PostgresRow {
    let rows: PostgresRows
    let index: Int32

    public subscript<T: PostgresDecodable>(_ column: Int) -> T {
        get throws(PostgresFailure) {
            guard let cell = rows.cell(index, column) else {
                throw PostgresFailure(.bug, "column \(column) was asked of a row of \(rows.columnCount)")
            }
            if let value = T.decode(cell) { return value }
            let held = cell.bytes == nil ? "NULL" : "a value of type \(cell.type) that does not fit"
            throw PostgresFailure(.bug, "column \(rows.columnName(column)) was read as \(T.self) but holds \(held)")
        }
    }
}
