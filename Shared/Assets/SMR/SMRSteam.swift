import Model

/// The secondary side: once-through helical coils, whose feedwater decides how much heat is taken from the reactor,
/// a feedwater pump, and the turbine.
struct SMRSteam: Sendable {
    static let ratedKgS = 68.0
    static let ratedRpm = 3450.0
    /// Evaporation from feedwater at 149 Cel, and specific heat of the superheated steam at 3.5 MPa.
    private static let riseMJPerKg = 2.1747
    private static let steamMJPerKgK = (SMRCore.design.ratedMW / ratedKgS - riseMJPerKg) / (300 - 242.56)
    private static let lines = PumpVibration(onceMmS: 0.8, twiceMmS: 0.4, vaneMmS: 0.6, broadbandMmS: 0.5)
    private static let tripWear = 0.884

    private(set) var feedwaterKgS = SMRSteam.ratedKgS
    /// Boiled off in the coils.
    private(set) var steamKgS = SMRSteam.ratedKgS
    private(set) var steamMPa = 3.5
    private(set) var steamC = 300.0
    private(set) var feedwaterC = 149.0
    private(set) var generatorMW = 50.0
    private(set) var heatMW = SMRCore.design.ratedMW
    private(set) var pumpSpeed = 1.0
    private(set) var isPumpRunning = true
    private(set) var wear = 0.0

    /// One step. `load` is the share of full feedwater asked for.
    mutating func step(seconds: Double, load: Double, hotC: Double, feedNoise: Double, wearing: Double) {
        if wearing > 0 {
            wear = min(wear + wearing * seconds / 150, 1)
        } else if wear > 0, isPumpRunning {
            wear = max(wear - seconds / 1200, 0)
        }
        if wear >= SMRSteam.tripWear { isPumpRunning = false }
        let wantedSpeed = isPumpRunning ? 0.55 + 0.45 * min(load, 1.1) : 0
        pumpSpeed += (wantedSpeed - pumpSpeed) * min(seconds / (isPumpRunning ? 3 : 6), 1)
        // Below half speed the pump does not lift its valve.
        let delivered = isPumpRunning ? load : min(max(load, 0), max((pumpSpeed - 0.5) * 2, 0))
        feedwaterKgS += (SMRSteam.ratedKgS * delivered * (1 + feedNoise) - feedwaterKgS) * seconds / 2
        feedwaterKgS = max(feedwaterKgS, 0)
        steamKgS += (feedwaterKgS - steamKgS) * seconds / 10
        let share = steamKgS / SMRSteam.ratedKgS
        steamMPa += (3.5 * (0.9 + 0.1 * min(share, 1.2)) - steamMPa) * seconds / 15
        let boilingC = 242.56 + 17.4 * (steamMPa - 3.5)
        // The longer the dry end of the coils, the closer the steam comes to the primary temperature.
        let units = 1.909 * max(2 - share, 0.2)
        let excess = max(hotC - boilingC, 0)
        steamC = boilingC + excess * (1 - Maths.exp(-units))
        let rise = SMRSteam.riseMJPerKg + SMRSteam.steamMJPerKgK * (steamC - boilingC) - 4.3e-3 * (feedwaterC - 149)
        // As the primary side cools towards boiling, less and less can be evaporated.
        heatMW = steamKgS * rise * min(excess / 30, 1)
        feedwaterC += (112 + 37 * min(share, 1.1) - feedwaterC) * seconds / 120
        let target = share > 0.15 ? 50 * (share - 0.03) / 0.97 : 0
        generatorMW += (target - generatorMW) * seconds / 3
    }

    mutating func restartPump() {
        wear = 0
        isPumpRunning = true
    }

    var pumpVibrationMmS: Double {
        let base = SMRSteam.lines.rmsMmS(speedFraction: pumpSpeed)
        guard wear > 0 else { return base }
        let bearing = 0.25 * (Maths.exp(3.9 * wear) - 1) * pumpSpeed
        return (base * base + bearing * bearing).squareRoot()
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&feedwaterKgS)
        archive.visit(&steamKgS)
        archive.visit(&steamMPa)
        archive.visit(&steamC)
        archive.visit(&feedwaterC)
        archive.visit(&generatorMW)
        archive.visit(&heatMW)
        archive.visit(&pumpSpeed)
        archive.visit(&isPumpRunning)
        archive.visit(&wear)
    }
}
