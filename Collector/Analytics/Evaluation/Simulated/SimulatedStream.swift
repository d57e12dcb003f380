import Model
import Scenarios

/// The frames of a simulated asset at one tick a second, as an agent would take them. A value: a copy goes on by itself.
struct SimulatedStream: Sendable {
    /// Frames of some time, one behind the other.
    struct Chunk: Sendable {
        fileprivate(set) var frames: [(group: Int, timeMs: Int64, values: Range<Int>, isGood: Bool)] = []
        fileprivate(set) var values: [Double] = []
        fileprivate(set) var qualities: [Quality] = []

        fileprivate mutating func add(group: Int, timeMs: Int64, _ readings: Readings) {
            let start = values.count
            for index in readings.values.indices {
                let value = readings.values[index]
                values.append(value.isFinite ? value : Frame.noValue)
                let isBad = !value.isFinite && readings.qualities[index] == .good
                qualities.append(isBad ? .bad : readings.qualities[index])
            }
            let isGood = qualities[start...].allSatisfy { $0 == .good }
            frames.append((group, timeMs, start..<values.count, isGood))
        }

        func feed<D: RowDetector>(_ recorder: inout Recorder<D>) {
            values.withUnsafeBufferPointer { values in
                for frame in frames {
                    recorder.take(
                        FrameView(
                            group: frame.group, timeMs: frame.timeMs,
                            values: UnsafeBufferPointer(rebasing: values[frame.values]),
                            qualities: frame.isGood ? [] : Array(qualities[frame.values])))
                }
            }
        }
    }

    static let startMs: Int64 = 1_700_000_000_000

    private let kind: AssetKind
    private var simulator: any Simulator
    private var readings: [Readings]
    private var lastValues: [[Double]]
    /// Seconds since the start.
    private(set) var second: Int64 = 0

    init(_ kind: AssetKind, seed: UInt64) {
        self.kind = kind
        simulator = kind.makeSimulator(seed)
        readings = kind.groups.map { Readings(count: $0.signals.count) }
        lastValues = kind.groups.map { _ in [] }
    }

    var timeMs: Int64 { SimulatedStream.startMs + second * 1000 }

    /// The next `seconds`, under what `levels` says of each second since the start.
    mutating func next(seconds: Int, _ scenario: RunningScenario?) -> Chunk {
        var chunk = Chunk()
        for _ in 0..<seconds {
            var disturbances = Disturbances(count: kind.scenarios.count)
            if let scenario { scenario.apply(atSecond: second, to: &disturbances) }
            second += 1
            simulator.advance(seconds: 1, under: disturbances)
            for group in kind.groups.indices where isDue(group) {
                simulator.read(group: group, into: &readings[group])
                if kind.groups[group].cadence == .onChange {
                    if lastValues[group] == readings[group].values { continue }
                    lastValues[group] = readings[group].values
                }
                chunk.add(group: group, timeMs: timeMs, readings[group])
            }
        }
        return chunk
    }

    private func isDue(_ group: Int) -> Bool {
        guard case .every(let seconds) = kind.groups[group].cadence else { return true }
        return second % max(1, Int64(seconds.rounded())) == 0
    }
}

/// A scenario that runs on a simulated asset.
struct RunningScenario: Sendable {
    let declared: DeclaredScenario
    let isSensor: Bool
    /// Second of the asset's time at which it begins.
    let startSecond: Int64
    private let places: [Int]
    /// The signals that are expected to move, by the whole or by its parts.
    let guilty: [String]

    init(_ declared: DeclaredScenario, of kind: AssetKind, startSecond: Int64) {
        self.declared = declared
        self.startSecond = startSecond
        isSensor = declared.parts.allSatisfy { $0.scenario.hasPrefix("sensor-") }
        places = declared.parts.map { part in kind.scenarios.firstIndex { $0.id == part.scenario } ?? -1 }
        let ofParts = places.filter { $0 >= 0 }.flatMap { kind.scenarios[$0].effects }
        guilty = (declared.effects + ofParts).map(\.signal)
    }

    var onsetMs: Int64 { SimulatedStream.startMs + startSecond * 1000 + declared.onsetMs }
    var lastsSeconds: Int64 { (declared.endNs() ?? 86_400_000_000_000) / 1_000_000_000 }
    var endMs: Int64 { SimulatedStream.startMs + (startSecond + lastsSeconds) * 1000 }

    func apply(atSecond second: Int64, to disturbances: inout Disturbances) {
        for (part, place) in zip(declared.parts, places) where place >= 0 {
            disturbances[place] += part.level(sinceStartNs: (second - startSecond) * 1_000_000_000)
        }
    }
}
