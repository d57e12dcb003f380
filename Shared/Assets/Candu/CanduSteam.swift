import Model

/// The secondary side: four steam generators as one, turbine and feedwater under control.
struct CanduSteam: Sendable {
    static let ratedSteamKgS = 1029.0
    private static let setMPa = 4.7
    /// Rise of enthalpy from feedwater at 187 Cel to steam at 4.7 MPa.
    private static let riseMJPerKg = 2.003
    /// Heat stored per MPa in the water of the steam generators.
    private static let storedMJPerMPa = 9000.0
    private static let kgPerPercent = 1600.0
    private static let transferUnits = 2.2685

    private(set) var pressureMPa = CanduSteam.setMPa
    private(set) var saturationC: Double
    private(set) var levelPercent = 50.0
    private(set) var steamKgS = CanduSteam.ratedSteamKgS
    private(set) var feedwaterKgS = CanduSteam.ratedSteamKgS
    private(set) var generatorMW = 728.0
    private(set) var feedwaterC = 187.0
    private var integral = 0.0

    init() { saturationC = Saturation.lightWater.celsius(pressureMPa: CanduSteam.setMPa) }

    /// Temperature of the coolant that leaves the steam generators.
    func coldC(hotC: Double, flowFraction: Double) -> Double {
        let units = CanduSteam.transferUnits * Maths.exp(-0.6 * Maths.log(max(flowFraction, 0.02)))
        return saturationC + (hotC - saturationC) * Maths.exp(-units)
    }

    /// One step with `heatMW` from the primary side. Steam flow holds the pressure; feedwater holds the level.
    mutating func step(seconds: Double, heatMW: Double, feedNoise: Double, tubeLeakKgS: Double) {
        pressureMPa += (heatMW - steamKgS * CanduSteam.riseMJPerKg) / CanduSteam.storedMJPerMPa * seconds
        pressureMPa = max(pressureMPa, 0.15)
        saturationC = Saturation.lightWater.celsius(pressureMPa: pressureMPa)
        let error = pressureMPa - CanduSteam.setMPa
        integral = min(max(integral + 40 * error * seconds, 0), 1.15 * CanduSteam.ratedSteamKgS)
        let wanted = max(integral + CanduSteam.ratedSteamKgS * 1.2 * error, 0)
        steamKgS += (min(wanted, 1.15 * CanduSteam.ratedSteamKgS) - steamKgS) * seconds / 2
        let feed = max(steamKgS + 30 * (50 - levelPercent), 0) * (1 + feedNoise)
        feedwaterKgS += (min(feed, 1.2 * CanduSteam.ratedSteamKgS) - feedwaterKgS) * seconds / 3
        levelPercent += (feedwaterKgS + tubeLeakKgS - steamKgS) / CanduSteam.kgPerPercent * seconds
        levelPercent = min(max(levelPercent, 0), 100)
        let load = steamKgS / CanduSteam.ratedSteamKgS
        // Below a tenth of its load the turbine is off the grid and steam goes to the condenser.
        let target = load > 0.1 ? 728 * (load - 0.02) / 0.98 : 0
        generatorMW += (target - generatorMW) * seconds / 3
        feedwaterC += (150 + 37 * min(load, 1.1) - feedwaterC) * seconds / 120
    }

    mutating func start() { integral = CanduSteam.ratedSteamKgS }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&pressureMPa)
        archive.visit(&saturationC)
        archive.visit(&levelPercent)
        archive.visit(&steamKgS)
        archive.visit(&feedwaterKgS)
        archive.visit(&generatorMW)
        archive.visit(&feedwaterC)
        archive.visit(&integral)
    }
}
