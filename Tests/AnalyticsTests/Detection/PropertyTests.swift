import Model
import TestSupport
import Testing

@testable import Analytics

@Suite struct DetectorPropertyTests {
    /// What is said of a frame does not depend on what comes after it.
    @Test(arguments: [1, 2, 3] as [UInt64]) func `no look-ahead`(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 77)
        var stream = Streams(seed: seed)
        let cut = 300 + random.below(500)
        var whole = AssetDetector(plan: Streams.plan)
        var short = AssetDetector(plan: Streams.plan)
        var other = Streams(seed: seed)
        for frame in 0..<1_000 {
            let a = whole.take(&stream) { if frame > 600 { $0[4] -= 90 } }
            let b = short.take(&other) { if frame > cut { $0[0] = Double(frame) } else if frame > 600 { $0[4] -= 90 } }
            if frame <= cut { #expect(a == b && whole.surprise == short.surprise) }
        }
    }

    /// While a finding is open, nothing is learned of what is usual.
    @Test func `adaptation stops during a finding`() throws {
        var stream = Streams(seed: 11)
        var detector = AssetDetector(plan: Streams.plan)
        for _ in 0..<1_500 { _ = detector.take(&stream) }
        for _ in 0..<40 { _ = detector.take(&stream) { $0[2] += 40 } }
        #expect(detector.openFinding != nil)
        let before = (detector.channels[2].variance, detector.usualLevel(2).mean, detector.blocks[0].mean)
        for _ in 0..<300 { _ = detector.take(&stream) { $0[2] += 40 } }
        #expect(detector.openFinding != nil)
        #expect(detector.channels[2].variance == before.0)
        #expect(detector.usualLevel(2).mean == before.1)
        #expect(detector.blocks[0].mean == before.2)
    }

    /// Sound readings stay within the alarm budget, and residuals are white.
    @Test(arguments: [21, 22, 23] as [UInt64]) func `sound readings raise nothing`(seed: UInt64) {
        var stream = Streams(seed: seed)
        var detector = AssetDetector(plan: Streams.plan)
        var began = 0
        for _ in 0..<3_000 {
            began += detector.take(&stream).count { $0.phase == .began }
            #expect(detector.surprise >= 0 && detector.surprise.isFinite)
        }
        #expect(began == 0)
        for channel in 0..<6 { #expect(abs(detector.residualAutocorrelation(channel)) < 0.1) }
    }

    enum Fault: String, CaseIterable { case bias, drift, noise, frozen, missing, spike }

    /// Each way in which one sensor fails is found, and that sensor is named first.
    @Test(arguments: Fault.allCases) func `the guilty sensor is named first`(fault: Fault) throws {
        var stream = Streams(seed: 31)
        var detector = AssetDetector(plan: Streams.plan)
        for _ in 0..<2_000 { _ = detector.take(&stream) }
        var random = SeededRandom(seed: 5)
        var held = 0.0
        var found: Finding?
        for frame in 0..<400 where found == nil {
            var values = stream.next()
            if frame == 0 { held = values[3] }
            switch fault {
            case .bias: values[3] += 40
            case .drift: values[3] += Double(frame)
            case .noise: values[3] += 25 * random.normal()
            case .frozen: values[3] = held
            case .missing: values[3] = .nan
            case .spike: values[3] += frame % 20 == 0 ? 60 : 0
            }
            var changes: [FindingChange] = []
            detector.take(group: 0, timeMs: stream.timeMs, values: values.span, quality: [], into: &changes)
            found = changes.first { $0.phase == .began }?.finding
        }
        let finding = try #require(found)
        #expect(finding.contributions.first?.signal == "signal_3")
        #expect(finding.peakSurprise >= detector.threshold - 1)
        let shares = finding.contributions.reduce(0) { $0 + $1.share }
        #expect(abs(shares - 1) < 1e-9)
    }

    /// A relation between two signals that stay, each by itself, within what is usual for them.
    @Test func `a broken relation is named, and the fault that it tells`() throws {
        let knowledge = Knowledge(
            relations: [
                Relation("twins", "One against the other", unit: "K", signals: ["a", "b"], signs: [1, -1]) {
                    $0[0] - $0[1]
                }
            ],
            signatures: [
                FaultSignature("drift", "One drifts", response: "Compare", evidence: [Evidence("twins", .up)]),
                FaultSignature("leak", "Leak", response: "Stop", evidence: [Evidence("b", .missing)]),
            ])
        let group = SignalGroup("process", .everyTick, ["a", "b"].map { Signal($0, $0, decimals: 6) })
        var detector = AssetDetector(plan: DetectorPlan(groups: [group], knowledge: knowledge))
        var random = SeededRandom(seed: 3)
        var common = 0.0
        var changes: [FindingChange] = []
        for frame in 0..<4_000 where changes.isEmpty {
            common = 0.995 * common + random.normal()
            let values = [
                common + 0.1 * random.normal() + (frame > 3_000 ? 0.005 * Double(frame - 3_000) : 0),
                common + 0.1 * random.normal(),
            ]
            detector.take(
                group: 0, timeMs: Int64(frame) * 1_000, values: values.span, quality: [], into: &changes)
        }
        let finding = try #require(changes.first?.finding)
        #expect(finding.detectedMs > 3_000_000)
        #expect(finding.brokenRelations == ["twins"])
        #expect(finding.likelyFaults.first?.name == "drift")
    }

    @Test func `a drift has a slope, an error and a time to its limit`() throws {
        let signal = Signal("level", "Level", alarm: 0...100, decimals: 6)
        var detector = AssetDetector(plan: DetectorPlan(groups: [SignalGroup("process", .everyTick, [signal])]))
        var random = SeededRandom(seed: 8)
        var changes: [FindingChange] = []
        // 36 an hour from 20: at 1,200 s it is at 32, with 68 to go.
        for second in 0..<1_200 {
            let values = [20 + 0.01 * Double(second) + 0.2 * random.normal()]
            detector.take(group: 0, timeMs: Int64(second) * 1_000, values: values.span, quality: [], into: &changes)
        }
        let trend = try #require(detector.trends().first)
        #expect(abs(trend.slopePerHour - 36) < 3)
        #expect(trend.confidence > 0.99)
        #expect(abs(try #require(trend.hoursToLimit) - 68.0 / 36) < 0.2)
        #expect(try #require(trend.earliestHours) < 68.0 / 36 + 0.1)
    }

    @Test func `memory does not grow`() {
        var stream = Streams(seed: 41)
        var detector = AssetDetector(plan: Streams.plan)
        for _ in 0..<200 { _ = detector.take(&stream) }
        let before = (detector.memoryBytes, detector.encoded().count)
        for _ in 0..<2_000 { _ = detector.take(&stream) }
        #expect(detector.memoryBytes == before.0 && detector.encoded().count == before.1)
        #expect(detector.memoryBytes / 6 < 16_384)
    }
}

@Suite struct TailsTests {
    /// From tables of the normal distribution and of Student's t.
    @Test(arguments: [(1.959964, 0.05), (2.575829, 0.01), (3.290527, 0.001), (4.891638, 1e-6), (6.109410, 1e-9)])
    func `the surprise of a normal distance`(x: Double, p: Double) {
        #expect(abs(Tails.surprise(x) - -Tails.log10(p)) < 0.02)
        #expect(abs(Tails.distance(surprise: -Tails.log10(p)) - x) < 0.02)
    }

    @Test(arguments: [(2.776, 4.0, 0.05), (4.604, 4.0, 0.01), (3.169, 10.0, 0.01), (4.587, 10.0, 0.001)])
    func `a distance of Student's t`(t: Double, freedom: Double, p: Double) {
        #expect(abs(Tails.surprise(Tails.normal(t: t, freedom: freedom)) - -Tails.log10(p)) < 0.06)
    }

    @Test func `logarithm, exponential and cube root agree with what they invert`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let x = random.unit() * 600 - 300
            #expect(abs(Tails.ln(Tails.exp(x)) - x) < 1e-9 * max(abs(x), 1))
            let y = Tails.exp(random.unit() * 40 - 20)
            let root = Tails.cubeRoot(y)
            #expect(abs(root * root * root / y - 1) < 1e-9)
        }
    }

    @Test func `the budget gives the threshold`() {
        let budget = AlarmBudget(episodesPerDay: 0.1)
        #expect(abs(budget.threshold(intervalMs: 1_000) - 5.9365) < 0.001)
        #expect(abs(budget.threshold(intervalMs: 86_400_000) - 3.3010) < 0.001)
    }
}
