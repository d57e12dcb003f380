/// The values of one column in a batch, in the order of the rows.
///
/// In a column that may be null, a number that is NaN is null; other nulls are told by `TableBatch.valid`, and the
/// value in their place does not matter.
public enum ColumnValues: Sendable, Equatable {
    case integers([Int64])
    case numbers([Double])
    case numbers32([Float])
    case texts([String])
    case flags([Bool])
    /// Milliseconds since 1970 UTC.
    case timesMs([Int64])
    /// Places in the column's list of words.
    case categories([Int32])
    /// Every row the same: costs nothing. For columns of texts and of categories.
    case repeatedText(String, count: Int)
    /// Every row the same: costs nothing. For columns of integers and of times.
    case repeatedInteger(Int64, count: Int)

    public var count: Int {
        switch self {
        case .integers(let values), .timesMs(let values): values.count
        case .numbers(let values): values.count
        case .numbers32(let values): values.count
        case .texts(let values): values.count
        case .flags(let values): values.count
        case .categories(let values): values.count
        case .repeatedText(_, let count), .repeatedInteger(_, let count): count
        }
    }
}

/// Some rows of a table, column by column.
public struct TableBatch: Sendable, Equatable {
    /// In the order of the schema.
    public var columns: [ColumnValues]
    /// By the column's place: whether each row has a value. A column that is not here has them all.
    public var valid: [Int: [Bool]]
    public var rowCount: Int

    public init(_ columns: [ColumnValues], valid: [Int: [Bool]] = [:]) {
        self.columns = columns
        self.valid = valid
        rowCount = columns.first?.count ?? 0
    }
}
