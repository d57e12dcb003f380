/// Predicts the next reading of one signal from its past, so that what is charted is near to white noise.
///
/// What is predicted is the step from the last reading, from the last three steps and from the distance of the last
/// reading to a fast and a slow average: white noise, autoregressive noise, random walks and a slow course under
/// noise are all among what this can become. The five coefficients follow by recursive least squares.
/// Everything is a Double, so that the state can be saved as it lies in memory.
struct Predictor: Sendable {
    static let order = 5
    /// How many readings it remembers at most.
    static let memory = 4_000.0

    private var coefficients: [5 of Double] = .init(repeating: 0)
    /// The inverse of the regressors' moments, its upper triangle row by row, in units of 1 / `scale`^2.
    private var inverse: [15 of Double] = .init(repeating: 0)
    private var regressors: [5 of Double] = .init(repeating: 0)
    private var last = 0.0
    private var fast = 0.0
    private var slow = 0.0
    private var steps: [3 of Double] = .init(repeating: 0)
    /// The size of a step when the inverse was begun: what makes it free of the signal's unit.
    private var scale = 0.0
    private var seen = 0.0
    /// Readings since the beginning or since a gap.
    private var sinceGap = 0.0

    /// The reading that is expected next.
    var expected = 0.0

    /// Takes a reading. `weight` 0...1 says how much is learned from it; `step` is the usual size of an innovation.
    @inline(__always)
    mutating func take(_ value: Double, error: Double, weight: Double, typical: Double) {
        if weight > 0 && sinceGap > 4 && typical > 0 { learn(error, weight: weight, typical: typical) }
        seen += 1
        sinceGap += 1
        if sinceGap == 1 {
            steps = .init(repeating: 0)
            if seen == 1 {
                fast = value
                slow = value
            }
        } else {
            steps[2] = steps[1]
            steps[1] = steps[0]
            steps[0] = value - last
        }
        fast += (value - fast) * max(0.15, 1 / sinceGap)
        // The slow average does not begin again after a gap: it is the signal's place.
        slow += (value - slow) * max(0.01, 1 / seen)
        last = value
        regressors[0] = steps[0]
        regressors[1] = steps[1]
        regressors[2] = steps[2]
        regressors[3] = fast - value
        regressors[4] = slow - value
        var sum = value
        for index in 0..<5 { sum += coefficients[index] * regressors[index] }
        expected = sum
    }

    /// True when there is nothing to predict the next reading from.
    var isPaused: Bool { sinceGap == 0 }

    /// After a pause the steps mean nothing.
    mutating func pause() { sinceGap = 0 }

    private mutating func learn(_ error: Double, weight: Double, typical: Double) {
        if scale == 0 {
            scale = typical
            for index in 0..<15 { inverse[index] = 0 }
            // A wide prior around a random walk: after a few readings it counts no more.
            inverse[0] = 1
            inverse[5] = 1
            inverse[9] = 1
            inverse[12] = 1
            inverse[14] = 1
        }
        let unit = 1 / scale
        let x0 = regressors[0] * unit
        let x1 = regressors[1] * unit
        let x2 = regressors[2] * unit
        let x3 = regressors[3] * unit
        let x4 = regressors[4] * unit
        let g0 = inverse[0] * x0 + inverse[1] * x1 + inverse[2] * x2 + inverse[3] * x3 + inverse[4] * x4
        let g1 = inverse[1] * x0 + inverse[5] * x1 + inverse[6] * x2 + inverse[7] * x3 + inverse[8] * x4
        let g2 = inverse[2] * x0 + inverse[6] * x1 + inverse[9] * x2 + inverse[10] * x3 + inverse[11] * x4
        let g3 = inverse[3] * x0 + inverse[7] * x1 + inverse[10] * x2 + inverse[12] * x3 + inverse[13] * x4
        let g4 = inverse[4] * x0 + inverse[8] * x1 + inverse[11] * x2 + inverse[13] * x3 + inverse[14] * x4
        let power = x0 * g0 + x1 * g1 + x2 * g2 + x3 * g3 + x4 * g4
        guard power > 1e-9, power < 1e9 else { return }
        let memory = min(seen + 20, Predictor.memory)
        let keep = 1 - weight / memory
        let trace = inverse[0] + inverse[5] + inverse[9] + inverse[12] + inverse[14]
        // Where nothing is to be learned, nothing is forgotten either: else the inverse would grow without bound.
        let grow = trace < 50 ? 1 / keep : 1
        let gain = weight / (keep + weight * power)
        let push = error * unit * gain
        coefficients[0] += push * g0
        coefficients[1] += push * g1
        coefficients[2] += push * g2
        coefficients[3] += push * g3
        coefficients[4] += push * g4
        inverse[0] = (inverse[0] - gain * g0 * g0) * grow
        inverse[1] = (inverse[1] - gain * g0 * g1) * grow
        inverse[2] = (inverse[2] - gain * g0 * g2) * grow
        inverse[3] = (inverse[3] - gain * g0 * g3) * grow
        inverse[4] = (inverse[4] - gain * g0 * g4) * grow
        inverse[5] = (inverse[5] - gain * g1 * g1) * grow
        inverse[6] = (inverse[6] - gain * g1 * g2) * grow
        inverse[7] = (inverse[7] - gain * g1 * g3) * grow
        inverse[8] = (inverse[8] - gain * g1 * g4) * grow
        inverse[9] = (inverse[9] - gain * g2 * g2) * grow
        inverse[10] = (inverse[10] - gain * g2 * g3) * grow
        inverse[11] = (inverse[11] - gain * g2 * g4) * grow
        inverse[12] = (inverse[12] - gain * g3 * g3) * grow
        inverse[13] = (inverse[13] - gain * g3 * g4) * grow
        inverse[14] = (inverse[14] - gain * g4 * g4) * grow
    }
}
