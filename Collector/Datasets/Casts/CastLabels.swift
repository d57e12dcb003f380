import Assets
import Model

/// What became of a cast: which rules its readings break, and which defects it has.
struct CastLabels: Sendable, Equatable {
    typealias Defect = DefectRules.Defect

    enum Level: String, Sendable, CaseIterable { case none, minor, moderate, severe }

    /// How far beyond its threshold each rule has been, rounded to four decimals; 0 = not broken. In the order of
    /// `Defect`, as everything here.
    let ruleSeverities: [Double]
    let probabilities: [Double]
    /// Probability of at least one defect.
    let probability: Double
    let defects: [Bool]
    /// Of the worst defect, 1 for one that no rule explains; 0 without a defect.
    let severity: Double
    let level: Level
    /// The worst defect.
    let worst: Defect?

    var isRuleBroken: Bool { ruleSeverities.contains { $0 > 0 } }
    var isDefective: Bool { worst != nil }
    var className: String { worst?.name ?? "none" }
    static let classNames = ["none"] + Defect.allCases.map(\.name)

    /// From the readings as they stand in the files.
    init(plan: CastPlan, defects model: DefectModel, process: SignalColumns) {
        self.init(
            severities: RuleReadings(process).severities(model.thresholds), heat: plan.heat, defects: model,
            fortunes: plan.fortunes)
    }

    init(severities: [Double], heat: Heat, defects model: DefectModel, fortunes: [Double]) {
        ruleSeverities = severities.map { Distribution.rounded($0, decimals: 4) }
        probabilities = model.probabilities(severities: ruleSeverities, heat: heat).map {
            Distribution.rounded($0, decimals: 6)
        }
        probability = Distribution.rounded(DefectModel.any(probabilities), decimals: 6)
        defects = zip(fortunes, probabilities).map { $0 < $1 }
        var worst: (defect: Defect, severity: Double)?
        for defect in Defect.allCases where defects[defect.rawValue] {
            let severity = max(ruleSeverities[defect.rawValue], 1)
            if severity > worst?.severity ?? 0 { worst = (defect, severity) }
        }
        self.worst = worst?.defect
        severity = worst?.severity ?? 0
        level =
            severity == 0 ? .none : severity < model.moderate ? .minor : severity < model.severe ? .moderate : .severe
    }
}
