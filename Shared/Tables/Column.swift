/// A column of a table: its name, what it holds and in which unit.
public struct Column: Sendable, Equatable {
    /// What a column's values are.
    public enum Form: Sendable, Equatable {
        /// 64-bit whole numbers.
        case integer
        /// 64-bit floating point.
        case number
        /// 32-bit floating point.
        case number32
        /// UTF-8 text.
        case text
        /// True or false.
        case flag
        /// Milliseconds since 1970 UTC.
        case timeMs
        /// One of a list of words: stored as its place in the list, read by others as the word.
        case category([String])
    }

    /// Unique within its table, lower_snake_case.
    public let name: String
    public let form: Form
    /// UCUM code ("Cel", "MPa", "mm/s"); empty for what has none.
    public let unit: String
    /// A sentence for people.
    public let description: String
    /// Whether values may be missing.
    public let isNullable: Bool
    /// Where every number must lie; nil: anywhere.
    public let range: ClosedRange<Double>?

    public init(
        _ name: String, _ form: Form, unit: String = "", _ description: String = "", isNullable: Bool = false,
        range: ClosedRange<Double>? = nil
    ) {
        self.name = name
        self.form = form
        self.unit = unit
        self.description = description
        self.isNullable = isNullable
        self.range = range
    }
}

/// What a table is called, what it is about, and its columns.
public struct TableSchema: Sendable, Equatable {
    /// Lower case words; also the file's name without its ending.
    public let name: String
    /// A sentence for people.
    public let description: String
    public let columns: [Column]

    public init(_ name: String, _ description: String, _ columns: [Column]) {
        self.name = name
        self.description = description
        self.columns = columns
    }

    /// The place of a column.
    public func index(of column: String) -> Int? { columns.firstIndex { $0.name == column } }
}
