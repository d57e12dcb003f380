import Assets
import Model
import Tables

/// The tables of a set of casts.
struct CastTables: Sendable {
    enum Table: String, Sendable, CaseIterable {
        case casts, heats, scenarios, process, environment, readings
    }

    let schemas: [TableSchema]
    private let places: [Table: Int]

    init(_ config: CasterDatasetConfig) {
        let layout = config.outputs.layout
        let tables = Table.allCases.filter { table in
            switch table {
            case .casts, .heats, .scenarios: true
            case .process, .environment: layout != .long
            case .readings: layout != .wide
            }
        }
        schemas = tables.map { CastTables.schema($0, config) }
        places = Dictionary(uniqueKeysWithValues: tables.enumerated().map { ($0.element, $0.offset) })
    }

    /// Nil when the layout is without it.
    subscript(table: Table) -> Int? { places[table] }

    private static func schema(_ table: Table, _ config: CasterDatasetConfig) -> TableSchema {
        switch table {
        case .casts: CastRow.schema(config)
        case .heats: heats
        case .scenarios: scenarios(config)
        case .process: process(config)
        case .environment:
            TableSchema(
                "environment", "The surroundings of every cast, every ten seconds.",
                [timestamp] + groups.environment.map { column($0, config) } + [castID])
        case .readings: readings
        }
    }

    // MARK: - Schemas

    private static let groups = CasterGroups.all
    private static let castID = Column("cast_id", .text, "The cast, as in the table casts.")
    private static let timestamp = Column("timestamp", .timeMs, "When the sensors were read.")

    private static func process(_ config: CasterDatasetConfig) -> TableSchema {
        TableSchema(
            "process", "What the sensors of every cast showed, every second; empty where one gave no reading.",
            [timestamp] + (groups.process + groups.status).map { column($0, config) } + [castID])
    }

    static let heatSignals = groups.cast.indices.filter { !["cast_number", "grade"].contains(groups.cast[$0].name) }

    private static let heats = TableSchema(
        "heats", "The steel of every cast, from which time on: a row for each heat.",
        [castID, Column("timestamp", .timeMs, "From when on the steel is of this heat.")]
            + heatSignals.map { column(groups.cast[$0], nil) })

    private static func scenarios(_ config: CasterDatasetConfig) -> TableSchema {
        TableSchema(
            "scenarios", "What was done to the casts, with the true times.",
            [
                castID, Column("template", .category(templates(config)), "The template of the configuration."),
                Column("scenario", .category(groups.scenarios.map(\.id)), "The scenario of the caster."),
                Column("severity", .number, "Full strength, of 1.", range: 0...1),
                Column("onset", .timeMs, "When it begins."),
                Column("onset_s", .integer, unit: "s", "When it begins, since the start of the cast."),
                Column("ramp_s", .integer, unit: "s", "How long it grows."),
                Column("hold_s", .integer, unit: "s", "How long it has its full strength."),
                Column("recovery_s", .integer, unit: "s", "How long it fades."),
                Column("end", .timeMs, "When it is over, or the cast ends."),
            ])
    }

    private static let readings = TableSchema(
        "readings", "What the sensors of every cast showed, one row a reading: cast by cast, sensor by sensor.",
        [
            castID, timestamp,
            Column("sensor_name", .category(sensorNames), "The sensor, as its column in the wide layout."),
            Column("value", .number, "In the sensor's unit; flags 0 or 1, categories their place."),
        ])

    /// In the order of their rows.
    static let sensorNames = (groups.process + groups.status + groups.environment).map(\.name)

    /// Templates of a configuration, and "none".
    static func templates(_ config: CasterDatasetConfig) -> [String] {
        var names = ["none"]
        for template in config.excursions + config.disturbances where !names.contains(template.name) {
            names.append(template.name)
        }
        return names
    }

    static func column(_ signal: Signal, _ config: CasterDatasetConfig?) -> Column {
        let isFrequency = signal.name == "mold_oscillation_frequency"
        let unit = isFrequency && config?.outputs.legacyHertzLabel == true ? "Hz" : signal.unit
        return switch signal.form {
        case .number:
            Column(signal.name, .number, unit: unit, signal.title + ".", isNullable: true, range: signal.physical)
        case .flag: Column(signal.name, .flag, signal.title + ".")
        case .category(let labels): Column(signal.name, .category(labels), signal.title + ".")
        }
    }
}

/// The rows of a cast.
extension CastTables {
    static func times(_ record: CastRecord, every stepS: Int, count: Int) -> [Int64] {
        (0..<count).map { record.plan.startMs + Int64($0 * stepS) * 1000 }
    }

    static func process(_ record: CastRecord) -> TableBatch {
        let count = record.process.rowCount
        return TableBatch(
            [.timesMs(times(record, every: 1, count: count))]
                + record.process.signals.indices.map { .numbers(Array(record.process[$0])) }
                + record.status.signals.indices.map { values(record.status[$0], record.status.signals[$0].form) }
                + [.repeatedText(record.plan.id, count: count)])
    }

    static func environment(_ record: CastRecord) -> TableBatch {
        let columns = record.environment
        return TableBatch(
            [.timesMs(times(record, every: columns.stepS, count: columns.rowCount))]
                + columns.signals.indices.map { .numbers(Array(columns[$0])) }
                + [.repeatedText(record.plan.id, count: columns.rowCount)])
    }

    private static func values(_ values: ArraySlice<Double>, _ form: Signal.Form) -> ColumnValues {
        switch form {
        case .number: .numbers(Array(values))
        case .flag: .flags(values.map { $0 == 1 })
        case .category(let labels):
            .categories(values.map { Int32(min(max($0, 0), Double(max(labels.count - 1, 0)))) })
        }
    }

    static func heats(_ record: CastRecord) -> TableBatch {
        let materials = record.materials
        return TableBatch(
            [
                .repeatedText(record.plan.id, count: materials.count),
                .timesMs(materials.map { record.plan.startMs + Int64($0.second) * 1000 }),
            ] + heatSignals.map { signal in .numbers(materials.map { $0.values[signal] }) })
    }

    /// Nil when nothing was done to it.
    static func scenarios(_ record: CastRecord, templates: [String]) -> TableBatch? {
        let plan = record.plan
        guard !plan.injections.isEmpty, let name = plan.template else { return nil }
        let template = Int32(templates.firstIndex(of: name) ?? 0)
        func integers(_ value: (CastPlan.Injection) -> Int) -> ColumnValues {
            .integers(plan.injections.map { Int64(value($0)) })
        }
        func times(_ second: (CastPlan.Injection) -> Int) -> ColumnValues {
            .timesMs(plan.injections.map { plan.startMs + Int64(second($0)) * 1000 })
        }
        return TableBatch([
            .repeatedText(plan.id, count: plan.injections.count),
            .categories(plan.injections.map { _ in template }),
            .categories(plan.injections.map { Int32($0.index) }),
            .numbers(plan.injections.map(\.severity)),
            times(\.onsetS), integers(\.onsetS), integers(\.rampS), integers(\.holdS), integers(\.recoveryS),
            times { min($0.endS, plan.seconds) },
        ])
    }

    /// A batch for each sensor; missing readings have no row.
    static func readings(_ record: CastRecord) -> [TableBatch] {
        var batches: [TableBatch] = []
        var sensor: Int32 = 0
        for columns in [record.process, record.status, record.environment] {
            let all = times(record, every: columns.stepS, count: columns.rowCount)
            for signal in columns.signals.indices {
                var values = Array(columns[signal])
                var times = all
                if values.contains(where: \.isNaN) {
                    times = zip(all, values).filter { !$0.1.isNaN }.map(\.0)
                    values.removeAll(where: \.isNaN)
                }
                batches.append(
                    TableBatch([
                        .repeatedText(record.plan.id, count: values.count), .timesMs(times),
                        .categories(Array(repeating: sensor, count: values.count)), .numbers(values),
                    ]))
                sensor += 1
            }
        }
        return batches
    }
}
