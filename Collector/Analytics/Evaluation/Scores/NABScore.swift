import Glibc

/// The score of the Numenta Anomaly Benchmark by its published definition (Lavin and Ahmad 2015, and `sweeper.py`).
///
/// Each window gives the best of its alarms, by their place in it, or costs a miss; each alarm outside costs by its
/// distance from the window before it. 0 is what a detector gets that never alarms, 100 one that alarms in the first
/// row of every window and nowhere else.
struct NABScore: Sendable {
    struct Profile: Sendable {
        let name: String
        let hit: Double
        let miss: Double
        let falseAlarm: Double

        static let standard = Profile(name: "standard", hit: 1, miss: 1, falseAlarm: 0.11)
        static let lowFalse = Profile(name: "low FP", hit: 1, miss: 1, falseAlarm: 0.22)
        static let lowMissed = Profile(name: "low FN", hit: 1, miss: 2, falseAlarm: 0.11)
        static let all = [standard, lowFalse, lowMissed]
    }

    /// Windows that count: those that reach beyond the probation.
    private(set) var windows = 0
    private(set) var detected = 0
    private(set) var falseAlarms = 0
    /// Sum of the windows' places of their best alarms, 0 to 1.
    private var hits = 0.0
    /// Sum of what false alarms weigh, 0 to 1 each.
    private var faults = 0.0

    init() {}

    /// `rows`: of alarms. `windows`: first and last row of each, in order. `probation`: rows that do not count.
    init(rowCount: Int, rows: [Int], windows: [ClosedRange<Int>], probation: Int) {
        let counted = rows.filter { $0 >= probation && $0 < rowCount }.sorted()
        for window in windows where window.upperBound >= probation {
            self.windows += 1
            guard let row = counted.first(where: window.contains) else { continue }
            detected += 1
            let place = -Double(window.upperBound - row + 1) / Double(window.count)
            hits += NABScore.sigmoid(place) / NABScore.sigmoid(-1)
        }
        for row in counted where !windows.contains(where: { $0.contains(row) }) {
            falseAlarms += 1
            guard let before = windows.last(where: { $0.upperBound < row }) else {
                faults += 1
                continue
            }
            faults -= NABScore.sigmoid(Double(row - before.upperBound) / Double(max(before.count - 1, 1)))
        }
    }

    mutating func add(_ other: NABScore) {
        windows += other.windows
        detected += other.detected
        falseAlarms += other.falseAlarms
        hits += other.hits
        faults += other.faults
    }

    /// Nil without windows.
    func normalised(_ profile: Profile) -> Double? {
        guard windows > 0 else { return nil }
        let raw =
            profile.hit * hits - profile.miss * Double(windows - detected) - profile.falseAlarm * faults
        let null = -profile.miss * Double(windows)
        return 100 * (raw - null) / (profile.hit * Double(windows) - null)
    }

    /// 1 at the left edge of a window (-1), 0 at its right edge, -1 far behind it.
    static func sigmoid(_ place: Double) -> Double { place >= 3 ? -1 : 2 / (1 + exp(5 * place)) - 1 }
}
