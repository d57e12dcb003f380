import Testing

@testable import Model

struct SeededRandomTests {
    /// The published outputs of SplitMix64 from state 0.
    @Test func isSplitMix64() {
        // This seed cancels the mixing of stream 0 and leaves the state 0.
        var random = SeededRandom(seed: 0x6E78_9E6A_A1B9_65F4)
        #expect(random.state == 0)
        let outputs = (0..<3).map { _ in random.next() }
        #expect(outputs == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    }

    @Test func seedsAndStreamsDiffer() {
        var seen: Set<UInt64> = []
        for seed in 0..<100 as Range<UInt64> {
            for stream in 0..<100 as Range<UInt64> {
                var random = SeededRandom(seed: seed, stream: stream)
                seen.insert(random.next())
            }
        }
        #expect(seen.count == 10_000)
        var (one, same) = (SeededRandom(seed: 5, stream: 6), SeededRandom(seed: 5, stream: 6))
        #expect((0..<10).map { _ in one.next() } == (0..<10).map { _ in same.next() })
    }

    @Test func skippingIsDrawing() {
        for draws in [0, 1, 2, 1000] as [UInt64] {
            var (skipping, drawing) = (SeededRandom(seed: 8), SeededRandom(seed: 8))
            skipping.skip(draws)
            for _ in 0..<draws { _ = drawing.next() }
            #expect(skipping == drawing)
        }
    }

    /// Streams of one seed must not follow each other: their correlation is that of chance.
    @Test func streamsAreUncorrelated() {
        let count = 20_000
        for stream in 1...20 as ClosedRange<UInt64> {
            var (left, right) = (SeededRandom(seed: 1, stream: 0), SeededRandom(seed: 1, stream: stream))
            let product = (0..<count).reduce(0.0) { sum, _ in sum + (left.unit() - 0.5) * (right.unit() - 0.5) }
            // The deviation of the mean product is 1/12 / sqrt(count).
            #expect(abs(product / Double(count)) < 5 / 12 / Double(count).squareRoot())
        }
    }

    private func moments(_ count: Int, _ draw: () -> Double) -> (mean: Double, variance: Double, kurtosis: Double) {
        let values = (0..<count).map { _ in draw() }
        let mean = values.reduce(0, +) / Double(count)
        let second = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let fourth = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) } / Double(count)
        return (mean, second, fourth / (second * second))
    }

    @Test func unitIsUniform() {
        var random = SeededRandom(seed: 2)
        var (low, high) = (1.0, 0.0)
        let (mean, variance, kurtosis) = moments(200_000) {
            let value = random.unit()
            low = min(low, value)
            high = max(high, value)
            return value
        }
        #expect(low >= 0 && low < 0.001 && high < 1 && high > 0.999)
        #expect(abs(mean - 0.5) < 0.004)
        #expect(abs(variance - 1.0 / 12) < 0.001)
        #expect(abs(kurtosis - 1.8) < 0.02)
    }

    @Test func normalIsNearlyNormal() {
        var random = SeededRandom(seed: 3)
        var most = 0.0
        let (mean, variance, kurtosis) = moments(200_000) {
            let value = random.normal()
            most = max(most, abs(value))
            return value
        }
        #expect(abs(mean) < 0.012)
        #expect(abs(variance - 1) < 0.017)
        #expect(abs(kurtosis - 2.9) < 0.06, "the sum of twelve uniforms has a kurtosis of 2.9, the normal one 3")
        #expect(most < 6 && most > 3.5)
    }

    @Test func belowIsUniformAndBounded() {
        var random = SeededRandom(seed: 4)
        var counts = Array(repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.below(7)] += 1 }
        let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - 10_000) * (Double($1) - 10_000) / 10_000 }
        #expect(chiSquare < 30, "six degrees of freedom: once in 25,000")
        for bound in [Int.min, -1, 0, 1] { #expect(random.below(bound) == 0) }
        #expect((0..<100).allSatisfy { _ in (0..<Int.max).contains(random.below(.max)) })
    }
}

struct StateArchiveTests {
    private struct State: Equatable {
        var power = 0.0
        var count = 0
        var isOpen = false
        var bits: UInt64 = 0
        var zones: [Double] = [0, 0, 0]
        var random = SeededRandom(seed: 0)

        mutating func visit(_ archive: inout StateArchive) {
            archive.visit(&power)
            archive.visit(&count)
            archive.visit(&isOpen)
            archive.visit(&bits)
            archive.visit(&zones)
            archive.visit(&random)
        }
    }

    private var sample: State {
        State(
            power: -0.0, count: .min, isOpen: true, bits: .max, zones: [1, .infinity, 5e-300], random: .init(seed: 7))
    }

    @Test func restoresWhatWasSaved() {
        var state = sample
        var archive = StateArchive()
        state.visit(&archive)
        #expect(archive.isComplete && archive.words.count == 8)
        #expect(state == sample, "saving changes nothing")
        var restored = State()
        var reading = StateArchive(restoring: archive.words)
        restored.visit(&reading)
        #expect(reading.isComplete)
        #expect(restored == sample)
        #expect(restored.power.sign == .minus)
        #expect(restored.random.next() == state.random.next())
    }

    @Test func noticesTooFewAndTooManyWords() {
        var state = sample
        var archive = StateArchive()
        state.visit(&archive)
        for count in 0..<archive.words.count {
            var short = StateArchive(restoring: Array(archive.words[..<count]))
            var restored = State()
            restored.visit(&short)
            #expect(!short.isIntact && !short.isComplete)
        }
        var long = StateArchive(restoring: archive.words + [0])
        var restored = State()
        restored.visit(&long)
        #expect(long.isIntact && !long.isComplete)
    }
}
