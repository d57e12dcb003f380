import Assets
import Model

/// One cast as its sensors saw it, with its labels.
struct CastRecord: Sendable {
    /// The steel from a second of the cast on.
    struct Material: Sendable, Equatable {
        var second: Int
        /// In the order of the signals of the group "cast".
        var values: [Double]
    }

    let plan: CastPlan
    /// Every second.
    let process: SignalColumns
    /// What the machine was doing, every second.
    let status: SignalColumns
    /// Every ten seconds.
    let environment: SignalColumns
    let materials: [Material]
    let labels: CastLabels
    /// Of each signal of `process`.
    let statistics: [SignalStatistics]
    let summary: CastSummary
}

/// The caster's groups as the datasets use them.
struct CasterGroups: Sendable {
    let process: [Signal]
    let environment: [Signal]
    let cast: [Signal]
    let status: [Signal]
    let places: [Int]
    let scenarios: [Scenario]

    static let environmentStepS = 10

    static let all: CasterGroups = {
        guard let kind = AssetCatalog["caster"] else { preconditionFailure("the catalogue has no caster") }
        let places = ["process", "environment", "cast", "status"].map { name in
            guard let place = kind.groups.firstIndex(where: { $0.name == name }) else {
                preconditionFailure("the caster has no group \(name)")
            }
            return place
        }
        return CasterGroups(
            process: kind.groups[places[0]].signals, environment: kind.groups[places[1]].signals,
            cast: kind.groups[places[2]].signals, status: kind.groups[places[3]].signals, places: places,
            scenarios: kind.scenarios)
    }()

    func process(_ name: String) -> Int {
        guard let place = process.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("the caster has no signal \(name)")
        }
        return place
    }
}
