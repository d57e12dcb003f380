import Assets
import Model
import Runtime
public import Tables

/// Labelled casts of a slab caster.
public struct CasterDataset: DatasetKind {
    public static let name = "caster"
    public static let summary = "casts of a slab caster: sensors at 1 Hz, steel, surroundings, and defect labels"
    public static let parameters = [
        DatasetParameter(.count, "casts", in: 1...1_000_000, standard: 1000),
        DatasetParameter(.minutes, "minutes of a cast", in: 1...1440, standard: 60),
    ]
    public static let sampleConfig: String? = CasterDatasetSample.text

    /// Rows of the largest table that are made at a time, about.
    private static let rowsAPart = 30_000

    let campaign: CastCampaign
    let count: Int
    let minutes: Int
    let castTables: CastTables
    private let castsAPart: Int

    public init(_ request: DatasetRequest) throws(DatasetFailure) {
        let config: CasterDatasetConfig
        if let path = request.configPath {
            do { config = try CasterDatasetConfig.load(path) } catch { throw .config(error) }
        } else {
            config = .sample
        }
        do {
            campaign = try CastCampaign(config: config, seed: request.seed, minutes: request[.minutes])
        } catch {
            throw .usage(error.description)
        }
        count = request[.count]
        minutes = request[.minutes]
        castTables = CastTables(config)
        castsAPart = max(CasterDataset.rowsAPart / (minutes * 60), 1)
    }

    public var tables: [TableSchema] { castTables.schemas }
    public var partCount: Int { (count + castsAPart - 1) / castsAPart }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        let first = part * castsAPart
        var rows: [CastRow.Row] = []
        for number in first..<min(first + castsAPart, count) {
            let record = campaign.cast(number)
            rows.append(CastRow.Row(record))
            try append(record, to: &output)
            if config.outputs.metadata {
                output.file("metadata/\(record.plan.id).json", CastMetadata.json(record))
            }
            CasterDataset.total(record.labels, &output)
        }
        if let casts = castTables[.casts] { try output.append(CastRow.batch(rows, config), to: casts) }
    }

    private var config: CasterDatasetConfig { campaign.config }

    private func append(_ record: CastRecord, to output: inout DatasetPart) throws(DatasetFailure) {
        if let heats = castTables[.heats] { try output.append(CastTables.heats(record), to: heats) }
        if let table = castTables[.scenarios],
            let batch = CastTables.scenarios(record, templates: CastTables.templates(config))
        {
            try output.append(batch, to: table)
        }
        if let process = castTables[.process] { try output.append(CastTables.process(record), to: process) }
        if let environment = castTables[.environment] {
            try output.append(CastTables.environment(record), to: environment)
        }
        if let readings = castTables[.readings] {
            for batch in CastTables.readings(record) { try output.append(batch, to: readings) }
        }
    }

    private static func total(_ labels: CastLabels, _ output: inout DatasetPart) {
        output.total("casts", 1)
        output.total("casts with a defect", labels.isDefective ? 1 : 0)
        output.total("casts that break a rule", labels.isRuleBroken ? 1 : 0)
        output.total("casts with a defect that break a rule", labels.isDefective && labels.isRuleBroken ? 1 : 0)
        for defect in CastLabels.Defect.allCases {
            output.total("casts with \(defect.name)", labels.defects[defect.rawValue] ? 1 : 0)
        }
    }

    public static var reportPlan: ReportPlan {
        ReportPlan(
            series: ReportPlan.Series(
                table: "process", time: "timestamp", group: "cast_id",
                columns: [
                    "casting_speed", "tundish_temperature", "superheat", "mold_level", "mold_oscillation_frequency",
                    "zone_3_water_flow", "oscillator_vibration", "roller_vibration_2", "mold_thermocouple_upper",
                    "strand_surface_temperature",
                ]),
            correlations: [
                .init(table: "casts", "mean_casting_speed", "mean_mold_water_rise", expected: 0.5...1),
                .init(table: "casts", "mean_superheat", "shell_constant", expected: -1...0),
                .init(table: "process", "casting_speed", "mold_heat_flux", expected: 0.5...1),
                .init(table: "process", "casting_speed", "mold_oscillation_stroke", expected: 0.5...1),
            ],
            shares: [
                .init(table: "casts", flag: "defect", expectedMember: "defect_share", expected: 0.1...0.2)
            ],
            gallery: ("casts", "defect_type"))
    }
}
