/// How fast the disturbances of each kind usually go: what holds where nobody says otherwise.
enum ScenarioPaces {
    private typealias Pace = (ramp: Int64, duration: Int64, recovery: Int64)
    private static let minute: Int64 = 60
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400

    static func part(_ scenario: String, kind: String) -> ScenarioPart {
        let pace = paces["\(kind)/\(scenario)"] ?? paces[scenario] ?? (minute, 10 * minute, minute)
        return ScenarioPart(
            scenario, rampMs: pace.ramp * 1000, durationMs: pace.duration * 1000, recoveryMs: pace.recovery * 1000)
    }

    /// In seconds; by kind and id, or by id for all kinds.
    private static let paces: [String: Pace] = [
        "coolant-leak": (minute, 10 * minute, 2 * minute),
        "pump-failure": (5 * minute, 10 * minute, 5 * minute),
        "loss-of-flow": (10, 5 * minute, 2 * minute),
        "steam-generator-tube-leak": (2 * minute, 20 * minute, 5 * minute),
        "load-change": (5 * minute, 30 * minute, 5 * minute),
        "xenon-transient": (minute, 2 * hour, 10 * minute),

        "breakout-sticker": (0, 2 * minute, minute),
        "nozzle-clogging": (20 * minute, 20 * minute, 5 * minute),
        "level-oscillation": (30, 5 * minute, 30),
        "stopper-fault": (0, 5 * minute, minute),
        "oscillation-out-of-band": (30, 10 * minute, 30),
        "cooling-zone-failure": (minute, 15 * minute, 2 * minute),
        "high-superheat": (2 * minute, 30 * minute, 5 * minute),
        "roller-vibration": (5 * minute, 20 * minute, 0),
        "oscillator-vibration": (5 * minute, 20 * minute, 0),
        "tundish-temperature-drop": (30, 5 * minute, 5 * minute),

        "heavy-rain": (30 * minute, 6 * hour, hour),
        "pond-rise": (hour, 2 * day, 6 * hour),
        "piezometer-blockage": (0, 7 * day, 0),
        "seepage-increase": (6 * hour, 2 * day, 12 * hour),
        "creep-to-failure": (day, 3 * day, 0),
        "brittle-failure": (0, 12 * hour, 0),
        "liner-leak": (12 * hour, 7 * day, 2 * day),

        "sensor-drift": (0, hour, 0),
        "sensor-stuck": (0, 10 * minute, 0),
        "sensor-spike": (0, 10 * minute, 0),
        "sensor-dropout": (0, 10 * minute, 0),
        "sensor-bias": (minute, 30 * minute, minute),
    ]
}
