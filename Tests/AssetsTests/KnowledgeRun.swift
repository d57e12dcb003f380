import Model

@testable import Assets

/// A run of a kind in which every relation is evaluated: statistics of its signals and relations before a scenario
/// begins, and after.
struct KnowledgeRun {
    /// Mean and deviation of one channel, and how often it was missing.
    struct Moments {
        var count = 0.0
        var missing = 0.0
        private var first = 0.0
        private var sum = 0.0
        private var squares = 0.0

        mutating func add(_ value: Double) {
            guard value.isFinite else {
                missing += 1
                return
            }
            if count == 0 { first = value }
            count += 1
            sum += value - first
            squares += (value - first) * (value - first)
        }

        var mean: Double { first + sum / max(count, 1) }
        var deviation: Double { max(squares / max(count, 1) - (mean - first) * (mean - first), 0).squareRoot() }
    }

    let kind: AssetKind
    private(set) var before: [String: Moments] = [:]
    private(set) var after: [String: Moments] = [:]
    private(set) var regimes: [String: Int] = [:]

    /// Reads everything every `every` seconds: `rest` readings, then, with the scenario, `settling` that are not counted
    /// and `readings` that are.
    init(
        _ kind: AssetKind, simulator: (any Simulator)? = nil, seed: UInt64 = 5, scenario: String? = nil, rest: Int,
        settling: Int = 0, readings: Int, every: Double = 1
    ) {
        self.kind = kind
        var simulator = simulator ?? kind.makeSimulator(seed)
        var disturbances = Disturbances(count: kind.scenarios.count)
        let names = kind.groups.flatMap { $0.signals.map(\.name) }
        let places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        let relations = kind.knowledge.relations.map { ($0, $0.signals.compactMap { places[$0] }) }
        let regimeInputs = kind.knowledge.regimes?.signals.compactMap { places[$0] } ?? []
        var channels = Array(repeating: (Moments(), Moments()), count: names.count + relations.count)
        var newest = Array(repeating: Double.nan, count: names.count)
        for reading in 0..<(rest + settling + readings) {
            if reading == rest, let index = kind.scenarios.firstIndex(where: { $0.id == scenario }) {
                disturbances[index] = 1
            }
            simulator.advance(seconds: every, under: disturbances)
            var first = 0
            for group in kind.groups.indices {
                var frame = Readings(count: kind.groups[group].signals.count)
                simulator.read(group: group, into: &frame)
                for index in frame.values.indices {
                    newest[first + index] = frame.qualities[index] == .good ? frame.values[index] : .nan
                }
                first += frame.values.count
            }
            let residuals = relations.map { relation, inputs in relation.residual(inputs.map { newest[$0] }) }
            for (index, value) in (newest + residuals).enumerated() {
                if reading < rest { channels[index].0.add(value) }
                if reading >= rest + settling { channels[index].1.add(value) }
            }
            if reading >= rest + settling, let known = kind.knowledge.regimes {
                regimes[known.names[known.classify(regimeInputs.map { newest[$0] })], default: 0] += 1
            }
        }
        for (name, channel) in zip(names + relations.map(\.0.name), channels) {
            (before[name], after[name]) = channel
        }
    }

    /// By how many of its usual deviations a channel has moved.
    func shift(_ name: String) -> Double {
        guard let before = before[name], let after = after[name], after.count > 0, before.count > 0 else { return 0 }
        return (after.mean - before.mean) / max(before.deviation, 1e-9)
    }

    func shows(_ evidence: Evidence) -> Bool {
        guard let before = before[evidence.of], let after = after[evidence.of] else { return false }
        let usual = max(before.deviation, 1e-9)
        return switch evidence.direction {
        case .up: shift(evidence.of) > 2.5
        case .down: shift(evidence.of) < -2.5
        case .spread: after.deviation > 2 * usual
        case .frozen: before.deviation > 0 && after.deviation < 1e-6 * usual
        case .missing: after.missing > 0.2 * (after.count + after.missing) && before.missing == 0
        }
    }

    /// The signatures by how much of their evidence shows and which share of it that is, the likeliest first.
    var likely: [(name: String, score: Double)] {
        kind.knowledge.signatures.map { signature in
            let all = signature.evidence.reduce(0) { $0 + $1.weight }
            let shown = signature.evidence.reduce(0) { $0 + (shows($1) ? $1.weight : 0) }
            return (signature.name, shown * shown / all)
        }.sorted { $0.score > $1.score }
    }
}

extension Relation {
    func residual(_ inputs: [Double]) -> Double {
        inputs.withUnsafeBufferPointer { $0.baseAddress.map(residual) ?? .nan }
    }
}

extension Regimes {
    func classify(_ inputs: [Double]) -> Int {
        inputs.withUnsafeBufferPointer { $0.baseAddress.map(classify) ?? 0 }
    }
}
