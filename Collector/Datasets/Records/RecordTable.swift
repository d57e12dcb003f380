import Tables

/// One column of a record table: what it is, and where its values come from.
struct Field<Row>: Sendable {
    let column: Column
    /// The column's values for some rows; and which of them there are, unless all.
    let values: @Sendable ([Row]) -> (values: ColumnValues, valid: [Bool]?)

    private init(_ column: Column, _ values: @escaping @Sendable ([Row]) -> (ColumnValues, [Bool]?)) {
        self.column = column
        self.values = values
    }

    static func text(_ name: String, _ description: String, _ value: @escaping @Sendable (Row) -> String) -> Field {
        Field(Column(name, .text, description)) { (.texts($0.map(value)), nil) }
    }

    static func optionalText(
        _ name: String, _ description: String, _ value: @escaping @Sendable (Row) -> String?
    ) -> Field {
        Field(Column(name, .text, description, isNullable: true)) { rows in
            let values = rows.map(value)
            return (.texts(values.map { $0 ?? "" }), values.map { $0 != nil })
        }
    }

    static func integer(
        _ name: String, unit: String = "", _ description: String, range: ClosedRange<Double>? = nil,
        _ value: @escaping @Sendable (Row) -> Int
    ) -> Field {
        Field(Column(name, .integer, unit: unit, description, range: range)) { rows in
            (.integers(rows.map { Int64(value($0)) }), nil)
        }
    }

    static func optionalInteger(
        _ name: String, unit: String = "", _ description: String, range: ClosedRange<Double>? = nil,
        _ value: @escaping @Sendable (Row) -> Int?
    ) -> Field {
        Field(Column(name, .integer, unit: unit, description, isNullable: true, range: range)) { rows in
            let values = rows.map(value)
            return (.integers(values.map { Int64($0 ?? 0) }), values.map { $0 != nil })
        }
    }

    static func number(
        _ name: String, unit: String = "", _ description: String, range: ClosedRange<Double>? = nil,
        _ value: @escaping @Sendable (Row) -> Double
    ) -> Field {
        Field(Column(name, .number, unit: unit, description, range: range)) { (.numbers($0.map(value)), nil) }
    }

    static func optionalNumber(
        _ name: String, unit: String = "", _ description: String, range: ClosedRange<Double>? = nil,
        _ value: @escaping @Sendable (Row) -> Double?
    ) -> Field {
        Field(Column(name, .number, unit: unit, description, isNullable: true, range: range)) { rows in
            (.numbers(rows.map { value($0) ?? .nan }), nil)
        }
    }

    static func flag(_ name: String, _ description: String, _ value: @escaping @Sendable (Row) -> Bool) -> Field {
        Field(Column(name, .flag, description)) { (.flags($0.map(value)), nil) }
    }

    /// Milliseconds since 1970 UTC; dates are their midnights.
    static func time(_ name: String, _ description: String, _ value: @escaping @Sendable (Row) -> Int64) -> Field {
        Field(Column(name, .timeMs, description)) { (.timesMs($0.map(value)), nil) }
    }

    static func optionalTime(
        _ name: String, _ description: String, _ value: @escaping @Sendable (Row) -> Int64?
    ) -> Field {
        Field(Column(name, .timeMs, description, isNullable: true)) { rows in
            let values = rows.map(value)
            return (.timesMs(values.map { $0 ?? 0 }), values.map { $0 != nil })
        }
    }

    static func category(
        _ name: String, _ words: [String], _ description: String, _ value: @escaping @Sendable (Row) -> Int
    ) -> Field {
        Field(Column(name, .category(words), description)) { (.categories($0.map { Int32(value($0)) }), nil) }
    }

    /// A case of an enumeration, written as its word.
    static func word<Word: RawRepresentable & CaseIterable & Sendable & Equatable>(
        _ name: String, _ description: String, _ value: @escaping @Sendable (Row) -> Word
    ) -> Field where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue)
        return Field(Column(name, .category(words), description)) { rows in
            (
                .categories(
                    rows.map { row in
                        let word = value(row)
                        return Int32(Word.allCases.enumerated().first { $0.element == word }?.offset ?? 0)
                    }), nil
            )
        }
    }
}

/// A table whose rows are values of one type.
struct RecordTable<Row>: Sendable {
    let schema: TableSchema
    private let fields: [Field<Row>]

    init(_ name: String, _ description: String, _ fields: [Field<Row>]) {
        schema = TableSchema(name, description, fields.map(\.column))
        self.fields = fields
    }

    func batch(_ rows: [Row]) -> TableBatch {
        var columns: [ColumnValues] = []
        var valid: [Int: [Bool]] = [:]
        for (index, field) in fields.enumerated() {
            let (values, present) = field.values(rows)
            columns.append(values)
            if let present, present.contains(false) { valid[index] = present }
        }
        return TableBatch(columns, valid: valid)
    }
}
