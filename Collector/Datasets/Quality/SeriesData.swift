import Runtime
import Tables

/// The columns of one group (cast, run, facility) over time.
struct SeriesData {
    struct Line {
        let name: String
        let unit: String
        let values: [Double]
        /// Milliseconds since 1970.
        let times: [Double]
    }

    let group: String
    var lines: [Line]

    /// Reads one group. In a long table each sensor is a line, in a wide one each column.
    init(
        _ dataset: DatasetReader, _ plan: ReportPlan.Series, group: String, columns: [String] = []
    ) throws(DatasetFailure) {
        self.group = group
        guard let table = dataset.table(plan.table) else {
            throw .failed("\(dataset.folder): has no table \(plan.table)")
        }
        var gathered = Gathered()
        if let sensor = plan.sensor, let value = plan.value {
            let unit = table.columns.first { $0.name == value }?.unit ?? ""
            let names = SeriesData.labels(of: sensor, in: table)
            try dataset.forEachBatch(
                of: plan.table, columns: [plan.group, plan.time, sensor, value], having: (group, plan.group)
            ) { (batch) throws(DatasetFailure) in
                let groups = SeriesData.words(batch.columns[0], table, plan.group)
                let sensors = SeriesData.words(batch.columns[2], names)
                let times = batch.columns[1].asNumbers
                let values = batch.columns[3].asNumbers
                for row in 0..<batch.rowCount where groups[row] == group {
                    gathered.add(sensors[row], unit, times[row], values[row])
                }
            }
        } else {
            let wanted = columns.isEmpty ? SeriesData.columns(of: plan, in: table) : columns
            for column in wanted where table.index(of: column) == nil {
                let hint = NearestName.hint(for: column, in: table.columns.map(\.name))
                throw .usage("--columns: table \(table.name) has no column \(Text.quoted(column))\(hint)")
            }
            try dataset.forEachBatch(
                of: plan.table, columns: [plan.group, plan.time] + wanted, having: (group, plan.group)
            ) { (batch) throws(DatasetFailure) in
                let groups = SeriesData.words(batch.columns[0], table, plan.group)
                guard groups.contains(group) else { return }
                let times = batch.columns[1].asNumbers
                for (place, name) in wanted.enumerated() {
                    let unit = table.columns.first { $0.name == name }?.unit ?? ""
                    let values = batch.columns[place + 2].asNumbers
                    for row in 0..<batch.rowCount where groups[row] == group {
                        gathered.add(name, unit, times[row], values[row])
                    }
                }
            }
        }
        lines = gathered.lines.filter { columns.isEmpty || columns.contains($0.name) }
    }

    /// Lines in the order in which they first come.
    private struct Gathered {
        var order: [String] = []
        var units: [String: String] = [:]
        var times: [String: [Double]] = [:]
        var values: [String: [Double]] = [:]

        mutating func add(_ name: String, _ unit: String, _ time: Double, _ value: Double) {
            if times[name] == nil {
                order.append(name)
                units[name] = unit
            }
            times[name, default: []].append(time)
            values[name, default: []].append(value)
        }

        var lines: [Line] {
            order.map { Line(name: $0, unit: units[$0] ?? "", values: values[$0] ?? [], times: times[$0] ?? []) }
        }
    }

    /// The groups of a dataset, in the order in which they first come, at most `limit`.
    static func groups(
        _ dataset: DatasetReader, _ plan: ReportPlan.Series, limit: Int
    ) throws(DatasetFailure) -> [String] {
        guard let table = dataset.table(plan.table) else { return [] }
        var found: [String] = []
        var known: Set<String> = []
        try dataset.forEachBatch(of: plan.table, columns: [plan.group]) { (batch) throws(DatasetFailure) in
            guard found.count < limit else { return }
            for group in words(batch.columns[0], table, plan.group) where known.insert(group).inserted {
                if found.count < limit { found.append(group) }
            }
        }
        return found
    }

    /// The columns that a plan means.
    static func columns(of plan: ReportPlan.Series, in table: TableSchema) -> [String] {
        if !plan.columns.isEmpty { return plan.columns.filter { table.index(of: $0) != nil } }
        return table.columns.filter { $0.form == .number || $0.form == .number32 }.map(\.name)
    }

    static func labels(of column: String, in table: TableSchema) -> [String] {
        guard case .category(let labels)? = table.columns.first(where: { $0.name == column })?.form else { return [] }
        return labels
    }

    /// A column's values as words, whatever tells the groups apart.
    static func words(_ values: ColumnValues, _ table: TableSchema, _ column: String) -> [String] {
        words(values, labels(of: column, in: table))
    }

    static func words(_ values: ColumnValues, _ labels: [String]) -> [String] {
        switch values {
        case .texts, .repeatedText: return values.asTexts
        case .categories(let places): return places.map { labels.indices.contains(Int($0)) ? labels[Int($0)] : "" }
        case .integers(let numbers): return numbers.map { String($0) }
        default: return Array(repeating: "", count: values.count)
        }
    }
}
