public import Model

/// How long to wait before the next attempt: twice as long after every failure, up to a limit, and shortened by
/// chance, so that many who failed together do not try again together.
public struct Backoff: Sendable, Equatable {
    private let firstMs: Int
    private let maxMs: Int
    private var ceilingMs: Int
    private var random: SeededRandom

    /// The first wait is at most `firstMs`, every wait at most `maxMs` and at least half of its own limit.
    public init(firstMs: Int, maxMs: Int, random: SeededRandom) {
        self.firstMs = min(max(firstMs, 1), Int(Int32.max))
        self.maxMs = min(max(maxMs, self.firstMs), Int(Int32.max))
        ceilingMs = self.firstMs
        self.random = random
    }

    /// The wait after one more failure.
    public mutating func nextMs() -> Int {
        let delayMs = ceilingMs - random.below(ceilingMs / 2 + 1)
        ceilingMs = min(ceilingMs * 2, maxMs)
        return delayMs
    }

    /// After a success: the next failure counts as the first.
    public mutating func reset() { ceilingMs = firstMs }
}
