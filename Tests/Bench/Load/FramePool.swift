import Assets
import Model

/// Frames of one kind's main signal group, from its simulator: enough different ones that nothing profits from
/// repetition, made before the measurement.
struct FramePool {
    let kind: AssetKind
    let group: Int
    private(set) var frames: [Frame] = []

    /// With `signals`, frames are cut to so many readings, which is what an older version of an agent would send.
    init(kind: AssetKind, signals: Int? = nil, count: Int = 300) {
        self.kind = kind
        group = kind.groups.indices.max { kind.groups[$0].signals.count < kind.groups[$1].signals.count } ?? 0
        var simulator = kind.makeSimulator(7)
        let calm = Disturbances(count: kind.scenarios.count)
        var readings = Readings(count: kind.groups[group].signals.count)
        for _ in 0..<count {
            simulator.advance(seconds: 1, under: calm)
            simulator.read(group: group, into: &readings)
            let size = min(signals ?? .max, readings.values.count)
            frames.append(
                Frame(
                    group: UInt8(group), timeMs: 0, values: Array(readings.values[..<size]),
                    qualities: Array(readings.qualities[..<size])))
        }
    }

    var signalCount: Int { frames.first?.values.count ?? 0 }

    /// The frame of this number, at this time.
    func frame(_ number: Int64, timeMs: Int64) -> Frame {
        var frame = frames[Int(truncatingIfNeeded: number) % frames.count]
        frame.timeMs = timeMs
        return frame
    }
}
