import Model

/// Four primary pumps with flywheels, two in series in each of two loops.
struct CanduPumps: Sendable {
    static let ratedRpm = 1788.0
    private static let flywheelS = 16.0
    /// Loop water is set moving and brought to rest by its own inertia.
    private static let waterS = 4.0
    private static let tripWear = 0.884
    private static let lines: [PumpVibration] = [
        PumpVibration(onceMmS: 0.95, twiceMmS: 0.45, vaneMmS: 0.6, broadbandMmS: 0.55),
        PumpVibration(onceMmS: 1.10, twiceMmS: 0.50, vaneMmS: 0.7, broadbandMmS: 0.60),
        PumpVibration(onceMmS: 1.00, twiceMmS: 0.55, vaneMmS: 0.6, broadbandMmS: 0.60),
        PumpVibration(onceMmS: 1.20, twiceMmS: 0.50, vaneMmS: 0.8, broadbandMmS: 0.60),
    ]

    /// Speeds as shares of the rated speed.
    private(set) var speeds: [4 of Double] = [1, 1, 1, 1]
    private(set) var isRunning: [4 of Bool] = [true, true, true, true]
    private(set) var flowFraction = 1.0
    /// Wear of the first pump's bearing: 0 sound, 1 seized; the vibration monitor trips the motor at 7.6 mm/s.
    private(set) var wear = 0.0

    /// One step. `wearing` 0...1 spoils the bearing of pump 1; `powerLoss` 0...1 takes the motors' torque away;
    /// `heatFraction` drives natural circulation.
    mutating func step(seconds: Double, wearing: Double, powerLoss: Double, heatFraction: Double) {
        if wearing > 0 {
            wear = min(wear + wearing * seconds / 150, 1)
        } else if wear > 0, isRunning[0] {
            wear = max(wear - seconds / 1200, 0)
        }
        if wear >= CanduPumps.tripWear { isRunning[0] = false }
        var squares: [2 of Double] = [0, 0]
        for pump in 0..<4 {
            // w' = (torque - w^2) / tau; without torque that is the rundown 1 / (1 + t / tau).
            let torque = isRunning[pump] ? 1 - powerLoss : 0
            let drag = pump == 0 ? 1 + (isRunning[0] ? 0.1 : 4) * wear * wear * wear : 1
            let speed = speeds[pump]
            speeds[pump] = max(speed + seconds / CanduPumps.flywheelS * (torque - drag * speed * speed), 0)
            squares[pump / 2] += speeds[pump] * speeds[pump] / 2
        }
        let forced = (squares[0].squareRoot() + squares[1].squareRoot()) / 2
        let natural = 0.11 * PrimaryFlow.naturalCirculation(powerFraction: heatFraction)
        flowFraction += (max(forced, natural) - flowFraction) * seconds / CanduPumps.waterS
    }

    /// After the repair: the pump is started again.
    mutating func restart() {
        wear = 0
        for pump in 0..<4 { isRunning[pump] = true }
    }

    var running: Double { (0..<4).reduce(0) { $0 + (isRunning[$1] ? 1 : 0) } }

    /// Rms velocity of one pump. A bearing that fails shows exponentially, most of it broadband.
    func vibrationMmS(_ pump: Int, cavitation: Double) -> Double {
        let base = CanduPumps.lines[pump].rmsMmS(speedFraction: speeds[pump], cavitation: cavitation)
        guard pump == 0, wear > 0 else { return base }
        let bearing = 0.25 * (Maths.exp(3.9 * wear) - 1) * speeds[0]
        return (base * base + bearing * bearing).squareRoot()
    }

    mutating func visitState(_ archive: inout StateArchive) {
        for pump in 0..<4 {
            archive.visit(&speeds[pump])
            archive.visit(&isRunning[pump])
        }
        archive.visit(&flowFraction)
        archive.visit(&wear)
    }
}
