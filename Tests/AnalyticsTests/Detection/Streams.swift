import Model

@testable import Analytics

/// Seeded readings for the detector's tests: a few signals with autoregressive noise, frames of one group at 1 Hz.
struct Streams {
    static let startMs: Int64 = 1_700_000_000_000
    static let plan = DetectorPlan(groups: [
        SignalGroup("process", .everyTick, (0..<6).map { Signal("signal_\($0)", "Signal \($0)", decimals: 6) })
    ])

    private var random: SeededRandom
    private var noise = [Double](repeating: 0, count: 6)
    private(set) var timeMs = Streams.startMs

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func next() -> [Double] {
        timeMs += 1_000
        for index in noise.indices { noise[index] = 0.2 * Double(index % 4) * noise[index] + random.normal() }
        return noise.indices.map { 10 * Double($0) + noise[$0] * Double($0 + 1) }
    }
}

extension AssetDetector {
    mutating func take(_ stream: inout Streams, change: (inout [Double]) -> Void = { _ in }) -> [FindingChange] {
        var values = stream.next()
        change(&values)
        var changes: [FindingChange] = []
        take(group: 0, timeMs: stream.timeMs, values: values.span, quality: [], into: &changes)
        return changes
    }
}
