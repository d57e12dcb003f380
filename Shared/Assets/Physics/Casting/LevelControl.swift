/// The mould level loop, linearised: de/dt = d - K u', where u' = Kp e + Ki integral(e) is what the controller takes
/// away, K the valve's gain in mm/s per per cent, d a step of the balance in mm/s.
public struct LevelLoop: Sendable, Equatable {
    public var gainMmPerSPercent: Double
    /// Per cent per mm.
    public var proportional: Double
    /// Per cent per mm and second.
    public var integral: Double

    public init(gainMmPerSPercent: Double, proportional: Double, integral: Double) {
        self.gainMmPerSPercent = gainMmPerSPercent
        self.proportional = proportional
        self.integral = integral
    }

    /// The level's error `seconds` after a step of `disturbanceMmPerS`: the response of
    /// e'' + K Kp e' + K Ki e = 0 from e = 0, e' = d.
    public func errorMm(seconds t: Double, disturbanceMmPerS d: Double) -> Double {
        let damping = gainMmPerSPercent * proportional / 2
        let square = gainMmPerSPercent * integral
        let difference = damping * damping - square
        if abs(difference) <= 1e-12 * square { return d * t * Maths.exp(-damping * t) }
        if difference < 0 {
            let frequency = (-difference).squareRoot()
            return d / frequency * Maths.exp(-damping * t) * Maths.sin(frequency * t)
        }
        let root = difference.squareRoot()
        return d / (2 * root) * (Maths.exp((root - damping) * t) - Maths.exp((-root - damping) * t))
    }

    /// The largest error after a step, and when. Without an integral part the error stays, and is reached at infinity; a
    /// loop that drives the error up has no largest one: both are infinite.
    public func peak(disturbanceMmPerS d: Double) -> (errorMm: Double, seconds: Double) {
        let damping = gainMmPerSPercent * proportional / 2
        let square = gainMmPerSPercent * integral
        if square == 0, damping > 0 { return (d / (2 * damping), .infinity) }
        guard square > 0, damping >= 0 else { return (d == 0 ? 0 : d * .infinity, .infinity) }
        let difference = damping * damping - square
        let seconds: Double
        if abs(difference) <= 1e-12 * square {
            seconds = 1 / damping
        } else if difference < 0 {
            let frequency = (-difference).squareRoot()
            seconds = Maths.atan(frequency / damping) / frequency
        } else {
            let root = difference.squareRoot()
            seconds = Maths.log((damping + root) / (damping - root)) / (2 * root)
        }
        return (errorMm(seconds: seconds, disturbanceMmPerS: d), seconds)
    }
}

/// A discrete PI controller with clamped output: the integral stops where the output does.
public struct PIController: Sendable, Equatable {
    public var proportional: Double
    public var integral: Double
    public let low: Double
    public let high: Double
    /// The integral part of the output.
    public var held: Double

    public init(proportional: Double, integral: Double, low: Double, high: Double, held: Double) {
        self.proportional = proportional
        self.integral = integral
        self.low = low
        self.high = high
        self.held = held
    }

    /// The output for an error (set point minus value) after another `seconds`.
    public mutating func output(error: Double, seconds: Double) -> Double {
        let next = held + integral * error * seconds
        let wanted = next + proportional * error
        // Integrate only where it does not drive a clamped output further out.
        if (wanted < high || error < 0) && (wanted > low || error > 0) { held = min(max(next, low), high) }
        return min(max(held + proportional * error, low), high)
    }
}

/// Disturbance of the level by unsteady bulging between rolls: a standing pattern passes at v / pitch.
public enum Bulging {
    public static func frequencyHz(speedMPerMin: Double, rollPitchM: Double) -> Double {
        speedMPerMin / 60 / rollPitchM
    }
}
