public import Model

/// What one run of the caster is given from outside. The defaults are the caster of the catalogue.
public struct CasterSettings: Sendable {
    /// The steels of which heats are drawn.
    public var grades = Heat.grades
    /// The heat that is being poured when the run begins; nil: one is drawn.
    public var firstHeat: Heat?
    /// Casting speed aimed at with the first heat; nil: that of its grade.
    public var speedAimMPerMin: Double?
    public var ladleT = 150.0
    /// Turbulence in the nozzle, in terms of the usual one.
    public var turbulence = 1.0
    /// How long the cast (the sequence of heats) has been going on when the run begins. A cast starts at 85 % of its
    /// speed and takes 15 minutes to reach all of it.
    public var secondsInCast = 2400.0
    /// Air at the site: mean over the day, and half of what day and night differ.
    public var airMeanC = 15.0
    public var airSwingC = 6.0
    /// Local time when the run begins, seconds since midnight; nil: drawn.
    public var secondOfDay: Double?
    /// Casting before the run begins, by which everything comes into its regime.
    public var warmUpSeconds = 600

    public init() {}

    /// The share of each spray zone in all zones' water.
    public static var zoneShares: [Double] { (0..<CasterPlant.zoneCount).map { CasterCooling.zoneShares[$0] } }

    /// A caster under these settings, with the groups and signals of the kind "caster" (its category `grade` excepted:
    /// it counts `grades`). The same seed and settings give the same readings, bit for bit.
    public func makeSimulator(seed: UInt64) -> any Simulator { CasterSimulator(seed: seed, settings: self) }
}
