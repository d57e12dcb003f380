import Model
import Tables

/// Seeded random tables of every form, with nulls, extremes and repetitions.
struct RandomTable {
    static let words = [
        "", "plain", "comma, and \"quote\"", "two\nlines", "\r\n", "é", "e\u{301}", " blank ", "日本語", "null",
    ]
    let schema: TableSchema
    private(set) var batches: [TableBatch] = []

    init(seed: UInt64, batches count: Int = 4, maxRows: Int = 3000) {
        var random = SeededRandom(seed: seed)
        let labels = (0..<1 + random.below(20)).map { "label \($0)" }
        let forms: [Column.Form] = [.integer, .number, .number32, .text, .flag, .timeMs, .category(labels)]
        var columns: [Column] = []
        for index in 0..<1 + random.below(10) {
            let form = forms[random.below(forms.count)]
            columns.append(
                Column("c\(index)", form, unit: "mm", "column \(index)", isNullable: random.below(2) == 0))
        }
        schema = TableSchema("random", "A random table.", columns)
        for _ in 0..<count { batches.append(RandomTable.batch(schema, random.below(maxRows), &random)) }
    }

    private static func batch(_ schema: TableSchema, _ rows: Int, _ random: inout SeededRandom) -> TableBatch {
        var batch = TableBatch([])
        batch.rowCount = rows
        for (place, column) in schema.columns.enumerated() {
            batch.columns.append(values(column.form, rows, &random))
            let isNumber = column.form == .number || column.form == .number32
            if column.isNullable, random.below(3) > 0, !isNumber {
                batch.valid[place] = (0..<rows).map { _ in random.below(4) > 0 }
            }
        }
        return batch
    }

    private static func values(_ form: Column.Form, _ rows: Int, _ random: inout SeededRandom) -> ColumnValues {
        let style = random.below(4)
        switch form {
        case .integer:
            if style == 0 { return .repeatedInteger(Int64(truncatingIfNeeded: random.next()), count: rows) }
            return .integers((0..<rows).map { _ in integer(style, &random) })
        case .timeMs:
            if style == 0 { return .repeatedInteger(1_767_225_600_123, count: rows) }
            let start = Int64(random.below(1 << 40))
            return .timesMs((0..<rows).map { start + Int64($0) * (style == 1 ? 1000 : Int64(random.below(5000))) })
        case .number: return .numbers((0..<rows).map { _ in number(style, &random) })
        case .number32:
            // JSON has no infinities.
            return .numbers32(
                (0..<rows).map { _ in Float(number(style, &random)) }.map {
                    $0.isInfinite ? .greatestFiniteMagnitude : $0
                })
        case .text:
            if style == 0 { return .repeatedText(words[random.below(words.count)], count: rows) }
            return .texts(
                (0..<rows).map { style == 1 ? "unique \($0) \(random.below(1000))" : words[random.below(words.count)] })
        case .flag: return .flags((0..<rows).map { _ in random.below(2) == 0 })
        case .category(let labels):
            if style == 0 { return .repeatedText(labels[random.below(labels.count)], count: rows) }
            return .categories((0..<rows).map { _ in Int32(random.below(labels.count)) })
        }
    }

    private static func integer(_ style: Int, _ random: inout SeededRandom) -> Int64 {
        switch style {
        case 1: Int64(random.below(10))
        case 2: Int64(bitPattern: random.next())
        default: [Int64.min, Int64.max, 0, -1, 1][random.below(5)]
        }
    }

    private static func number(_ style: Int, _ random: inout SeededRandom) -> Double {
        switch style {
        case 0: Double(random.below(300)) / 10
        case 1: random.normal() * 1e3
        case 2: [0.0, -0.0, .nan, 1e300, -1e-300, .leastNonzeroMagnitude, 5][random.below(7)]
        default: Double(random.below(5))
        }
    }
}

/// One value as every format must give it back; nil for null.
enum Cell: Equatable {
    case integer(Int64), bits(UInt64), text([UInt8]), flag(Bool), notANumber
}

extension TableBatch {
    /// Every row, with what is null as nil; NaN is null in a column that may have nulls.
    func rows(_ schema: TableSchema) -> [[Cell?]] {
        let columns = schema.columns.enumerated().map { place, column in cells(place, column) }
        return (0..<rowCount).map { row in columns.map { $0[row] } }
    }

    private func cells(_ place: Int, _ column: Column) -> [Cell?] {
        let labels: [String] = if case .category(let labels) = column.form { labels } else { [] }
        let cells: [Cell?] =
            switch columns[place] {
            case .integers(let values), .timesMs(let values): values.map { .integer($0) }
            case .numbers(let values):
                values.map { $0.isNaN ? (column.isNullable ? nil : .notANumber) : .bits($0.bitPattern) }
            case .numbers32(let values):
                values.map { $0.isNaN ? (column.isNullable ? nil : .notANumber) : .bits(UInt64($0.bitPattern)) }
            case .texts(let values): values.map { .text(Array($0.utf8)) }
            case .flags(let values): values.map { .flag($0) }
            case .categories(let values):
                values.map { labels.indices.contains(Int($0)) ? .text(Array(labels[Int($0)].utf8)) : nil }
            case .repeatedText(let value, let count): Array(repeating: .text(Array(value.utf8)), count: count)
            case .repeatedInteger(let value, let count): Array(repeating: .integer(value), count: count)
            }
        guard let valid = valid[place] else { return cells }
        return zip(cells, valid).map { $1 ? $0 : nil }
    }
}
