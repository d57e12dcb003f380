/// Whether there are readings at all, and whether they are alive.
extension ChannelState {
    /// Takes the lack of a good reading: rare ones in a row are less likely than each by itself. Gives the surprise.
    mutating func miss(timeMs: Double, learning: Double) -> Double {
        missed += 1
        missingRun += 1
        predictor.pause()
        // Runs of missing readings hang together: only the square root of their chance counts.
        let share = max(missingShare, 1 / (count + missed + 2))
        let known = count >= ChannelState.fewest
        surprise = known ? min(12, -Tails.log10(share) * (0.5 + 0.5 * missingRun) - ChannelState.chartCost) : 0
        surprise = max(0, surprise)
        direction = Double(Finding.Direction.missing.rawValue)
        if surprise < 1 { quietMs = timeMs }
        if learning > 0 { missingShare += (1 - missingShare) / min(count + missed + 2, ChannelState.memory) }
        return surprise
    }

    /// Counts equal readings in a row. Gives the surprise of the run.
    @inline(__always)
    mutating func checkAlive(_ reading: Double, learning: Double) -> Double {
        let total = min(count + missed + 2, ChannelState.memory)
        missingRun = 0
        if learning > 0 { missingShare += (0 - missingShare) / total }
        guard count > 0, reading == value else {
            if learning > 0, count > 0 {
                repeatShare += (0 - repeatShare) / min(count + 2, ChannelState.memory)
                longestRepeat = max(longestRepeat * 0.9999, repeatRun)
            }
            repeatRun = 0
            return 0
        }
        repeatRun += 1
        var result = 0.0
        if count > 30, repeatRun > 2 * longestRepeat + 3, repeatShare < 0.98 {
            result = -Tails.log10(max(repeatShare, 0.01)) * (repeatRun - longestRepeat) - 2
        }
        if learning > 0 { repeatShare += (1 - repeatShare) / min(count + 2, ChannelState.memory) }
        return min(12, max(0, result))
    }
}
