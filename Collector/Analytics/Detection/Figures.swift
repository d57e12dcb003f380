/// Figures of the detector itself, for evaluation and the bench.
extension AssetDetector {
    /// The lag-one autocorrelation of a channel's residual: near 0 if its charts are entitled to their thresholds.
    /// NaN where the channel has no charts or has not moved.
    public func residualAutocorrelation(_ channel: Int) -> Double {
        guard channels.indices.contains(channel), plan.channels[channel].isCharted, channels[channel].lagSquare > 1e-6
        else { return .nan }
        return channels[channel].lagProduct / channels[channel].lagSquare
    }

    /// Bytes of state, which do not depend on how much it has seen.
    public var memoryBytes: Int {
        channels.count * MemoryLayout<ChannelState>.stride + groups.count * MemoryLayout<GroupState>.stride
            + (2 * newest.count + quarters.count) * 8 + regimes.count * MemoryLayout<RegimeState>.stride
            + blocks.reduce(0) { $0 + 8 * $1.members.count * (5 + 2 * $1.members.count + $1.directions) }
    }
}
