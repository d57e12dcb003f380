import Tables

/// What every column of a table is like: its numbers' range, distribution and autocorrelation, its words' counts.
struct TableSummary {
    struct Numbers {
        let name: String
        let unit: String
        let range: ClosedRange<Double>?
        var statistics = ColumnStatistics()
        var histogram = Histogram(ColumnStatistics())
    }

    struct Words {
        let name: String
        /// The most frequent first.
        var counts: [(word: String, count: Int)] = []
        /// How many different ones there are; more than these are not counted.
        var isCutOff = false
    }

    private static let maxWords = 1000

    let table: TableSchema
    private(set) var rowCount = 0
    private(set) var numbers: [Numbers] = []
    private(set) var words: [Words] = []
    /// Of the numbers' columns, where the table has more than one.
    private(set) var correlations: Correlations
    private(set) var correlated: [String]

    /// Reads the table twice: ranges first, then what depends on them.
    init(_ dataset: DatasetReader, _ table: TableSchema, _ plan: ReportPlan) throws(DatasetFailure) {
        self.table = table
        let series = plan.series.flatMap { $0.table == table.name ? $0 : nil }
        if let series, let sensor = series.sensor, let value = series.value {
            correlated = []
            correlations = Correlations(0)
            try readLong(dataset, series, sensor, value)
        } else {
            correlated = table.columns.filter { $0.isNumber }.map(\.name)
            correlations = Correlations(correlated.count)
            try readWide(dataset, group: series?.group)
        }
        try readWords(dataset)
    }

    private mutating func readWide(_ dataset: DatasetReader, group: String?) throws(DatasetFailure) {
        let columns = table.columns.filter { $0.isNumber }
        guard !columns.isEmpty else { return }
        var numbers = columns.map { Numbers(name: $0.name, unit: $0.unit, range: $0.range) }
        let isSeries = group != nil
        var rowCount = 0
        var correlations = correlations
        let names = columns.map(\.name) + (group.map { [$0] } ?? [])
        var last = ""
        try dataset.forEachBatch(of: table.name, columns: names) { (batch) throws(DatasetFailure) in
            let groups = group.map { SeriesData.words(batch.columns[columns.count], table, $0) } ?? []
            let values = columns.indices.map { batch.columns[$0].asNumbers }
            for row in 0..<batch.rowCount {
                if !isSeries || groups[row] != last {
                    for place in numbers.indices { numbers[place].statistics.breakSeries() }
                    if isSeries { last = groups[row] }
                }
                for place in numbers.indices {
                    let isValid = batch.valid[place]?[row] ?? true
                    numbers[place].statistics.add(isValid ? values[place][row] : .nan)
                }
            }
            // A sample is enough for the coefficients, and the squares of all columns are many.
            for row in stride(from: 0, to: batch.rowCount, by: max(batch.rowCount / 2000, 1)) {
                correlations.add(values.map { $0[row] })
            }
            rowCount += batch.rowCount
        }
        for place in numbers.indices { numbers[place].histogram = Histogram(numbers[place].statistics) }
        try dataset.forEachBatch(of: table.name, columns: columns.map(\.name)) { (batch) throws(DatasetFailure) in
            for place in numbers.indices {
                for value in batch.columns[place].asNumbers { numbers[place].histogram.add(value) }
            }
        }
        self.numbers = numbers
        self.rowCount = rowCount
        self.correlations = correlations
    }

    /// A long table: each sensor is what a column is in a wide one.
    private mutating func readLong(
        _ dataset: DatasetReader, _ series: ReportPlan.Series, _ sensor: String, _ value: String
    ) throws(DatasetFailure) {
        let labels = SeriesData.labels(of: sensor, in: table)
        var places: [String: Int] = [:]
        var numbers: [Numbers] = []
        var rowCount = 0
        var lasts: [String] = []
        for isSecond in [false, true] {
            try dataset.forEachBatch(of: table.name, columns: [sensor, value, series.group]) {
                (batch) throws(DatasetFailure) in
                let names = SeriesData.words(batch.columns[0], labels)
                let values = batch.columns[1].asNumbers
                let groups = isSecond ? [] : SeriesData.words(batch.columns[2], table, series.group)
                for row in 0..<batch.rowCount {
                    let place = places[names[row]] ?? numbers.count
                    if isSecond {
                        numbers[place].histogram.add(values[row])
                        continue
                    }
                    if place == numbers.count {
                        places[names[row]] = place
                        numbers.append(Numbers(name: names[row], unit: "", range: nil))
                        lasts.append("")
                    }
                    if groups[row] != lasts[place] {
                        numbers[place].statistics.breakSeries()
                        lasts[place] = groups[row]
                    }
                    numbers[place].statistics.add(values[row])
                }
                if !isSecond { rowCount += batch.rowCount }
            }
            for place in numbers.indices where !isSecond {
                numbers[place].histogram = Histogram(numbers[place].statistics)
            }
        }
        self.numbers = numbers
        self.rowCount = rowCount
    }

    private mutating func readWords(_ dataset: DatasetReader) throws(DatasetFailure) {
        let columns = table.columns.filter { column in
            switch column.form {
            case .text, .category, .flag: true
            case .integer, .number, .number32, .timeMs: false
            }
        }
        guard !columns.isEmpty else { return }
        var counts = columns.map { _ in [String: Int]() }
        var isCutOff = columns.map { _ in false }
        var rows = 0
        try dataset.forEachBatch(of: table.name, columns: columns.map(\.name)) { (batch) throws(DatasetFailure) in
            rows += batch.rowCount
            for (place, column) in columns.enumerated() {
                let words: [String]
                if case .flags(let flags) = batch.columns[place] {
                    words = flags.map { $0 ? "true" : "false" }
                } else {
                    words = SeriesData.words(batch.columns[place], table, column.name)
                }
                for (row, word) in words.enumerated() {
                    let isValid = batch.valid[place]?[row] ?? true
                    let word = isValid ? word : "(missing)"
                    if counts[place][word] != nil || counts[place].count < TableSummary.maxWords {
                        counts[place][word, default: 0] += 1
                    } else {
                        isCutOff[place] = true
                    }
                }
            }
        }
        rowCount = max(rowCount, rows)
        words = columns.indices.map { place in
            Words(
                name: columns[place].name,
                counts: counts[place].sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
                isCutOff: isCutOff[place])
        }
    }
}

extension Column {
    /// Whether the column has numbers of its own, which neither name nor number something.
    var isNumber: Bool { form == .number || form == .number32 || form == .integer }
}
