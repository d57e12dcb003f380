import Model
import Scenarios
import Tables

/// The tables of a reactor's dataset; their columns follow from the asset kind's signals.
struct ReactorTables: Sendable {
    let readings: TableSchema
    let environment: TableSchema
    let runs: RecordTable<ReactorRun>
    private let signals: ReactorSignals

    /// Of the first run; every further one starts at the next full hour after the one before.
    private static let startMs = CalendarDate(2025, 1, 1).ms

    init(_ signals: ReactorSignals) {
        self.signals = signals
        let head = [
            Column("run_id", .text, "The run"),
            Column("second", .integer, unit: "s", "Seconds since the run's start", range: 1...86_400),
            Column("timestamp", .timeMs, "The same as a time; runs follow each other by the hour"),
        ]
        let labels = [
            Column("label", .category(ReactorRun.labels), "What is going on"),
            Column("scenario_level", .number, "Strength of the scenario, 0 to 1", range: 0...1),
        ]
        readings = TableSchema(
            "readings", "All process readings and states, once a second.",
            head + labels + signals.process.map(Self.column) + signals.status.map(Self.column))
        environment = TableSchema(
            "environment", "Readings of the surroundings, every ten seconds.",
            head + signals.environment.map(Self.column))
        runs = ReactorTables.runs(signals)
    }

    private static func column(_ signal: Signal) -> Column {
        switch signal.form {
        case .number:
            Column(signal.name, .number, unit: signal.unit, signal.title, isNullable: true, range: signal.physical)
        case .flag: Column(signal.name, .flag, signal.title)
        case .category(let words): Column(signal.name, .category(words), signal.title)
        }
    }

    private static func values(_ signal: Signal, _ values: [Double]) -> ColumnValues {
        switch signal.form {
        case .number: .numbers(values)
        case .flag: .flags(values.map { $0 > 0.5 })
        case .category: .categories(values.map { Int32(exactly: $0) ?? 0 })
        }
    }

    private static func startMs(of run: ReactorRun) -> Int64 {
        let hours = (run.plan.seconds + 3599) / 3600
        return startMs + Int64(run.plan.number * hours) * 3_600_000
    }

    private static func head(_ run: ReactorRun, seconds: [Int64]) -> [ColumnValues] {
        let start = startMs(of: run)
        return [
            .repeatedText(run.plan.id, count: seconds.count), .integers(seconds),
            .timesMs(seconds.map { start + $0 * 1000 }),
        ]
    }

    func readings(of run: ReactorRun) -> TableBatch {
        let head = ReactorTables.head(run, seconds: (1...Int64(max(run.plan.seconds, 1))).map { $0 })
        return TableBatch(
            head + [.categories(run.labels), .numbers(run.levels)]
                + zip(signals.process, run.process).map(ReactorTables.values)
                + zip(signals.status, run.status).map(ReactorTables.values))
    }

    /// Nil when the run was too short for any.
    func environment(of run: ReactorRun) -> TableBatch? {
        let count = run.environment.first?.count ?? 0
        guard count > 0 else { return nil }
        let seconds = (1...Int64(count)).map { $0 * Int64(ReactorRun.environmentS) }
        return TableBatch(
            ReactorTables.head(run, seconds: seconds)
                + zip(signals.environment, run.environment).map(ReactorTables.values))
    }

    /// A span of the scenario's course; none in an undisturbed run.
    private static func seconds(
        _ name: String, _ description: String, _ value: @escaping @Sendable (ScenarioPart) -> Int64?
    ) -> Field<ReactorRun> {
        .optionalInteger(name, unit: "s", description, range: 0...86_400) { run in
            run.plan.part.flatMap(value).map { Int($0 / 1000) }
        }
    }

    private static func runs(_ signals: ReactorSignals) -> RecordTable<ReactorRun> {
        let words = ["none"] + signals.kind.scenarios.map(\.id)
        return RecordTable(
            "runs", "What happened in each run.",
            [
                .text("run_id", "Identifier, unique in the set") { $0.plan.id },
                .text("simulator_seed", "Seed of its simulator") { String($0.plan.seed) },
                .time("started", "When it starts") { startMs(of: $0) },
                .integer("duration_s", unit: "s", "How long it lasts", range: 1...86_400) { $0.plan.seconds },
                .category("scenario", words, "What happens; none: an undisturbed run") { run in
                    run.plan.scenario.map { $0 + 1 } ?? 0
                },
                .optionalNumber("severity", "Full strength of the scenario, 0 to 1", range: 0...1) {
                    $0.plan.part?.severity
                },
                seconds("onset_s", "True onset, seconds since the run's start") { $0.onsetMs },
                seconds("ramp_s", "How long it takes to reach its severity") { $0.rampMs },
                seconds("hold_s", "How long it stays there, though the run may be over before") { $0.durationMs },
                seconds("recovery_s", "How long it takes to fade") { $0.recoveryMs },
                .optionalInteger(
                    "end_s", unit: "s", "When it is over, seconds since the run's start; none: not in the run",
                    range: 0...86_400
                ) { $0.plan.endS },
                .flag("tripped", "Whether protection has tripped the reactor") { $0.tripS != nil },
                .optionalInteger("trip_s", unit: "s", "When, seconds since the run's start", range: 0...86_400) {
                    $0.tripS
                },
                .optionalText("trip_cause", "The first limit that was passed") { $0.tripCause },
                .category("split", RunPlan.splits, "For training, validation or test: whole runs") { $0.plan.split },
            ])
    }
}
