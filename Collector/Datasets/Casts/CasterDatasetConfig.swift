import Assets
import Model
import Runtime

/// What a set of casts is made of, as `configs/datasets/caster.yaml` says; what a file leaves out is as in the sample.
struct CasterDatasetConfig: Sendable {
    /// When casts are made, and how they belong together.
    struct Campaign: Sendable, Equatable {
        var startMs: Int64
        /// Casts that follow one another in one sequence: of one grade, and never in different splits.
        var castsPerSequence: Int
        /// From start to start; sequences that last longer follow one another directly.
        var hoursBetweenSequences: Double
        var trainShare: Double
        var validationShare: Double
        var testShare: Double
    }

    /// The air outside.
    struct Climate: Sendable, Equatable {
        var meanC: Double
        /// Half of what summer and winter, day and night differ.
        var seasonalSwingC: Double
        var dailySwingC: Double
        /// Counted from 1 January.
        var warmestDay: Double
    }

    struct Grade: Sendable, Equatable {
        var name: String
        var share: Double
        var speedMPerMin: Distribution
        var superheatK: Distribution
        var cleanliness: Distribution
        /// Mass per cent, in the order of `SteelElement`.
        var elements: [Distribution]
    }

    struct Outputs: Sendable, Equatable {
        enum Layout: String, Sendable, CaseIterable { case wide, long, both }
        var layout: Layout
        /// One JSON file per cast.
        var metadata: Bool
        /// Calls the unit of the oscillation frequency "Hz", as old documents do; its values stay cycles per minute.
        var legacyHertzLabel: Bool
    }

    var campaign: Campaign
    var climate: Climate
    var ladleT: Double
    /// Turbulence in the nozzle, in terms of the usual one.
    var turbulence: Distribution
    var grades: [Grade]
    var defects: DefectModel
    /// What breaks the defects' rules.
    var excursions: [CastTemplate]
    /// What happens to a share of the other casts and breaks none: without it, any irregularity would tell the label.
    var disturbanceShare: Double
    var disturbances: [CastTemplate]
    var outputs: Outputs

    static func load(_ path: String) throws(ConfigFailure) -> CasterDatasetConfig {
        try ConfigFile.load(path) { CasterDatasetConfig($0, base: .sample) }
    }

    static func parse(_ text: String, name: String) throws(ConfigFailure) -> CasterDatasetConfig {
        try ConfigFile.parse(Array(text.utf8), name: name) { CasterDatasetConfig($0, base: .sample) }
    }

    /// What the sample says.
    static let sample: CasterDatasetConfig = {
        do {
            return try ConfigFile.parse(Array(CasterDatasetSample.text.utf8), name: "configs/datasets/caster.yaml") {
                CasterDatasetConfig($0, base: nil)
            }
        } catch {
            preconditionFailure("the sample is wrong: \(error)")
        }
    }()
}

/// The elements that are reported of each cast, with the digits after the point that the laboratory gives.
enum SteelElement: Int, Sendable, CaseIterable {
    case carbon, manganese, silicon, sulfur, phosphorus, chromium, nickel

    var name: String { "\(self)" }

    var decimals: Int {
        switch self {
        case .carbon, .sulfur, .phosphorus: 4
        case .manganese, .silicon: 3
        case .chromium, .nickel: 2
        }
    }

    var path: any WritableKeyPath<SteelComposition, Double> & Sendable {
        switch self {
        case .carbon: \.carbon
        case .manganese: \.manganese
        case .silicon: \.silicon
        case .sulfur: \.sulfur
        case .phosphorus: \.phosphorus
        case .chromium: \.chromium
        case .nickel: \.nickel
        }
    }
}

/// A scenario, or several at once, with what varies about them.
struct CastTemplate: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        /// The scenario's name and its place among those of the caster.
        var scenario: String
        var index: Int
        var severity: Distribution
        /// After the template's onset.
        var delayMin: Double
        var rampMin: Distribution
        var durationMin: Distribution
        var recoveryMin: Distribution
    }

    var name: String
    var weight: Double
    /// Share of the cast that has gone by.
    var onset: Distribution
    /// On the grade's usual casting speed.
    var speedFactor: Distribution
    var parts: [Part]
}
