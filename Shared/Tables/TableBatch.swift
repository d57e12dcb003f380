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

extension TableBatch {
    /// The rows of all the batches, one behind the other; they are batches of this schema.
    public init(joining batches: [TableBatch], of schema: TableSchema) {
        self.init([])
        for (place, column) in schema.columns.enumerated() {
            columns.append(ColumnValues(joining: batches.map { $0.columns[place] }, of: column.form))
            guard batches.contains(where: { $0.valid[place] != nil }) else { continue }
            valid[place] = batches.flatMap { $0.valid[place] ?? Array(repeating: true, count: $0.rowCount) }
        }
        rowCount = batches.reduce(0) { $0 + $1.rowCount }
    }
}

extension ColumnValues {
    fileprivate init(joining parts: [ColumnValues], of form: Column.Form) {
        switch form {
        case .integer: self = .integers(parts.flatMap(\.wholeNumbers))
        case .timeMs: self = .timesMs(parts.flatMap(\.wholeNumbers))
        case .number:
            self = .numbers(
                parts.flatMap { part -> [Double] in if case .numbers(let values) = part { values } else { [] } })
        case .number32:
            self = .numbers32(
                parts.flatMap { part -> [Float] in if case .numbers32(let values) = part { values } else { [] } })
        case .flag:
            self = .flags(parts.flatMap { part -> [Bool] in if case .flags(let values) = part { values } else { [] } })
        case .text: self = .texts(parts.flatMap(\.words))
        case .category(let labels):
            self = .categories(
                parts.flatMap { part -> [Int32] in
                    switch part {
                    case .categories(let places): places
                    case .repeatedText(let word, let count):
                        Array(repeating: Int32(clamping: labels.firstIndex(of: word) ?? 0), count: count)
                    default: []
                    }
                })
        }
    }

    private var wholeNumbers: [Int64] {
        switch self {
        case .integers(let values), .timesMs(let values): values
        case .repeatedInteger(let value, let count): Array(repeating: value, count: count)
        default: []
        }
    }

    private var words: [String] {
        switch self {
        case .texts(let values): values
        case .repeatedText(let value, let count): Array(repeating: value, count: count)
        default: []
        }
    }
}
