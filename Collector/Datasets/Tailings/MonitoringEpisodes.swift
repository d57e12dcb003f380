import Assets
import Model

/// What befalls a facility while it is watched: spells of heavy rain, a failing decant, internal erosion and so on, now
/// and then, never two at once and none that ends in a failure.
struct MonitoringEpisodes: Sendable {
    struct Episode: Sendable {
        let kind: Int
        let start: Double
        let end: Double
        let ramp: Double
        let severity: Double
    }

    private struct Kind {
        let id: String
        let weight: Double
        /// Hours.
        let length: ClosedRange<Double>
        let severity: ClosedRange<Double>
        let ramp: Double
    }

    private static let kinds = [
        Kind(id: "heavy-rain", weight: 0.4, length: 3...14, severity: 0.03...0.2, ramp: 0.5),
        Kind(id: "pond-rise", weight: 0.12, length: 8...48, severity: 0.1...0.5, ramp: 1),
        Kind(id: "piezometer-blockage", weight: 0.12, length: 24...120, severity: 1...1, ramp: 0),
        Kind(id: "seepage-increase", weight: 0.14, length: 12...72, severity: 0.1...0.8, ramp: 6),
        Kind(id: "creep-to-failure", weight: 0.12, length: 24...96, severity: 0.04...0.3, ramp: 12),
        Kind(id: "liner-leak", weight: 0.1, length: 24...120, severity: 0.1...0.8, ramp: 6),
    ]

    static let labels = ["none"] + kinds.map(\.id)

    /// For each label the scenario's place in the asset kind's list.
    static let places: [Int?] = labels.map { label in
        MonitoringSignals.kind?.scenarios.firstIndex { $0.id == label }
    }

    private var random: SeededRandom
    private var current: Episode

    init(seed: UInt64, facility: Int) {
        random = SeededRandom(seed: seed, .episodes, facility)
        current = MonitoringEpisodes.next(after: 0, &random)
    }

    /// The episode that is on at an hour since the start, and its strength; the hours must not fall.
    mutating func at(hour: Double) -> (label: Int, severity: Double) {
        while hour > current.end { current = MonitoringEpisodes.next(after: current.end, &random) }
        guard hour >= current.start else { return (0, 0) }
        let rising = current.ramp > 0 ? (hour - current.start) / current.ramp : 1
        let level = (current.severity * min(rising, 1)).rounded(digits: 4)
        return level > 0 ? (current.kind + 1, level) : (0, 0)
    }

    private static func next(after hour: Double, _ random: inout SeededRandom) -> Episode {
        // A pause of a day and, on average, seven more.
        let pause = 24 - 168 * Maths.log(1 - random.unit())
        let number = random.weighted(kinds.map(\.weight))
        let kind = kinds[number]
        let start = hour + pause
        return Episode(
            kind: number, start: start, end: start + random.uniform(kind.length), ramp: kind.ramp,
            severity: random.uniform(kind.severity))
    }
}
