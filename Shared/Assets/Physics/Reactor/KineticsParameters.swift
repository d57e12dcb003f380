/// Delayed-neutron groups and generation time of a reactor.
public struct KineticsParameters: Sendable, Equatable {
    /// One group of precursors: its decay constant in 1/s and its share of all fission neutrons.
    public struct Group: Sendable, Equatable {
        public var decayPerS: Double
        public var fraction: Double

        public init(decayPerS: Double, fraction: Double) {
            self.decayPerS = decayPerS
            self.fraction = fraction
        }

        /// Share of its equilibrium that the group has reached after `seconds` at steady power.
        func builtUp(after seconds: Double) -> Double { -Maths.expm1(-decayPerS * max(seconds, 0)) }
    }

    public var groups: [Group]
    public var generationTimeS: Double

    /// The delayed fraction beta: the sum over the groups.
    public var beta: Double { groups.reduce(0) { $0 + $1.fraction } }

    /// Whether it can be of a reactor: everything finite, no decay or fraction negative, a generation time above zero.
    public var isSound: Bool {
        guard generationTimeS > 0, generationTimeS.isFinite else { return false }
        return groups.allSatisfy {
            $0.decayPerS >= 0 && $0.decayPerS.isFinite && $0.fraction >= 0 && $0.fraction.isFinite
        }
    }

    public init(groups: [Group], generationTimeS: Double) {
        self.groups = groups
        self.generationTimeS = generationTimeS
    }

    public init(decaysPerS: [Double], fractions: [Double], generationTimeS: Double) {
        self.init(
            groups: zip(decaysPerS, fractions).map { Group(decayPerS: $0, fraction: $1) },
            generationTimeS: generationTimeS)
    }

    /// The same groups with every fraction scaled so that they sum to `beta`.
    public func scaled(toBeta target: Double) -> KineticsParameters {
        let factor = target / beta
        return KineticsParameters(
            groups: groups.map { Group(decayPerS: $0.decayPerS, fraction: $0.fraction * factor) },
            generationTimeS: generationTimeS)
    }
}

extension KineticsParameters {
    private static let thermalDecays = [0.0127, 0.0317, 0.115, 0.311, 1.40, 3.87]

    /// Benchmark reactor I of Nahla, Nucl. Eng. Des. 240 (2010) 1622: beta .0075, generation time 5e-4 s.
    public static let thermalI = KineticsParameters(
        decaysPerS: thermalDecays, fractions: [0.000285, 0.0015975, 0.00141, 0.0030525, 0.00096, 0.000195],
        generationTimeS: 5e-4)

    /// Benchmark reactor II (same source): beta .007, generation time 2e-5 s.
    public static let thermalII = KineticsParameters(
        decaysPerS: thermalDecays, fractions: [0.000266, 0.001491, 0.001316, 0.002849, 0.000896, 0.000182],
        generationTimeS: 2e-5)

    /// Thermal reactor of the feedback benchmark (same source): beta .00645, generation time 5e-5 s.
    public static let thermalIII = KineticsParameters(
        decaysPerS: [0.0124, 0.0305, 0.111, 0.301, 1.13, 3.0],
        fractions: [0.00021, 0.00141, 0.00127, 0.00255, 0.00074, 0.00027], generationTimeS: 5e-5)

    /// Fast reactor of the stiff benchmark (Ganapol, Ann. Nucl. Energy 62 (2013) 564): generation time 1e-7 s.
    public static let fast = KineticsParameters(
        decaysPerS: [0.0129, 0.0311, 0.134, 0.331, 1.26, 3.21],
        fractions: [0.0001672, 0.001232, 0.0009504, 0.001443, 0.0004534, 0.000154], generationTimeS: 1e-7)

    /// Thermal fission of U-235 (Keepin, Physics of Nuclear Kinetics, 1965), sum .006502; generation time of a small
    /// light-water core.
    public static let uranium235 = KineticsParameters(
        decaysPerS: [0.0124, 0.0305, 0.111, 0.301, 1.14, 3.01],
        fractions: [0.000215, 0.001424, 0.001274, 0.002568, 0.000748, 0.000273], generationTimeS: 2e-5)

    /// Photoneutrons that fission-product gammas knock out of deuterium (Kugler 1975, in Rozon 1998):
    /// half-lives in seconds and shares of the total delayed fraction.
    public static let heavyWaterPhotoneutrons: [(halfLifeS: Double, share: Double)] = [
        (12.8 * 86_400, 0.000_165_3), (2.21 * 86_400, 0.000_337_2), (4.41 * 3600, 0.001_058),
        (52.7 * 60, 0.001_661), (16.7 * 60, 0.003_306), (4.39 * 60, 0.004_873), (1.30 * 60, 0.008_125),
        (32.3, 0.008_834), (10.1, 0.006_488),
    ]

    /// CANDU with an equilibrium core, "C15": nine photoneutron groups and six fission groups, beta .0058,
    /// generation time 0.9 ms. After a shutdown its neutrons die away far more slowly than in light water.
    public static let candu15: KineticsParameters = {
        let beta = 0.0058
        let photo = heavyWaterPhotoneutrons.map { halfLifeS, share in
            Group(decayPerS: Maths.ln2 / halfLifeS, fraction: beta * share)
        }
        let photoBeta = photo.reduce(0) { $0 + $1.fraction }
        let fission = uranium235.scaled(toBeta: beta - photoBeta)
        return KineticsParameters(groups: photo + fission.groups, generationTimeS: 9e-4)
    }()
}
