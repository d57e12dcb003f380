import Model
public import Tables

/// Which reactor a dataset is about.
public protocol ReactorChoice: Sendable {
    static var kindId: String { get }
    static var title: String { get }
}

public enum CanduReactor: ReactorChoice {
    public static let kindId = "candu"
    public static let title = "CANDU reactor"
}

public enum SmallModularReactor: ReactorChoice {
    public static let kindId = "smr"
    public static let title = "Small modular reactor"
}

/// Runs of a reactor with scenarios and labels.
public struct ReactorDataset<Choice: ReactorChoice>: DatasetKind {
    public static var name: String { Choice.kindId }
    public static var summary: String { "runs of a \(Choice.title) at 1 Hz with scenarios, trips and labels" }
    public static var parameters: [DatasetParameter] {
        [
            DatasetParameter(.count, "runs", in: 1...1_000_000, standard: 20),
            DatasetParameter(.minutes, "minutes of each run", in: 1...1440, standard: 30),
        ]
    }

    private let request: DatasetRequest
    private let signals: ReactorSignals
    private let tableSet: ReactorTables
    private let runsPerPart: Int

    public init(_ request: DatasetRequest) throws(DatasetFailure) {
        guard let signals = ReactorSignals(Choice.kindId) else {
            throw .failed("asset kind \(Choice.kindId) has no trip_cause in its third signal group: this is a defect")
        }
        self.request = request
        self.signals = signals
        tableSet = ReactorTables(signals)
        runsPerPart = max(10_000 / (request[.minutes] * 60), 1)
    }

    public var tables: [TableSchema] { [tableSet.readings, tableSet.runs.schema, tableSet.environment] }
    public var partCount: Int { (request[.count] + runsPerPart - 1) / runsPerPart }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        var runs: [ReactorRun] = []
        for number in part * runsPerPart..<min((part + 1) * runsPerPart, request[.count]) {
            let plan = RunPlan(
                number: number, of: signals.kind, seconds: request[.minutes] * 60, seed: request.seed)
            let run = ReactorRun(plan, signals)
            try output.append(tableSet.readings(of: run), to: 0)
            if let environment = tableSet.environment(of: run) { try output.append(environment, to: 2) }
            output.total("runs", 1)
            if run.tripS != nil { output.total("trips", 1) }
            runs.append(run.withoutReadings)
        }
        try output.append(tableSet.runs.batch(runs), to: 1)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "\(Choice.title): runs with scenarios",
            summary: """
                Each run starts at full power in equilibrium. In seven of ten runs something happens: one of the \
                scenarios of the asset kind, all equally often, of random severity, onset and pace. Protection trips the \
                reactor when its limits are passed.
                """,
            sections: [
                (
                    "Labels",
                    """
                    `label` of every second: `normal`, `scenario` while the scenario is at work, `after trip` from the \
                    trip on. `scenario_level` is its strength, 0 to 1. Table `runs` has the scenario, severity, true \
                    onset, ramp, hold, recovery, end, and cause and time of the trip. `split` keeps whole runs together.
                    """
                ),
                ("Missing values", "A reading is null while its instrument drops out or shows what cannot be."),
            ])
    }

    public static var reportPlan: ReportPlan {
        ReportPlan(
            series: ReportPlan.Series(table: "readings", time: "timestamp", group: "run_id"),
            correlations: [
                ReportPlan.Correlation(table: "readings", "reactor_power", "thermal_power", expected: 0.5...1)
            ], gallery: ("runs", "scenario"))
    }
}
