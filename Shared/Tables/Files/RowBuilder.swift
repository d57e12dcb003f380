import Runtime

/// Builds a batch from cells that come one by one, of files that are text.
struct RowBuilder {
    /// A cell that is not what its column is; in words.
    struct Failure: Error { let problem: String }

    /// A cell as its file has it.
    enum Cell {
        case null
        case text(String)
        case number(Double)
        case integer(Int64)
        case flag(Bool)
    }

    private let columns: [Column]
    private let labels: [[String: Int32]]
    private var integers: [[Int64]]
    private var numbers: [[Double]]
    private var texts: [[String]]
    private var valid: [[Bool]]
    private(set) var rowCount = 0

    init(_ columns: [Column]) {
        self.columns = columns
        labels = columns.map { column in
            guard case .category(let labels) = column.form else { return [:] }
            return Dictionary(labels.enumerated().map { ($1, Int32(clamping: $0)) }) { first, _ in first }
        }
        integers = Array(repeating: [], count: columns.count)
        numbers = integers.map { _ in [] }
        texts = integers.map { _ in [] }
        valid = integers.map { _ in [] }
    }

    /// Adds the cell of a column to the present row.
    mutating func add(_ cell: Cell, to place: Int) throws(Failure) {
        let column = columns[place]
        if case .null = cell {
            // What is no number is written as nothing, also where there may be no nulls.
            guard column.isNullable || column.form == .number || column.form == .number32 else {
                throw Failure(problem: "is empty and must have a value")
            }
            valid[place].append(!column.isNullable)
            switch column.form {
            case .number, .number32: numbers[place].append(.nan)
            case .text: texts[place].append("")
            case .integer, .timeMs, .flag, .category: integers[place].append(0)
            }
            return
        }
        valid[place].append(true)
        switch (column.form, cell) {
        case (.number, .number(let value)), (.number32, .number(let value)): numbers[place].append(value)
        case (.number, .integer(let value)), (.number32, .integer(let value)): numbers[place].append(Double(value))
        case (.integer, .integer(let value)): integers[place].append(value)
        case (.flag, .flag(let value)): integers[place].append(value ? 1 : 0)
        case (.text, .text(let value)): texts[place].append(value)
        case (.timeMs, .text(let value)):
            guard let ms = RFC3339.parse(value) else {
                throw Failure(problem: "must be a time such as 2026-01-01T00:00:00.000Z, got \(Text.quoted(value))")
            }
            integers[place].append(ms)
        case (.category, .text(let value)):
            guard let number = labels[place][value] else {
                throw Failure(problem: "must be one of its words, got \(Text.quoted(value))")
            }
            integers[place].append(Int64(number))
        default: throw Failure(problem: "must be of form \(column.form.word), got \(cell)")
        }
    }

    mutating func endRow() { rowCount += 1 }

    /// The rows so far, and begins anew.
    mutating func take() -> TableBatch {
        var batch = TableBatch([])
        for (place, column) in columns.enumerated() {
            switch column.form {
            case .integer: batch.columns.append(.integers(integers[place]))
            case .timeMs: batch.columns.append(.timesMs(integers[place]))
            case .flag: batch.columns.append(.flags(integers[place].map { $0 != 0 }))
            case .category: batch.columns.append(.categories(integers[place].map { Int32(truncatingIfNeeded: $0) }))
            case .number: batch.columns.append(.numbers(numbers[place]))
            case .number32: batch.columns.append(.numbers32(numbers[place].map { Float($0) }))
            case .text: batch.columns.append(.texts(texts[place]))
            }
            if valid[place].contains(false) { batch.valid[place] = valid[place] }
            integers[place].removeAll(keepingCapacity: true)
            numbers[place].removeAll(keepingCapacity: true)
            texts[place].removeAll(keepingCapacity: true)
            valid[place].removeAll(keepingCapacity: true)
        }
        batch.rowCount = rowCount
        rowCount = 0
        return batch
    }
}
