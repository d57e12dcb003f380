import Model

/// The reactor regulating system: liquid zones for fine control, adjuster rods behind them, a set point that moves at
/// a limited rate, and the operator who restarts after a trip once its cause has gone.
struct CanduRegulation: Sendable {
    /// Worth of all zones from empty to full, and of all adjusters from in to out.
    private static let zoneMkPerPercent = -0.07
    private static let adjusterMkPerPercent = 0.15
    static let restZonePercent = 45.0

    private(set) var zonePercent = CanduRegulation.restZonePercent
    private(set) var adjusterPercent = 0.0
    /// Power asked for now, as a share of full power.
    private(set) var setPoint = 1.0
    private var isDriving = false

    /// Reactivity against the resting state.
    var reactivity: Double {
        (CanduRegulation.zoneMkPerPercent * (zonePercent - CanduRegulation.restZonePercent)
            + CanduRegulation.adjusterMkPerPercent * adjusterPercent) * 1e-3
    }

    /// One step towards `target`, changing the set point by at most `ratePerS` (share of full power).
    mutating func step(
        seconds: Double, fission: Double, logRatePerS: Double, target: Double, ratePerS: Double, isTripped: Bool
    ) {
        guard !isTripped else {
            // Zones are frozen and the set point follows the power down, so that a restart begins from there.
            setPoint = max(min(setPoint, fission), 1e-9)
            return
        }
        // Far below full power the set point moves by a share of itself.
        let allowed = min(ratePerS, max(0.03 * setPoint, 1e-9)) * seconds
        setPoint += min(max(target - setPoint, -ratePerS * seconds), allowed)
        // A poisoned reactor does not follow; the set point does not run away from it.
        setPoint = min(setPoint, max(1.2 * fission, 1e-9))
        let error = min(max((fission - setPoint) / max(setPoint, 1e-9), -0.1), 0.1)
        let fill = min(max(40 * error + 60 * logRatePerS, -1.2), 1.2)
        zonePercent = min(max(zonePercent + fill * seconds, 0), 100)
        // Adjusters help when zones run low, and go back when they run high.
        if zonePercent < 18 { isDriving = true } else if zonePercent > 30 && zonePercent < 60 { isDriving = false }
        if zonePercent < 18 || (isDriving && zonePercent < 30) {
            adjusterPercent = min(adjusterPercent + 0.15 * seconds, 100)
        } else if zonePercent > 72 {
            adjusterPercent = max(adjusterPercent - 0.15 * seconds, 0)
        }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&zonePercent)
        archive.visit(&adjusterPercent)
        archive.visit(&setPoint)
        archive.visit(&isDriving)
    }
}
