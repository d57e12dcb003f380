/// Whether there are readings at all, and whether they are alive.
extension ChannelState {
    /// What validity alone says of a channel at most: beyond doubt.
    static let certain = 12.0
    /// How much longer a missed reading counts with every reading since.
    static let missedDecay = 0.95

    /// Takes the lack of a good reading.
    mutating func miss(timeMs: Double, learning: Double) {
        missed += 1
        predictor.pause()
        missedLately = missedLately * ChannelState.missedDecay + 1
        if learning > 0 {
            missingShare += (1 - missingShare) * learning / min(count + missed + 2, ChannelState.memory)
        }
        judgeMissing()
        surprise = invalidity
        novelty = invalidity
        layer = Double(Finding.Layer.validity.rawValue)
        direction = Double(Finding.Direction.missing.rawValue)
        if surprise < 1 { quietMs = timeMs }
    }

    /// So many of late where so few are usual: the Chernoff bound of Poisson's tail.
    private mutating func judgeMissing() {
        let window = 1 / (1 - ChannelState.missedDecay)
        let usual = window * max(missingShare, 1 / (count + missed + 2))
        let lately = missedLately
        guard count >= ChannelState.fewest, lately > usual else { return }
        let tail = (lately * Tails.ln(lately / usual) - lately + usual) / Tails.ln10
        invalidity = min(max(invalidity, tail - ChannelState.chartCost), ChannelState.certain)
    }

    /// Counts missed readings and equal readings in a row: so many as never before are the less likely the longer
    /// they go on.
    @inline(__always)
    mutating func checkAlive(isRepeat: Bool, learning: Double) {
        count += 1
        invalidity = 0
        let all = min(count + missed + 2, ChannelState.memory)
        if missed > 0 {
            missedLately *= ChannelState.missedDecay
            missingShare -= missingShare * learning / all
            if missedLately > 0.5 { judgeMissing() }
        }
        repeatShare += ((isRepeat ? 1 : 0) - repeatShare) * learning / all
        guard isRepeat else {
            longestRepeat = max(longestRepeat * 0.9999, repeatRun)
            repeatRun = 0
            return
        }
        repeatRun += 1
        // Nothing is what many quantities are for hours: no rain, no evaporation at night.
        guard count > 30, value != 0, !isCounter, repeatRun > 2 * longestRepeat + 3, repeatShare < 0.98 else { return }
        let over = repeatRun - 2 * longestRepeat
        let run = -Tails.log10(max(repeatShare, 0.05)) * over - ChannelState.chartCost
        invalidity = min(max(run, invalidity), ChannelState.certain)
    }

    /// Puts what validity says beside what the charts say.
    @inline(__always)
    mutating func addInvalidity(isRepeat: Bool, timeMs: Double) {
        guard invalidity > 0, invalidity > surprise else { return }
        surprise = invalidity
        novelty = invalidity
        layer = Double(Finding.Layer.validity.rawValue)
        direction = Double((isRepeat ? Finding.Direction.frozen : .missing).rawValue)
        if surprise < 1 { quietMs = timeMs }
    }
}
