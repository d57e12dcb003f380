import Assets
import Model

/// The readings of one facility, made by the tailings simulator with the facility's own design.
struct MonitoringSeries: IteratorProtocol {
    /// Of the first reading.
    static let startMs = CalendarDate(2025, 1, 1).ms

    let design: TailingsDesign
    private let facility: String
    private let intervalMinutes: Int
    private let count: Int
    private var simulator: any Simulator
    private var episodes: MonitoringEpisodes
    private var disturbances: Disturbances
    private var readings: [Readings]
    /// Readings given so far.
    private(set) var made = 0

    /// `request`: the whole set's, which decides who fails.
    init(_ facility: Facility, of request: RecordRequest, count: Int, intervalMinutes: Int) {
        let seed = request.seed
        self.facility = facility.id
        self.count = count
        self.intervalMinutes = intervalMinutes
        design = TailingsDesign(facility.outline)
        var random = SeededRandom(seed: seed, .monitoring, facility.index)
        simulator = design.makeSimulator(seed: random.next())
        episodes = MonitoringEpisodes(
            seed: seed, facility: facility.index, of: request.facilities,
            hours: Double(count) * Double(intervalMinutes) / 60)
        disturbances = Disturbances(count: MonitoringSignals.kind?.scenarios.count ?? 0)
        readings = MonitoringSignals.groups.map { group in
            Readings(count: MonitoringSignals.kind?.groups[group].signals.count ?? 0)
        }
    }

    mutating func next() -> MonitoringRow? {
        guard made < count else { return nil }
        let episode = episodes.at(hour: Double(made) * Double(intervalMinutes) / 60)
        for place in MonitoringEpisodes.places { if let place { disturbances[place] = 0 } }
        if let place = MonitoringEpisodes.places[episode.label] { disturbances[place] = episode.severity }
        simulator.advance(seconds: Double(intervalMinutes * 60), under: disturbances)
        var values: [Double] = []
        values.reserveCapacity(MonitoringSignals.signals.count)
        for (index, group) in MonitoringSignals.groups.enumerated() {
            simulator.read(group: group, into: &readings[index])
            for place in MonitoringSignals.places[index] { values.append(readings[index].values[place]) }
        }
        let status = Int(exactly: readings[0].values[MonitoringSignals.level]) ?? 0
        let timeMs = MonitoringSeries.startMs + Int64(made) * Int64(intervalMinutes) * 60_000
        made += 1
        return MonitoringRow(
            facility: facility, timeMs: timeMs, values: values, status: min(max(status, 0), 3), label: episode.label,
            severity: episode.severity)
    }
}
