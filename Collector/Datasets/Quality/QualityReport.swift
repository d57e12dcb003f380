import Runtime
import Tables

/// A dataset's quality as one HTML page that needs nothing else: pictures inside, no scripts, nothing from the network.
struct QualityReport {
    private static let galleryGroups = 6

    private let dataset: DatasetReader
    private let plan: ReportPlan
    private let checks: [Validation.Finding]
    private var html = ""

    /// Reads the whole dataset.
    static func page(
        _ dataset: DatasetReader, _ kinds: [any DatasetKind.Type]
    ) throws(DatasetFailure) -> String {
        let kind = kinds.first { $0.name == dataset.kind }
        var report = QualityReport(
            dataset: dataset, plan: kind?.reportPlan ?? ReportPlan(),
            checks: Validation.findings(dataset, kinds))
        try report.write()
        return report.html
    }

    private init(dataset: DatasetReader, plan: ReportPlan, checks: [Validation.Finding]) {
        self.dataset = dataset
        self.plan = plan
        self.checks = checks
    }

    private mutating func write() throws(DatasetFailure) {
        let title = "Quality of \(Files.name(of: dataset.folder)) (\(dataset.kind), seed \(dataset.seed))"
        html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>\(SVG.escaped(title))</title>"
        html += "<meta name=\"viewport\" content=\"width=device-width\"><style>\(QualityReport.style)</style></head>"
        html += "<body><h1>\(SVG.escaped(title))</h1>"
        writeTotals()
        writeChecks()
        try writeShares()
        var summaries: [TableSummary] = []
        for table in dataset.tables { summaries.append(try TableSummary(dataset, table, plan)) }
        writeExpectations(summaries)
        try writePictures()
        for summary in summaries { write(summary) }
        html += "</body></html>\n"
    }

    private mutating func heading(_ text: String) { html += "<h2>\(SVG.escaped(text))</h2>" }

    private mutating func table(_ heads: [String], _ rows: [[String]]) {
        html += "<table><thead><tr>" + heads.map { "<th>\(SVG.escaped($0))</th>" }.joined() + "</tr></thead><tbody>"
        // Cells are HTML already.
        for row in rows { html += "<tr>" + row.map { "<td>\($0)</td>" }.joined() + "</tr>" }
        html += "</tbody></table>"
    }

    private static func verdict(_ isGood: Bool) -> String {
        isGood ? "<span class=\"good\">✓ as expected</span>" : "<span class=\"bad\">✗ not as expected</span>"
    }

    private mutating func writeTotals() {
        guard !dataset.totals.sums.isEmpty else { return }
        heading("Totals")
        table(
            ["what", "sum"],
            dataset.totals.sums.sorted { $0.key < $1.key }.map { [SVG.escaped($0.key), SVG.number($0.value)] })
    }

    private mutating func writeChecks() {
        heading("Files, schema and rules")
        table(
            ["check", "", "result"],
            checks.map { [SVG.escaped($0.what), QualityReport.verdict($0.isGood), SVG.escaped($0.words)] })
    }

    private mutating func writeShares() throws(DatasetFailure) {
        guard !plan.shares.isEmpty else { return }
        heading("Shares")
        var rows: [[String]] = []
        for share in plan.shares where dataset.table(share.table) != nil {
            var hits = 0
            var count = 0
            try dataset.forEachBatch(of: share.table, columns: [share.flag]) { (batch) throws(DatasetFailure) in
                hits += batch.columns[0].asNumbers.count { $0 == 1 }
                count += batch.rowCount
            }
            let interval = WilsonInterval.of(hits, count)
            let asked = share.expectedMember.flatMap { dataset.configuration[$0]?.double }
            let isGood = asked.map { interval.contains($0) } ?? share.expected.overlaps(interval)
            let wanted =
                asked.map { percent($0) }
                ?? "\(percent(share.expected.lowerBound)) to \(percent(share.expected.upperBound))"
            rows.append([
                "\(SVG.escaped(share.table)).\(SVG.escaped(share.flag))", "\(hits) of \(count)",
                "\(percent(Double(hits) / Double(max(count, 1)))) (95 %: \(percent(interval.lowerBound)) to "
                    + "\(percent(interval.upperBound)))", wanted, QualityReport.verdict(isGood),
            ])
        }
        table(["flag", "count", "share", "expected", ""], rows)
    }

    private func percent(_ share: Double) -> String { "\(SVG.number((share * 1000).rounded() / 10)) %" }

    private mutating func writeExpectations(_ summaries: [TableSummary]) {
        guard !plan.correlations.isEmpty else { return }
        heading("Correlations against expectation")
        var rows: [[String]] = []
        for wanted in plan.correlations {
            guard let summary = summaries.first(where: { $0.table.name == wanted.table }),
                let first = summary.correlated.firstIndex(of: wanted.first),
                let second = summary.correlated.firstIndex(of: wanted.second)
            else { continue }
            let found = summary.correlations.coefficient(first, second)
            rows.append([
                "\(SVG.escaped(wanted.first)) and \(SVG.escaped(wanted.second))",
                found.map { SVG.number($0) } ?? "constant",
                "\(SVG.number(wanted.expected.lowerBound)) to \(SVG.number(wanted.expected.upperBound))",
                QualityReport.verdict(found.map { wanted.expected.contains($0) } ?? false),
            ])
        }
        table(["columns", "coefficient", "expected", ""], rows)
    }

    // MARK: - Pictures

    private mutating func writePictures() throws(DatasetFailure) {
        guard let series = plan.series, dataset.table(series.table) != nil else { return }
        let labelled = try gallery(series)
        if labelled.isEmpty {
            heading("Over time")
            for group in try SeriesData.groups(dataset, series, limit: 1) { try draw(series, group, title: group) }
        } else {
            heading("Gallery: one of each")
            for (label, group) in labelled { try draw(series, group, title: "\(label): \(group)") }
        }
    }

    /// The first group of each label.
    private func gallery(_ series: ReportPlan.Series) throws(DatasetFailure) -> [(label: String, group: String)] {
        guard let (name, label) = plan.gallery, let table = dataset.table(name), table.index(of: label) != nil,
            table.index(of: series.group) != nil
        else { return [] }
        var found: [(label: String, group: String)] = []
        try dataset.forEachBatch(of: name, columns: [label, series.group]) { (batch) throws(DatasetFailure) in
            let labels = SeriesData.words(batch.columns[0], table, label)
            let groups = SeriesData.words(batch.columns[1], table, series.group)
            for row in 0..<batch.rowCount where found.count < QualityReport.galleryGroups {
                if !found.contains(where: { $0.label == labels[row] }) { found.append((labels[row], groups[row])) }
            }
        }
        return found.sorted { $0.label < $1.label }
    }

    private mutating func draw(
        _ series: ReportPlan.Series, _ group: String, title: String
    ) throws(DatasetFailure) {
        let data = try SeriesData(dataset, series, group: group)
        html += "<figure>\(SVG.series(data, title: title))</figure>"
    }

    // MARK: - Tables

    private mutating func write(_ summary: TableSummary) {
        heading("Table \(summary.table.name): \(summary.rowCount) rows")
        html += "<p>\(SVG.escaped(summary.table.description))</p>"
        if !summary.numbers.isEmpty {
            table(
                [
                    "column", "unit", "values", "missing", "least", "mean", "greatest", "deviation", "autocorrelation",
                    "range", "distribution",
                ],
                summary.numbers.map { row($0) })
        }
        if summary.correlated.count > 1 {
            let names = Array(summary.correlated.prefix(60))
            html +=
                "<figure>"
                + SVG.heatMap(names, title: "Correlations of \(summary.table.name)") { first, second in
                    summary.correlations.coefficient(first, second)
                } + "</figure>"
        }
        if !summary.words.isEmpty {
            table(
                ["column", "different", "most frequent"],
                summary.words.map { words in
                    let few = words.counts.prefix(8).map { "\(SVG.escaped($0.word)) (\($0.count))" }
                    return [
                        SVG.escaped(words.name),
                        words.isCutOff ? "more than \(words.counts.count)" : "\(words.counts.count)",
                        few.joined(separator: ", "),
                    ]
                })
        }
    }

    private func row(_ numbers: TableSummary.Numbers) -> [String] {
        let statistics = numbers.statistics
        var range = ""
        if let allowed = numbers.range {
            let isInside =
                statistics.count == 0 || (allowed.contains(statistics.least) && allowed.contains(statistics.greatest))
            range =
                "\(SVG.number(allowed.lowerBound)) to \(SVG.number(allowed.upperBound)) \(QualityReport.verdict(isInside))"
        }
        return [
            SVG.escaped(numbers.name), SVG.escaped(numbers.unit), "\(statistics.count)", "\(statistics.missing)",
            SVG.number(statistics.least), SVG.number(statistics.mean), SVG.number(statistics.greatest),
            SVG.number(statistics.deviation), statistics.autocorrelation.map { SVG.number($0) } ?? "", range,
            SVG.histogram(numbers.histogram, title: "Distribution of \(numbers.name)"),
        ]
    }

    private static let style = """
        :root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
        table{border-collapse:collapse;margin:.5rem 0 1.5rem;display:block;overflow-x:auto}\
        th,td{border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent);padding:.3rem .7rem;text-align:left;\
        vertical-align:middle;font-variant-numeric:tabular-nums}th{font-weight:600}figure{margin:1rem 0;overflow-x:auto}\
        .good{color:#00785a}.bad{color:#c4390b;font-weight:600}@media(prefers-color-scheme:dark){.good{color:#3ecf9f}.bad{color:#ff8a5c}}
        """
}
