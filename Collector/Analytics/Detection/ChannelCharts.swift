/// What one reading of a channel did to its charts.
extension ChannelState {
    /// Readings before anything is judged: so few degrees of freedom tell nothing.
    static let fewest = 8.0
    /// How many readings the scale of the residual remembers.
    static let memory = 4_000.0
    static let fastWeight = 0.2
    static let slowWeight = 0.05
    static let allowance = 0.5
    static let dispersionWeight = 0.05
    static let levelWeight = 0.05
    /// A residual counts no more than this in the charts that add up: one spike is not a shift.
    static let clip = 4.0
    /// -log10 of the number of charts a channel has: each has its chance of a false alarm.
    static let chartCost = 0.7

    /// Takes a good reading. `learning` is 0 during a finding, else 1. Gives the channel's surprise.
    @inline(__always)
    mutating func take(_ reading: Double, timeMs: Double, resolution: Double, learning: Double) -> Double {
        let floor = max(resolution * 0.29, abs(reading) * 1e-9)
        count += 1
        value = reading
        guard count > 1 else {
            predictor.take(reading, error: 0, weight: 0, typical: 0)
            level = reading
            baseline = reading
            return 0
        }
        let error = reading - predictor.expected
        let scale = max(variance.squareRoot(), floor)
        let freedom = max(min(learned, 200) - 2, 1)
        var worst = 0.0
        var way = Finding.Direction.up
        let score = error / max(scale, 1e-300)
        let isJudged = learned >= ChannelState.fewest
        if isJudged {
            // A signal that has never moved tells nothing about how far it may: only that moving is rare.
            if variance <= floor * floor * 1e-6 {
                worst = error == 0 ? 0 : Tails.distance(surprise: Tails.log10(count + 2))
            } else {
                worst = Tails.normal(t: score, freedom: freedom)
            }
            way = error > 0 ? .up : .down
        }
        residual = min(max(score, -1e6), 1e6)
        let clipped = min(max(score, -ChannelState.clip), ChannelState.clip)
        if isJudged { chart(clipped, timeMs: timeMs, freedom: freedom, worst: &worst, way: &way) }
        chartLevel(reading, floor: floor, learning: learning, worst: &worst, way: &way)

        // Far residuals teach little: the scale is that of ordinary days.
        let calm = learning > 0 && worst < 3.5
        let weight = learning == 0 ? 0 : min(1, 3 / max(abs(score), 1e-9))
        if learning > 0 {
            let square = isJudged ? min(error * error, 16 * variance + floor * floor) : error * error
            learned += 1
            variance += (square - variance) / min(learned, ChannelState.memory)
            if calm {
                let share = 1 / min(learned, ChannelState.memory)
                lagProduct += (clipped * residualBefore - lagProduct) * share
                lagSquare += (clipped * clipped - lagSquare) * share
            }
        }
        residualBefore = clipped
        predictor.take(reading, error: error, weight: weight, typical: max(scale, floor))
        surprise = max(0, Tails.surprise(worst) - ChannelState.chartCost)
        if worst == 0 { surprise = 0 }
        direction = Double(way.rawValue)
        if surprise < 1 { quietMs = timeMs }
        return surprise
    }

    /// The charts of the residual's mean and dispersion.
    @inline(__always)
    private mutating func chart(
        _ z: Double, timeMs: Double, freedom: Double, worst: inout Double, way: inout Finding.Direction
    ) {
        fastMean += ChannelState.fastWeight * (z - fastMean)
        slowMean += ChannelState.slowWeight * (z - slowMean)
        dispersion += ChannelState.dispersionWeight * (z * z - 1 - dispersion)
        if rising == 0 { risingSinceMs = timeMs }
        if falling == 0 { fallingSinceMs = timeMs }
        rising = min(max(0, rising + z - ChannelState.allowance), 100)
        falling = min(max(0, falling - z - ChannelState.allowance), 100)
        // The variance of an exponential mean is w / (2 - w).
        let fast = fastMean * 3
        let slow = slowMean * 6.244997998
        // The stationary tail of a CUSUM falls as exp(-2 k S).
        let drift = (2 * max(rising, falling)).squareRoot()
        var distance = max(abs(fast), abs(slow))
        var sense = fast > 0
        if abs(slow) > abs(fast) { sense = slow > 0 }
        if drift > distance {
            distance = drift
            sense = rising > falling
        }
        distance = Tails.normal(t: distance, freedom: freedom)
        if distance > worst {
            worst = distance
            way = sense ? .up : .down
        }
        // A mean square of exponential weight w has about (2 - w) / w degrees of freedom.
        let spread = Tails.normal(chiSquare: 39 * (1 + dispersion), freedom: 39)
        if spread > worst {
            worst = spread
            way = .spread
        }
    }

    /// The smoothed reading against where it has been while nothing was wrong.
    @inline(__always)
    private mutating func chartLevel(
        _ reading: Double, floor: Double, learning: Double, worst: inout Double, way: inout Finding.Direction
    ) {
        level += ChannelState.levelWeight * (min(max(reading, -1e300), 1e300) - level)
        let off = level - baseline
        // An exponential mean is new after about 40 readings: so many fewer are the degrees of freedom.
        let freedom = levelLearned / 40 - 1
        if freedom >= 2, baselineVariance > floor * floor * 1e-3 {
            let t = off / (baselineVariance * (1 + 1 / freedom)).squareRoot()
            let distance = Tails.normal(t: t, freedom: min(freedom, 100))
            if distance > worst {
                worst = distance
                way = off > 0 ? .up : .down
            }
        }
        guard learning > 0 else { return }
        levelLearned += 1
        let share = 1 / min(levelLearned, 20_000)
        baseline += off * share
        baselineVariance += (off * off * (1 - share) - baselineVariance) * share
    }
}
