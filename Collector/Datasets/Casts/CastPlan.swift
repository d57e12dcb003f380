import Assets
import Model

/// Everything about one cast that is decided before it is simulated.
struct CastPlan: Sendable {
    enum Split: String, Sendable, CaseIterable { case train, validation, test }

    /// A scenario on its way: nothing until its onset, a ramp, full severity, and a recovery.
    struct Injection: Sendable, Equatable {
        var scenario: String
        /// Its place among the scenarios of the caster.
        var index: Int
        var severity: Double
        var onsetS: Int
        var rampS: Int
        var holdS: Int
        var recoveryS: Int

        /// First second in which it is over; the cast may end before.
        var endS: Int { onsetS + rampS + holdS + recoveryS }

        /// Strength in a second of the cast.
        func level(second: Int) -> Double {
            let since = second - onsetS
            if since < 0 { return 0 }
            if since < rampS { return severity * Double(since + 1) / Double(rampS + 1) }
            if since < rampS + holdS { return severity }
            let left = rampS + holdS + recoveryS - since
            return left > 0 ? severity * Double(left) / Double(recoveryS + 1) : 0
        }
    }

    var number: Int
    /// "cast-000017"
    var id: String
    var sequence: Int
    /// "sequence-00004"
    var sequenceID: String
    var placeInSequence: Int
    var split: Split
    var startMs: Int64
    var seconds: Int
    var grade: Int
    var gradeName: String
    var heat: Heat
    var speedAimMPerMin: Double
    var settings: CasterSettings
    var seed: UInt64
    /// The template's name; nil: nothing happens.
    var template: String?
    /// True where the template is meant to break a rule.
    var isExcursion: Bool
    var injections: [Injection]
    /// Decides whether each defect comes about: it does where the number is below its probability.
    var fortunes: [Double]

    var endMs: Int64 { startMs + Int64(seconds) * 1000 }
    /// The true onset of what happens.
    var onsetS: Int? { injections.map(\.onsetS).min() }
}
