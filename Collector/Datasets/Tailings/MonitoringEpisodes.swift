import Assets
import Model
import Scenarios

/// What befalls a facility while it is watched: spells of heavy rain, a failing decant, internal erosion and so on, now
/// and then, never two at once. One facility in five ends in a failure.
struct MonitoringEpisodes: Sendable {
    private struct Episode: Sendable {
        let kind: Int
        let startHour: Double
        let endHour: Double
        let part: ScenarioPart
    }

    private struct Kind {
        let id: String
        /// 0: only as the end of a facility.
        let weight: Double
        /// Hours at full strength.
        let hours: ClosedRange<Double>
        let severity: ClosedRange<Double>
    }

    private static let kinds = [
        Kind(id: "heavy-rain", weight: 0.4, hours: 3...14, severity: 0.03...0.2),
        Kind(id: "pond-rise", weight: 0.12, hours: 8...48, severity: 0.1...0.5),
        Kind(id: "piezometer-blockage", weight: 0.12, hours: 24...120, severity: 1...1),
        Kind(id: "seepage-increase", weight: 0.14, hours: 12...72, severity: 0.1...0.8),
        Kind(id: "creep-to-failure", weight: 0.12, hours: 12...72, severity: 0.04...0.3),
        Kind(id: "liner-leak", weight: 0.1, hours: 24...120, severity: 0.1...0.8),
        Kind(id: "brittle-failure", weight: 0, hours: 0...0, severity: 1...1),
    ]

    static let labels = ["none"] + kinds.map(\.id)

    /// For each label the scenario's place in the asset kind's list.
    static let places: [Int?] = labels.map { label in
        MonitoringSignals.kind?.scenarios.firstIndex { $0.id == label }
    }

    /// Of so many facilities one fails: by creep and, in every other lot, without warning.
    static let lot = 5
    private static let library = MonitoringSignals.kind.map { ScenarioLibrary($0) }

    private var random: SeededRandom
    private var current: Episode
    private let end: Episode?

    /// `hours`: how long the facility is watched, which decides when it fails.
    init(seed: UInt64, facility: Int, of facilities: Int, hours: Double) {
        random = SeededRandom(seed: seed, .episodes, facility)
        current = MonitoringEpisodes.next(after: 0, &random)
        end = MonitoringEpisodes.end(seed, facility, of: facilities, hours)
    }

    /// What is on at an hour since the start, and its strength; the hours must not fall.
    mutating func at(hour: Double) -> (label: Int, severity: Double) {
        if let end, hour >= end.startHour { return MonitoringEpisodes.level(end, hour) }
        while hour > current.endHour { current = MonitoringEpisodes.next(after: current.endHour, &random) }
        return MonitoringEpisodes.level(current, hour)
    }

    private static func level(_ episode: Episode, _ hour: Double) -> (label: Int, severity: Double) {
        let sinceHours = min(hour - episode.startHour, 1e6)
        guard sinceHours >= 0 else { return (0, 0) }
        let level = episode.part.level(sinceStartNs: Int64(sinceHours * 3600) * 1_000_000_000).rounded(digits: 4)
        return level > 0 ? (episode.kind + 1, level) : (0, 0)
    }

    private static func next(after hour: Double, _ random: inout SeededRandom) -> Episode {
        // A pause of a day and, on average, seven more.
        let pause = 24 - 168 * Maths.log(1 - random.unit())
        let number = random.weighted(kinds.map(\.weight))
        let kind = kinds[number]
        let start = hour + pause
        var part = usual(kind.id)
        part.durationMs = Int64(random.uniform(kind.hours) * 3_600_000)
        part.severity = random.uniform(kind.severity)
        let hours = Double(part.rampMs + (part.durationMs ?? 0) + part.recoveryMs) / 3_600_000
        return Episode(kind: number, startHour: start, endHour: start + hours, part: part)
    }

    /// Ramp and recovery as they usually are.
    private static func usual(_ id: String) -> ScenarioPart { library?[id]?.parts.first ?? ScenarioPart(id) }

    /// The failure that a facility comes to in the last quarter of its series; nil for the lucky, and where there is
    /// too little time for it to be seen coming.
    private static func end(_ seed: UInt64, _ facility: Int, of facilities: Int, _ hours: Double) -> Episode? {
        let number = facility / lot
        var random = SeededRandom(seed: seed, .failures, number)
        guard random.below(min(lot, max(facilities - number * lot, 1))) == facility % lot else { return nil }
        let failure = random.uniform(0.78...0.95) * hours
        let severity = random.uniform(0.7...1).rounded(digits: 2)
        // Two days of creep at full strength, of which half of the ramp is lost; a quarter of a day otherwise.
        let creep = usual("creep-to-failure")
        let creepHours = 48 / severity + Double(creep.rampMs) / 7_200_000
        if number % 2 == 0, failure - creepHours > 0.2 * hours {
            return lasting("creep-to-failure", severity, creep.rampMs, from: failure - creepHours)
        }
        return failure - 6 > 0.1 * hours ? lasting("brittle-failure", 1, 0, from: failure - 6) : nil
    }

    private static func lasting(_ id: String, _ severity: Double, _ rampMs: Int64, from hour: Double) -> Episode {
        Episode(
            kind: kinds.firstIndex { $0.id == id } ?? 0, startHour: hour, endHour: .infinity,
            part: ScenarioPart(id, severity: severity, rampMs: rampMs))
    }
}
