import Model
import TestSupport
import Testing

@testable import Analytics

@Suite struct DetectorHostileTests {
    /// Saved states that were damaged in every way are refused, or taken and lived with; they never trap.
    @Test func `a damaged state is refused`() throws {
        var stream = Streams(seed: 4)
        var detector = AssetDetector(plan: Streams.plan)
        for frame in 0..<400 { _ = detector.take(&stream) { if frame > 360 { $0[1] += 40 } } }
        let bytes = detector.encoded()
        var random = SeededRandom(seed: 9)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0...random.below(4) { damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255)) }
            #expect(throws: AssetDetector.CodingFailure.damaged) {
                _ = try AssetDetector(plan: Streams.plan, encoded: damaged)
            }
        }
        for count in [0, 1, 7, 8, 23, 24, bytes.count - 9, bytes.count - 8, bytes.count - 1] {
            #expect(throws: AssetDetector.CodingFailure.self) {
                _ = try AssetDetector(plan: Streams.plan, encoded: Array(bytes.prefix(count)))
            }
        }
        let other = DetectorPlan(groups: [SignalGroup("process", .everyTick, [Signal("x", "X")])])
        #expect(throws: AssetDetector.CodingFailure.otherPlan) { _ = try AssetDetector(plan: other, encoded: bytes) }
    }

    /// The words of a state replaced by hostile numbers under a right checksum: whatever it says, it goes on.
    @Test func `a forged state does not trap`() throws {
        var stream = Streams(seed: 5)
        var detector = AssetDetector(plan: Streams.plan)
        for frame in 0..<400 { _ = detector.take(&stream) { if frame > 360 { $0[1] += 40 } } }
        let bytes = detector.encoded()
        let numbers = [Double.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, 0, -1, 1e18, 3.7]
        var random = SeededRandom(seed: 10)
        for _ in 0..<400 {
            var forged = Array(bytes.dropLast(8))
            for _ in 0...random.below(6) {
                let at = 16 + 8 * random.below((forged.count - 16) / 8)
                let number = numbers[random.below(numbers.count)]
                withUnsafeBytes(of: number.bitPattern.littleEndian) { forged.replaceSubrange(at..<(at + 8), with: $0) }
            }
            let sum = StateWriter.checksum(forged[...])
            withUnsafeBytes(of: sum.littleEndian) { forged.append(contentsOf: $0) }
            guard var restored = try? AssetDetector(plan: Streams.plan, encoded: forged) else { continue }
            var more = stream
            for _ in 0..<3 { _ = restored.take(&more) }
            _ = restored.trends()
        }
    }

    @Test(arguments: [
        Double.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ])
    func `hostile readings and times neither trap nor spoil what comes after`(value: Double) throws {
        var stream = Streams(seed: 6)
        var detector = AssetDetector(plan: Streams.plan)
        for _ in 0..<600 { _ = detector.take(&stream) }
        var changes: [FindingChange] = []
        for time in [Int64.min, -1, 0, 1, Streams.startMs, Int64.max, Streams.startMs + 600_000] {
            let values = [Double](repeating: value, count: 6)
            detector.take(group: 0, timeMs: time, values: values.span, quality: [], into: &changes)
        }
        detector.take(group: 1, timeMs: 0, values: [Double]().span, quality: [], into: &changes)
        detector.take(group: -1, timeMs: 0, values: [1.0].span, quality: [], into: &changes)
        detector.take(group: 0, timeMs: 0, values: [1.0].span, quality: [], into: &changes)
        for _ in 0..<600 {
            _ = detector.take(&stream)
            #expect(detector.surprise.isFinite && detector.surprise >= 0)
        }
        let again = try AssetDetector(plan: Streams.plan, encoded: detector.encoded())
        #expect(again.encoded() == detector.encoded())
        #expect(detector.trends().allSatisfy { $0.slopePerHour.isFinite })
    }
}
