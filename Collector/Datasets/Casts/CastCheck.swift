import Assets
import Model
import Runtime
import Tables

extension CasterDataset {
    /// Evaluates the rules again from the readings in the files, and holds the labels against them.
    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        guard let thresholds = DefectRules.Thresholds(dataset.configuration["defects"]) else {
            throw .failed("\(dataset.folder)/manifest.json: lacks thresholds of the defects' rules; generate it again")
        }
        let casts = try CheckedCasts(dataset)
        var rules = Tally("the rules' flags and severities follow from the readings")
        var seen: Set<String> = []
        try RuleReadings.forEachCast(of: dataset) { (id, readings) throws(DatasetFailure) in
            seen.insert(id)
            let severities = readings.severities(thresholds).map { Distribution.rounded($0, decimals: 4) }
            rules.count(severities == casts.severities[id]) {
                "\(id): from the readings \(severities), in the table \(casts.severities[id] ?? [])"
            }
        }
        for id in casts.order where !seen.contains(id) { rules.count(false) { "\(id) has no readings" } }
        return [rules.check] + casts.checks
    }
}

/// How often a rule was kept.
private struct Tally {
    let rule: String
    private var agreed = 0
    private var looked = 0
    private var example = ""

    init(_ rule: String) { self.rule = rule }

    mutating func count(_ isKept: Bool, _ words: () -> String) {
        looked += 1
        if isKept { agreed += 1 } else if example.isEmpty { example = words() }
    }

    var check: DatasetCheck { DatasetCheck(rule, agreed: agreed, of: looked, example: example) }
}

/// The table of casts, as far as its columns say something about one another.
private struct CheckedCasts {
    private(set) var order: [String] = []
    private(set) var severities: [String: [Double]] = [:]
    private var split: [String: Int32] = [:]
    private var sequences = Tally("all casts of a sequence are in the same split")
    private var flags = Tally("a rule's flag says whether its severity is above 0")
    private var labels = Tally("the binary and the multi-class label follow from the kinds of defect")
    private var chances = Tally("the probability of a defect follows from those of its kinds")
    private(set) var broken = (casts: 0, defects: 0)
    private(set) var whole = (casts: 0, defects: 0)

    private static let kinds = CastLabels.Defect.allCases.map(\.name)
    private static let columns =
        ["cast_id", "sequence_id", "split", "defect", "defect_type", "p_defect"]
        + kinds.map { "rule_\($0)" } + kinds.map { "rule_\($0)_severity" } + kinds.map { "defect_\($0)" }
        + kinds.map { "p_\($0)" }

    init(_ dataset: DatasetReader) throws(DatasetFailure) {
        var rows: [Row] = []
        try dataset.forEachBatch(of: "casts", columns: CheckedCasts.columns) { (batch) throws(DatasetFailure) in
            for row in 0..<batch.rowCount { rows.append(Row(batch, row)) }
        }
        for row in rows { take(row) }
    }

    private struct Row {
        let id: String
        let sequence: String
        let split: Int32
        let isDefective: Bool
        let type: Int32
        let probability: Double
        var flags: [Bool] = []
        var severities: [Double] = []
        var defects: [Bool] = []
        var probabilities: [Double] = []

        init(_ batch: TableBatch, _ row: Int) {
            id = batch.columns[0].text(row)
            sequence = batch.columns[1].text(row)
            split = batch.columns[2].category(row)
            isDefective = batch.columns[3].flag(row)
            type = batch.columns[4].category(row)
            probability = batch.columns[5].number(row)
            let kinds = CheckedCasts.kinds.count
            for kind in 0..<kinds {
                flags.append(batch.columns[6 + kind].flag(row))
                severities.append(batch.columns[6 + kinds + kind].number(row))
                defects.append(batch.columns[6 + 2 * kinds + kind].flag(row))
                probabilities.append(batch.columns[6 + 3 * kinds + kind].number(row))
            }
        }
    }

    private mutating func take(_ row: Row) {
        order.append(row.id)
        severities[row.id] = row.severities
        let known = split.updateValue(row.split, forKey: row.sequence)
        sequences.count(known == nil || known == row.split) { "\(row.id) is not where \(row.sequence) is" }
        flags.count(row.flags == row.severities.map { $0 > 0 }) { row.id }
        let isRight = row.isDefective == row.defects.contains(true)
        let worst = Int(row.type) - 1
        let isOne = row.isDefective ? row.defects.indices.contains(worst) && row.defects[worst] : row.type == 0
        labels.count(isRight && isOne) { row.id }
        chances.count(abs(DefectModel.any(row.probabilities) - row.probability) < 2e-6) { row.id }
        whole.casts += 1
        whole.defects += row.isDefective ? 1 : 0
        if row.flags.contains(true) {
            broken.casts += 1
            broken.defects += row.isDefective ? 1 : 0
        }
    }

    var checks: [DatasetCheck] {
        [flags.check, labels.check, chances.check, sequences.check] + shares
    }

    /// That rules tell something about defects; only where there are enough casts to say so.
    private var shares: [DatasetCheck] {
        let calm = (casts: whole.casts - broken.casts, defects: whole.defects - broken.defects)
        guard broken.casts >= 20, calm.casts >= 100 else { return [] }
        let (among, without) = (share(broken), share(calm))
        let counts = "\(broken.defects) of \(broken.casts), \(calm.defects) of \(calm.casts)"
        return [
            DatasetCheck(
                "fewer than 5 % of the casts that break no rule have a defect", agreed: without < 0.05 ? 1 : 0, of: 1,
                example: without < 0.05 ? "" : "\(calm.defects) of \(calm.casts)"),
            DatasetCheck(
                "a defect is three times as frequent where a rule is broken",
                agreed: among > 3 * without ? 1 : 0, of: 1, example: among > 3 * without ? "" : counts),
        ]
    }

    private func share(_ counts: (casts: Int, defects: Int)) -> Double {
        Double(counts.defects) / Double(max(counts.casts, 1))
    }
}

extension RuleReadings {
    /// Cast by cast, from whichever table has the readings.
    fileprivate static func forEachCast(
        of dataset: DatasetReader, _ body: (String, RuleReadings) throws(DatasetFailure) -> Void
    ) throws(DatasetFailure) {
        var current: (id: String, readings: RuleReadings)?
        func turn(to id: String) throws(DatasetFailure) {
            guard current?.id != id else { return }
            if let current { try body(current.id, current.readings.filled()) }
            current = (id, RuleReadings())
        }
        if dataset.tables.contains(where: { $0.name == "process" }) {
            try dataset.forEachBatch(of: "process", columns: ["cast_id"] + names) { (batch) throws(DatasetFailure) in
                for row in 0..<batch.rowCount {
                    try turn(to: batch.columns[0].text(row))
                    for place in names.indices {
                        current?.readings.columns[place].append(batch.columns[place + 1].number(row))
                    }
                }
            }
        } else {
            let sensors = CastTables.sensorNames.map { names.firstIndex(of: $0) }
            let columns = ["cast_id", "timestamp", "sensor_name", "value"]
            var startMs: Int64 = 0
            try dataset.forEachBatch(of: "readings", columns: columns) { (batch) throws(DatasetFailure) in
                for row in 0..<batch.rowCount {
                    let id = batch.columns[0].text(row)
                    let timeMs = batch.columns[1].integer(row)
                    if current?.id != id { startMs = timeMs }
                    try turn(to: id)
                    let sensor = Int(batch.columns[2].category(row))
                    guard sensors.indices.contains(sensor), let place = sensors[sensor] else { continue }
                    current?.readings.put(batch.columns[3].number(row), at: Int((timeMs - startMs) / 1000), place)
                }
            }
        }
        if let current { try body(current.id, current.readings.filled()) }
    }

    /// With NaN where signals have no readings at the end.
    private func filled() -> RuleReadings {
        var filled = self
        let count = columns.map(\.count).max() ?? 0
        for place in columns.indices {
            filled.columns[place] += Array(repeating: .nan, count: count - columns[place].count)
        }
        return filled
    }

    /// Seconds without a reading are NaN.
    private mutating func put(_ value: Double, at second: Int, _ place: Int) {
        guard second >= columns[place].count, second < 86_400 else { return }
        for _ in columns[place].count..<second { columns[place].append(.nan) }
        columns[place].append(value)
    }
}

extension DefectRules.Thresholds {
    /// From the manifest; nil when something is missing.
    init?(_ json: JSON?) {
        guard let json, let shares = json["inclusions"]?["zone_shares"]?.array else { return nil }
        self.init(zoneShares: shares.compactMap(\.double))
        func number(_ rule: String, _ key: String) -> Double? { json[rule]?[key]?.double }
        func whole(_ rule: String, _ key: String) -> Int? { json[rule]?[key]?.int.map { Int($0) } }
        guard let levelMm = number("surface_cracks", "deviation_mm"),
            let levelSeconds = whole("surface_cracks", "longer_than_s"),
            let dropK = number("internal_cracks", "drop_k"), let dropSeconds = whole("internal_cracks", "within_s"),
            let dropSpeed = number("internal_cracks", "above_m_per_min"),
            let low = number("corner_cracks", "low_per_min"), let high = number("corner_cracks", "high_per_min"),
            low <= high, let oscillationSeconds = whole("corner_cracks", "longer_than_s"),
            let superheatK = number("inclusions", "superheat_above_k"),
            let imbalance = number("inclusions", "imbalance_above"),
            let imbalanceSeconds = whole("inclusions", "longer_than_s"),
            let vibration = number("shape", "vibration_above_mm_per_s"), (1...86_400).contains(dropSeconds)
        else { return nil }
        self.levelMm = levelMm
        self.levelSeconds = levelSeconds
        self.dropK = dropK
        self.dropSeconds = dropSeconds
        dropSpeedMPerMin = dropSpeed
        oscillationPerMin = low...high
        self.oscillationSeconds = oscillationSeconds
        self.superheatK = superheatK
        self.imbalance = imbalance
        self.imbalanceSeconds = imbalanceSeconds
        vibrationMmPerS = vibration
    }
}

/// One value of a column that was read; something harmless where the column is of another form.
extension ColumnValues {
    fileprivate func text(_ row: Int) -> String {
        switch self {
        case .texts(let values): values[row]
        case .repeatedText(let value, _): value
        default: ""
        }
    }

    fileprivate func category(_ row: Int) -> Int32 {
        if case .categories(let values) = self { values[row] } else { -1 }
    }

    fileprivate func flag(_ row: Int) -> Bool {
        if case .flags(let values) = self { values[row] } else { false }
    }

    fileprivate func number(_ row: Int) -> Double {
        switch self {
        case .numbers(let values): values[row]
        case .numbers32(let values): Double(values[row])
        case .integers(let values): Double(values[row])
        default: .nan
        }
    }

    fileprivate func integer(_ row: Int) -> Int64 {
        switch self {
        case .integers(let values), .timesMs(let values): values[row]
        case .repeatedInteger(let value, _): value
        default: 0
        }
    }
}
