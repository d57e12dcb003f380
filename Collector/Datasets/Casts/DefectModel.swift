import Assets
import Model
import Runtime

/// From the excursions of a cast to its defects: rules with thresholds, and the probability of a defect where a rule
/// is broken and where none is.
struct DefectModel: Sendable, Equatable {
    typealias Defect = DefectRules.Defect

    /// How probable a defect is once its rule is broken: 1 - (1 - threshold) exp(-steepness (severity - 1)).
    struct Response: Sendable, Equatable {
        /// At severity 1, the rule being just broken.
        var threshold: Double
        var steepness: Double

        func probability(severity: Double) -> Double {
            severity >= 1 ? 1 - (1 - threshold) * Maths.exp(-steepness * (severity - 1)) : 0
        }
    }

    /// Defects that no rule explains.
    struct Background: Sendable, Equatable {
        /// At the reference cleanliness.
        var probability: Double
        var cleanliness: Double
        /// It takes so many points of cleanliness to make it e times more or less probable.
        var cleanlinessScale: Double
        /// Steels with .09 to .17 % carbon crack more easily: their shell grows unevenly.
        var peritecticFactor: Double
        var atMost: Double
    }

    /// Wanted share of casts with a defect.
    var share: Double
    var thresholds: DefectRules.Thresholds
    /// In the order of `Defect`.
    var responses: [Response]
    var background: Background
    /// From which severity on a defect counts as moderate and as severe.
    var moderate: Double
    var severe: Double

    /// Background probability of any defect.
    func backgroundProbability(_ heat: Heat) -> Double {
        let dirt = Maths.exp((background.cleanliness - heat.cleanliness) / background.cleanlinessScale)
        let peritectic = heat.composition.isPeritectic ? background.peritecticFactor : 1
        return min(background.probability * dirt * peritectic, background.atMost)
    }

    /// Probability of each defect, given the severity of its rule.
    func probabilities(severities: [Double], heat: Heat) -> [Double] {
        // Spread evenly over the kinds of defect, so that together they have the background's probability.
        let kinds = Double(Defect.allCases.count)
        let each = 1 - Maths.exp(Maths.log(1 - backgroundProbability(heat)) / kinds)
        return zip(severities, responses).map { severity, response in
            1 - (1 - response.probability(severity: severity)) * (1 - each)
        }
    }

    /// Probability of at least one.
    static func any(_ probabilities: [Double]) -> Double { 1 - probabilities.reduce(1) { $0 * (1 - $1) } }
}

extension DefectRules.Defect {
    /// As it stands in the files: surface_cracks.
    var name: String {
        switch self {
        case .surfaceCracks: "surface_cracks"
        case .internalCracks: "internal_cracks"
        case .cornerCracks: "corner_cracks"
        case .inclusions: "inclusions"
        case .shape: "shape"
        }
    }
}

extension DefectModel {
    init(_ section: ConfigReader, base: DefectModel?) {
        share = section.double("share", in: 0...0.95, default: base?.share)
        var limits = base?.thresholds ?? DefectRules.Thresholds(zoneShares: CasterSettings.zoneShares)
        var responses: [Response] = []
        for defect in Defect.allCases {
            let rule = section.section(defect.name)
            limits.read(defect, rule, isBase: base == nil)
            let usual = base?.responses[defect.rawValue]
            responses.append(
                Response(
                    threshold: rule.double("probability", in: 0...1, default: usual?.threshold),
                    steepness: rule.double("steepness", in: 0...100, default: usual?.steepness)))
        }
        thresholds = limits
        self.responses = responses
        let back = section.section("background")
        background = Background(
            probability: back.double("probability", in: 0...1, default: base?.background.probability),
            cleanliness: back.double("cleanliness", in: 0...100, default: base?.background.cleanliness),
            cleanlinessScale: back.double(
                "cleanliness_scale", in: 0.1...1000, default: base?.background.cleanlinessScale),
            peritecticFactor: back.double("peritectic_factor", in: 0...100, default: base?.background.peritecticFactor),
            atMost: back.double("at_most", in: 0...0.9, default: base?.background.atMost))
        let levels = section.section("severity_levels")
        moderate = levels.double("moderate", in: 1...1000, default: base?.moderate)
        severe = levels.double("severe", in: 1...1000, default: base?.severe)
        if moderate > severe { levels.fail("moderate", "is above severe: exchange the two") }
    }
}

extension DefectRules.Thresholds {
    fileprivate mutating func read(_ defect: DefectRules.Defect, _ rule: ConfigReader, isBase: Bool) {
        func number(_ key: String, in range: ClosedRange<Double>, _ value: Double) -> Double {
            rule.double(key, in: range, default: isBase ? nil : value)
        }
        func seconds(_ key: String, from least: Int, _ value: Int) -> Int {
            rule.int(key, in: least...86_400, default: isBase ? nil : value)
        }
        switch defect {
        case .surfaceCracks:
            levelMm = number("deviation_mm", in: 0.1...200, levelMm)
            levelSeconds = seconds("longer_than_s", from: 0, levelSeconds)
        case .internalCracks:
            dropK = number("drop_k", in: 0.1...500, dropK)
            dropSeconds = seconds("within_s", from: 1, dropSeconds)
            dropSpeedMPerMin = number("above_m_per_min", in: 0...3, dropSpeedMPerMin)
        case .cornerCracks:
            let low = number("low_per_min", in: 0...1000, oscillationPerMin.lowerBound)
            let high = number("high_per_min", in: 0...1000, oscillationPerMin.upperBound)
            if low <= high {
                oscillationPerMin = low...high
            } else {
                rule.fail("low_per_min", "is above high_per_min: exchange the two")
            }
            oscillationSeconds = seconds("longer_than_s", from: 0, oscillationSeconds)
        case .inclusions:
            superheatK = number("superheat_above_k", in: 0...200, superheatK)
            imbalance = number("imbalance_above", in: 0.001...10, imbalance)
            imbalanceSeconds = seconds("longer_than_s", from: 0, imbalanceSeconds)
        case .shape:
            vibrationMmPerS = number("vibration_above_mm_per_s", in: 0.1...200, vibrationMmPerS)
        }
    }
}
