import Assets
import Model
import Tables

/// A cast in the table of casts: what it was made of, what became of it, and how it went.
enum CastRow {
    /// What the row is made of, without the cast's readings.
    struct Row: Sendable {
        let plan: CastPlan
        let labels: CastLabels
        let summary: CastSummary

        init(_ record: CastRecord) {
            plan = record.plan
            labels = record.labels
            summary = record.summary
        }
    }

    private struct Field: Sendable {
        let column: Column
        let value: @Sendable (Row) -> Cell

        init(
            _ name: String, _ form: Column.Form, unit: String = "", _ description: String, null: Bool = false,
            range: ClosedRange<Double>? = nil, _ value: @escaping @Sendable (Row) -> Cell
        ) {
            column = Column(name, form, unit: unit, description, isNullable: null, range: range)
            self.value = value
        }
    }

    private enum Cell: Sendable {
        case text(String), integer(Int), number(Double), flag(Bool), timeMs(Int64), category(String)
        case none
    }

    static func schema(_ config: CasterDatasetConfig) -> TableSchema {
        TableSchema("casts", "One row a cast: steel, labels, and how it went.", fields(config).map(\.column))
    }

    /// The rows of some casts.
    static func batch(_ rows: [Row], _ config: CasterDatasetConfig) -> TableBatch {
        var valid: [Int: [Bool]] = [:]
        let columns = fields(config).enumerated().map { place, field in
            let cells = rows.map(field.value)
            if field.column.isNullable {
                valid[place] = cells.map { if case .none = $0 { false } else { true } }
            }
            return CastRow.values(cells, field.column.form)
        }
        return TableBatch(columns, valid: valid)
    }

    private static func values(_ cells: [Cell], _ form: Column.Form) -> ColumnValues {
        switch form {
        case .text: .texts(cells.map { if case .text(let value) = $0 { value } else { "" } })
        case .integer: .integers(cells.map { if case .integer(let value) = $0 { Int64(value) } else { 0 } })
        case .number, .number32:
            .numbers(cells.map { if case .number(let value) = $0 { value } else { .nan } })
        case .flag: .flags(cells.map { if case .flag(let value) = $0 { value } else { false } })
        case .timeMs: .timesMs(cells.map { if case .timeMs(let value) = $0 { value } else { 0 } })
        case .category(let words):
            .categories(
                cells.map {
                    guard case .category(let word) = $0 else { return 0 }
                    return Int32(words.firstIndex(of: word) ?? 0)
                })
        }
    }

    // MARK: - Fields

    private static func fields(_ config: CasterDatasetConfig) -> [Field] {
        identity(config) + material + happening(config) + rules + defects + summary
    }

    private static func identity(_ config: CasterDatasetConfig) -> [Field] {
        [
            Field("cast_id", .text, "The cast.") { .text($0.plan.id) },
            Field("cast_number", .integer, "Counted from 0.") { .integer($0.plan.number) },
            Field("sequence_id", .text, "The sequence that it belongs to.") { .text($0.plan.sequenceID) },
            Field("place_in_sequence", .integer, "Counted from 0.") { .integer($0.plan.placeInSequence) },
            Field(
                "split", .category(CastPlan.Split.allCases.map(\.rawValue)),
                "What it is for; all casts of a sequence have the same."
            ) { .category($0.plan.split.rawValue) },
            Field("start", .timeMs, "Time of its first reading.") { .timeMs($0.plan.startMs) },
            Field("end", .timeMs, "A second after its last reading.") { .timeMs($0.plan.endMs) },
            Field("duration_s", .integer, unit: "s", "How long it is.") { .integer($0.plan.seconds) },
            Field("steel_grade", .category(config.grades.map(\.name)), "Steel grade.") {
                .category($0.plan.gradeName)
            },
        ]
    }

    private static let material: [Field] =
        SteelElement.allCases.map { element in
            Field(element.name, .number, unit: "%", "Mass share of \(element.name).", range: 0...50) {
                .number($0.plan.heat.composition[keyPath: element.path])
            }
        } + [
            Field("liquidus_temperature", .number, unit: "Cel", "Liquidus from the composition.") {
                .number($0.plan.heat.liquidusC)
            },
            Field("cleanliness_index", .number, "Inclusion cleanliness, 100 = cleanest.", range: 0...100) {
                .number($0.plan.heat.cleanliness)
            },
            Field("superheat_aim", .number, unit: "K", "Superheat aimed at when the heat was opened.") {
                .number($0.plan.heat.superheatAimK)
            },
            Field("casting_speed_aim", .number, unit: "m/min", "Casting speed aimed at.") {
                .number($0.plan.speedAimMPerMin)
            },
        ]

    private static func happening(_ config: CasterDatasetConfig) -> [Field] {
        [
            Field(
                "template", .category(CastTables.templates(config)),
                "What was done to it; the table scenarios says more. Known only because it is a simulation."
            ) { .category($0.plan.template ?? "none") },
            Field(
                "onset_s", .integer, unit: "s", "When that began, since the start of the cast.", null: true
            ) { $0.plan.onsetS.map { .integer($0) } ?? .none },
        ]
    }

    private static let rules: [Field] =
        CastLabels.Defect.allCases.flatMap { defect in
            [
                Field("rule_\(defect.name)", .flag, "Whether the readings break the rule for \(words(defect)).") {
                    .flag($0.labels.ruleSeverities[defect.rawValue] > 0)
                },
                Field(
                    "rule_\(defect.name)_severity", .number,
                    "How far beyond its threshold the rule for \(words(defect)) has been: 0 not broken, 1 just broken."
                ) { .number($0.labels.ruleSeverities[defect.rawValue]) },
                Field("p_\(defect.name)", .number, "Probability of \(words(defect)).", range: 0...1) {
                    .number($0.labels.probabilities[defect.rawValue])
                },
            ]
        } + [
            Field("rule_broken", .flag, "Whether any rule is broken.") { .flag($0.labels.isRuleBroken) },
            Field("p_defect", .number, "Probability of any defect.", range: 0...1) { .number($0.labels.probability) },
        ]

    private static let defects: [Field] =
        CastLabels.Defect.allCases.map { defect in
            Field("defect_\(defect.name)", .flag, "Whether it has \(words(defect)).") {
                .flag($0.labels.defects[defect.rawValue])
            }
        } + [
            Field("defect", .flag, "The binary label: whether it has any defect.") { .flag($0.labels.isDefective) },
            Field(
                "defect_type", .category(CastLabels.classNames), "The multi-class label: the worst defect."
            ) { .category($0.labels.className) },
            Field(
                "defect_severity", .number,
                "Severity of the worst defect: that of its rule, 1 if no rule is broken; 0 without a defect."
            ) { .number($0.labels.severity) },
            Field(
                "defect_level", .category(CastLabels.Level.allCases.map(\.rawValue)), "The severity in words."
            ) { .category($0.labels.level.rawValue) },
        ]

    private static func words(_ defect: CastLabels.Defect) -> String {
        switch defect {
        case .surfaceCracks: "surface cracks"
        case .internalCracks: "internal cracks"
        case .cornerCracks: "corner cracks"
        case .inclusions: "entrapped inclusions"
        case .shape: "deformed shape"
        }
    }

    private static func figure(
        _ name: String, _ unit: String, _ description: String, _ path: any KeyPath<CastSummary, Double> & Sendable
    ) -> Field {
        Field(name, .number, unit: unit, description, null: true) { row in
            let value = row.summary[keyPath: path]
            return value.isFinite ? .number(value) : .none
        }
    }

    private static let summary: [Field] = [
        figure("mean_casting_speed", "m/min", "Mean casting speed.", \.meanSpeedMPerMin),
        figure("mean_superheat", "K", "Mean superheat.", \.meanSuperheatK),
        figure("min_superheat", "K", "Least superheat.", \.leastSuperheatK),
        figure("max_superheat", "K", "Largest superheat.", \.mostSuperheatK),
        figure("mold_level_rms", "mm", "Standard deviation of the mould level.", \.levelRmsMm),
        figure(
            "mold_level_lag_1", "", "Correlation of the mould level with itself a second later.", \.levelLagOne),
        figure("tundish_trend", "K/min", "Slope of the line through the tundish temperature.", \.tundishTrendKPerMin),
        figure("mean_mold_water_rise", "K", "Mean rise of the mould water's temperature.", \.meanMouldWaterRiseK),
        figure("mean_mold_heat_flux", "kW/m2", "Mean mould heat flux.", \.meanMouldHeatFluxKWPerM2),
        figure(
            "shell_constant", "mm/min0.5",
            "K of S = K sqrt(t), by the Stefan problem for the cast's liquidus and mean superheat.",
            \.shellConstantMmPerRootMin),
        Field("missing_readings", .integer, "Process readings that are not there.") {
            .integer($0.summary.missingReadings)
        },
    ]
}
