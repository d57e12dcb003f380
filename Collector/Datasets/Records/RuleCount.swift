import Tables

/// Counts how many rows keep a rule, and remembers the first that does not.
struct RuleCount {
    let rule: String
    private(set) var agreed = 0
    private(set) var looked = 0
    private(set) var example = ""

    init(_ rule: String) { self.rule = rule }

    mutating func look(_ isKept: Bool, _ what: @autoclosure () -> String) {
        looked += 1
        if isKept { agreed += 1 } else if example.isEmpty { example = what() }
    }

    var check: DatasetCheck { DatasetCheck(rule, agreed: agreed, of: looked, example: example) }
}

/// One row of a table that is read back: its columns by their places among those that were asked for.
struct RowView {
    fileprivate let numbers: [[Double]]
    fileprivate let texts: [[String?]]
    fileprivate(set) var row = 0

    /// Nothing is NaN; flags are 0 and 1, categories their places, times milliseconds.
    func number(_ column: Int) -> Double { numbers[column][row] }
    /// Nothing is empty.
    func text(_ column: Int) -> String { texts[column][row] ?? "" }
    func optionalText(_ column: Int) -> String? { texts[column][row] }
}

extension DatasetReader {
    /// Calls `body` with every row of a table, in their order.
    func forEachRow(
        of table: String, numbers: [String] = [], texts: [String] = [],
        _ body: (RowView) throws(DatasetFailure) -> Void
    ) throws(DatasetFailure) {
        try forEachBatch(of: table, columns: numbers + texts) { (batch) throws(DatasetFailure) in
            guard batch.columns.count == numbers.count + texts.count else { return }
            let values = numbers.indices.map { place in
                guard let valid = batch.valid[place] else { return batch.columns[place].asNumbers }
                return zip(batch.columns[place].asNumbers, valid).map { $1 ? $0 : .nan }
            }
            let words = texts.indices.map { place -> [String?] in
                let column = numbers.count + place
                guard let valid = batch.valid[column] else { return batch.columns[column].asTexts }
                return zip(batch.columns[column].asTexts, valid).map { $1 ? $0 : nil }
            }
            var view = RowView(numbers: values, texts: words)
            for row in 0..<batch.rowCount {
                view.row = row
                try body(view)
            }
        }
    }

    /// All texts of a column.
    func texts(of table: String, _ column: String) throws(DatasetFailure) -> Set<String> {
        var found: Set<String> = []
        try forEachRow(of: table, texts: [column]) { (row) throws(DatasetFailure) in found.insert(row.text(0)) }
        return found
    }

    /// Whether every facility that a table names is there.
    func checkFacilities(of table: String) throws(DatasetFailure) -> DatasetCheck {
        try checkReferences(of: table, "facility_id", to: "facilities", "facility_id")
    }

    /// Whether what a column names is in a column of another table; nothing names nothing.
    func checkReferences(
        of table: String, _ column: String, to other: String, _ key: String
    ) throws(DatasetFailure) -> DatasetCheck {
        let known = try texts(of: other, key)
        var rule = RuleCount("\(table).\(column) is in \(other)")
        try forEachRow(of: table, texts: [column]) { (row) throws(DatasetFailure) in
            guard let name = row.optionalText(0) else { return }
            rule.look(known.contains(name), name)
        }
        return rule.check
    }

    /// The words of a category column.
    func words(of table: String, _ column: String) -> [String] {
        guard let found = self.table(table)?.columns.first(where: { $0.name == column }),
            case .category(let words) = found.form
        else { return [] }
        return words
    }
}
