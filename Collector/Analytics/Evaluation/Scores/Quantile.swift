import Model

/// Order statistics.
enum Quantile {
    /// By linear interpolation between the two nearest; nil of nothing.
    static func of(_ values: [Double], _ share: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let place = min(max(share, 0), 1) * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }

    private static let resamples = 1000

    /// The interval that holds a figure of the runs with 95 %: the runs drawn anew, with replacement, a thousand times
    /// (Efron's percentile bootstrap), always the same draws.
    static func interval<Run>(_ runs: [Run], _ figure: ([Run]) -> Double?) -> ClosedRange<Double>? {
        guard runs.count > 1 else { return nil }
        var random = SeededRandom(seed: 0xB007, stream: 1)
        var figures: [Double] = []
        for _ in 0..<resamples {
            let drawn = (0..<runs.count).map { _ in runs[random.below(runs.count)] }
            if let value = figure(drawn) { figures.append(value) }
        }
        guard let low = of(figures, 0.025), let high = of(figures, 0.975) else { return nil }
        return low...high
    }
}
