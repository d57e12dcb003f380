import Model
import Testing

@testable import Datasets

@Suite struct DistributionTests {
    private static let all: [Distribution] = [
        .uniform(2...5), .normal(mean: 0.045, deviation: 0.006, within: 0.03...0.06),
        .normal(mean: 10, deviation: 8, within: 0...12),
    ]

    /// Kolmogorov and Smirnov's largest distance between the drawn values and the distribution.
    @Test(arguments: all) func drawsFollowTheDistribution(_ distribution: Distribution) {
        var random = SeededRandom(seed: 1, stream: 2)
        let drawn = (0..<20_000).map { _ in distribution.draw(&random) }.sorted()
        #expect(distribution.range.contains(drawn[0]) && distribution.range.contains(drawn[drawn.count - 1]))
        #expect(distance(drawn, distribution) < 1.63 / Double(drawn.count).squareRoot())
    }

    @Test func edges() {
        var random = SeededRandom(seed: 1)
        #expect(Distribution.constant(3).draw(&random) == 3)
        #expect(Distribution.uniform(3...3).draw(&random) == 3)
        #expect(Distribution.normal(mean: 3, deviation: 0, within: 3...3).draw(&random) == 3)
        #expect(Distribution.constant(3).share(upTo: 2.9) == 0 && Distribution.constant(3).share(upTo: 3) == 1)
        #expect(Distribution.uniform(0...4).share(upTo: 1) == 0.25)
        #expect(Distribution.uniform(1...2).draw(decimals: 0, &random).truncatingRemainder(dividingBy: 1) == 0)
    }
}

/// Of sorted values.
func distance(_ sorted: [Double], _ distribution: Distribution) -> Double {
    sorted.enumerated().reduce(0) { worst, drawn in
        let share = distribution.share(upTo: drawn.element)
        let (below, upTo) = (Double(drawn.offset), Double(drawn.offset + 1))
        return max(worst, abs(share - below / Double(sorted.count)), abs(share - upTo / Double(sorted.count)))
    }
}
