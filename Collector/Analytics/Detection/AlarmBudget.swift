/// How many false findings an operator is willing to read: the only setting of a detector, the same for every asset.
/// Thresholds follow from it and from how often the asset is read; never from labelled faults.
public struct AlarmBudget: Sendable, Equatable {
    /// False findings per asset and day.
    public let episodesPerDay: Double
    /// However seldom an asset is read, no more than one false finding in so many frames.
    public let framesPerEpisode: Double

    public init(episodesPerDay: Double, framesPerEpisode: Double = 2_000) {
        self.episodesPerDay = min(max(episodesPerDay, 1e-6), 1e3)
        self.framesPerEpisode = min(max(framesPerEpisode, 10), 1e12)
    }

    public static let standard = AlarmBudget(episodesPerDay: 0.1)

    /// The surprise at which a finding begins, for an asset read every `intervalMs`.
    func threshold(intervalMs: Double) -> Double {
        let interval = min(max(intervalMs, 1), 86_400_000)
        let share = min(episodesPerDay * interval / 86_400_000, 1 / framesPerEpisode)
        return -Tails.log10(share)
    }
}
