/// How an instrument departs from the truth. All amounts are standard deviations in the signal's unit.
struct Instrument: Sendable {
    /// White noise, new at every scan.
    var noise = 0.0
    /// White noise as a share of the reading, as of a counting instrument.
    var relativeNoise = 0.0
    /// First-order autoregressive noise (electronics, flow past the element) and its time constant.
    var wander = 0.0
    var wanderSeconds = 6.0
    /// Slow drift of the calibration, over hours.
    var drift = 0.0
    /// First-order lag of the element, such as a thermowell.
    var lagSeconds = 0.0
    /// Smallest difference it resolves; nil: the signal's decimals.
    var resolution: Double?

    init(
        noise: Double = 0, relative relativeNoise: Double = 0, wander: Double = 0, over wanderSeconds: Double = 6,
        drift: Double = 0, lag: Double = 0,
        resolution: Double? = nil
    ) {
        self.noise = noise
        self.relativeNoise = relativeNoise
        self.wander = wander
        self.wanderSeconds = wanderSeconds
        self.drift = drift
        lagSeconds = lag
        self.resolution = resolution
    }
}
