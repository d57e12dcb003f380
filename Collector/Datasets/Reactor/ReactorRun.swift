import Assets
import Model

/// One run of a reactor's simulator at 1 Hz, with what was known of it every second.
struct ReactorRun: Sendable {
    /// What a row's `label` says.
    static let labels = ["normal", "scenario", "after trip"]
    static let environmentS = 10

    let plan: RunPlan
    /// By signal, one value a second.
    private(set) var process: [[Double]]
    private(set) var status: [[Double]]
    /// One value every ten seconds.
    private(set) var environment: [[Double]]
    private(set) var labels: [Int32] = []
    private(set) var levels: [Double] = []
    /// The first second in which a protection system had tripped, and why.
    private(set) var tripS: Int?
    private(set) var tripCause: String?

    init(_ plan: RunPlan, _ signals: ReactorSignals) {
        self.plan = plan
        var simulator = signals.kind.makeSimulator(plan.seed)
        var disturbances = Disturbances(count: signals.kind.scenarios.count)
        var readings = signals.kind.groups.map { Readings(count: $0.signals.count) }
        process = signals.process.map { _ in [] }
        status = signals.status.map { _ in [] }
        environment = signals.environment.map { _ in [] }
        for second in 1...max(plan.seconds, 1) {
            let level = plan.level(second: second)
            if let scenario = plan.scenario { disturbances[scenario] = level }
            simulator.advance(seconds: 1, under: disturbances)
            simulator.read(group: ReactorSignals.processGroup, into: &readings[ReactorSignals.processGroup])
            simulator.read(group: ReactorSignals.statusGroup, into: &readings[ReactorSignals.statusGroup])
            ReactorRun.append(readings[ReactorSignals.processGroup], to: &process)
            ReactorRun.append(readings[ReactorSignals.statusGroup], to: &status)
            if second % ReactorRun.environmentS == 0 {
                let group = ReactorSignals.environmentGroup
                simulator.read(group: group, into: &readings[group])
                ReactorRun.append(readings[group], to: &environment)
            }
            let cause = Int(exactly: readings[ReactorSignals.statusGroup].values[signals.tripCause]) ?? 0
            if tripS == nil, cause != 0, signals.tripCauses.indices.contains(cause) {
                tripS = second
                tripCause = signals.tripCauses[cause]
            }
            labels.append(tripS != nil ? 2 : level > 0 ? 1 : 0)
            levels.append(level)
        }
    }

    /// What an instrument cannot have seen is no value.
    private static func append(_ readings: Readings, to columns: inout [[Double]]) {
        for place in columns.indices {
            columns[place].append(readings.qualities[place] == .good ? readings.values[place] : Frame.noValue)
        }
    }

    /// What the table of runs needs, without what takes the room.
    var withoutReadings: ReactorRun {
        var run = self
        (run.process, run.status, run.environment, run.labels, run.levels) = ([], [], [], [], [])
        return run
    }
}

/// The signals of a reactor kind, by what a dataset does with them.
struct ReactorSignals: Sendable {
    static let processGroup = 0
    static let environmentGroup = 1
    static let statusGroup = 2

    let kind: AssetKind
    let process: [Signal]
    let environment: [Signal]
    let status: [Signal]
    /// The place of the trip's cause among `status`, and its words; the first one is "none".
    let tripCause: Int
    let tripCauses: [String]

    /// Nil unless the kind is a reactor.
    init?(_ id: String) {
        guard let kind = AssetCatalog[id], kind.groups.count > ReactorSignals.statusGroup else { return nil }
        let status = kind.groups[ReactorSignals.statusGroup].signals
        guard let place = status.firstIndex(where: { $0.name == "trip_cause" }),
            case .category(let words) = status[place].form
        else { return nil }
        self.kind = kind
        process = kind.groups[ReactorSignals.processGroup].signals
        environment = kind.groups[ReactorSignals.environmentGroup].signals
        self.status = status
        tripCause = place
        tripCauses = words
    }
}
