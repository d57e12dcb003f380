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

extension TableBatch {
    /// The first rows.
    public func prefix(_ count: Int) -> TableBatch {
        guard count < rowCount else { return self }
        var batch = TableBatch(columns.map { $0.prefix(count) })
        batch.valid = valid.mapValues { Array($0.prefix(count)) }
        batch.rowCount = count
        return batch
    }

    /// A column's values as CSV has them; what is missing is empty.
    public func cells(of place: Int, _ form: Column.Form) -> [String] {
        var block = CellBlock()
        block.fill(0..<rowCount, of: columns[place], valid: valid[place], form: form, style: .csv)
        return block.ends.indices.map { row in
            String(decoding: block.bytes[(row == 0 ? 0 : block.ends[row - 1])..<block.ends[row]], as: UTF8.self)
        }
    }
}

extension ColumnValues {
    fileprivate func prefix(_ count: Int) -> ColumnValues {
        switch self {
        case .integers(let values): .integers(Array(values.prefix(count)))
        case .numbers(let values): .numbers(Array(values.prefix(count)))
        case .numbers32(let values): .numbers32(Array(values.prefix(count)))
        case .texts(let values): .texts(Array(values.prefix(count)))
        case .flags(let values): .flags(Array(values.prefix(count)))
        case .timesMs(let values): .timesMs(Array(values.prefix(count)))
        case .categories(let values): .categories(Array(values.prefix(count)))
        case .repeatedText(let value, let all): .repeatedText(value, count: min(count, all))
        case .repeatedInteger(let value, let all): .repeatedInteger(value, count: min(count, all))
        }
    }
}
