/// How white the residuals of each channel are over a run: their lag-one autocorrelation, in one pass.
struct Whiteness: Sendable {
    private struct Sums: Sendable {
        var count = 0.0
        var mean = 0.0
        var squares = 0.0
        var products = 0.0
        var last = 0.0
    }

    private var sums: [Sums]

    init(channelCount: Int) { sums = Array(repeating: Sums(), count: channelCount) }

    /// Sums about a running mean, which the residual's, near 0, hardly leaves.
    mutating func add(_ residual: Double, channel: Int) {
        guard residual.isFinite else { return }
        sums[channel].count += 1
        let before = residual - sums[channel].mean
        sums[channel].mean += before / sums[channel].count
        sums[channel].squares += before * (residual - sums[channel].mean)
        let now = residual - sums[channel].mean
        if sums[channel].count > 1 { sums[channel].products += now * sums[channel].last }
        sums[channel].last = now
    }

    /// Nil for a channel that hardly ever spoke, or always said the same.
    func autocorrelation(_ channel: Int) -> Double? {
        let sums = sums[channel]
        return sums.count > 100 && sums.squares > 1e-12 ? sums.products / sums.squares : nil
    }
}
