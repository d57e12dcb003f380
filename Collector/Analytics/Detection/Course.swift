/// The line through a channel's readings of late, by exponentially weighted least squares.
/// Every field is a Double; times are in hours before the newest reading.
struct Course: Sendable {
    /// Readings that count: older ones fade.
    static let memory = 600.0

    private var weight = 0.0
    private var times = 0.0
    private var squares = 0.0
    private var values = 0.0
    private var products = 0.0
    private var valueSquares = 0.0
    private var lastMs = 0.0
    /// What values are told from, so that nothing is lost in their squares.
    private var anchor = 0.0

    @inline(__always)
    mutating func take(_ value: Double, timeMs: Double) {
        guard weight > 0 else {
            anchor = value
            weight = 1
            lastMs = timeMs
            return
        }
        let step = min(max((timeMs - lastMs) / 3_600_000, 0), 24)
        lastMs = timeMs
        let keep = 1 - 1 / Course.memory
        let off = value - anchor
        squares = (squares + step * (2 * times + step * weight)) * keep
        products = (products + step * values) * keep
        times = (times + step * weight) * keep
        weight = weight * keep + 1
        values = values * keep + off
        valueSquares = valueSquares * keep + off * off
    }

    /// Slope per hour and its standard error; nil while there is no line. `together` is how many neighbouring readings
    /// share their noise.
    func slope(together: Double) -> (perHour: Double, error: Double, value: Double)? {
        guard weight > 20 else { return nil }
        let spread = squares / weight - (times / weight) * (times / weight)
        guard spread > 1e-12 else { return nil }
        let common = products / weight - times * values / (weight * weight)
        // Times run backwards from the newest reading.
        let slope = -common / spread
        let mean = values / weight
        let rest = max(valueSquares / weight - mean * mean - slope * slope * spread, 0)
        let error = (rest * max(together, 1) / (weight * spread)).squareRoot()
        return (slope, error, anchor + mean + slope * times / weight)
    }
}
