public import Model
public import Testing

@testable import Assets

/// Drives a simulator like an agent does and keeps its frames.
struct Recording {
    let kind: AssetKind
    private(set) var simulator: any Simulator
    var disturbances: Disturbances

    init(_ kind: AssetKind, seed: UInt64) {
        self.kind = kind
        simulator = kind.makeSimulator(seed)
        disturbances = Disturbances(count: kind.scenarios.count)
    }

    mutating func advance(_ seconds: Double) { simulator.advance(seconds: seconds, under: disturbances) }

    mutating func read(_ group: Int) -> Frame {
        var readings = Readings(count: kind.groups[group].signals.count)
        simulator.read(group: group, into: &readings)
        return Frame(group: UInt8(group), timeMs: 0, values: readings.values, qualities: readings.qualities)
    }

    mutating func readAll() -> [Frame] { kind.groups.indices.map { read($0) } }

    mutating func save() -> [UInt64] {
        var archive = StateArchive()
        simulator.visitState(&archive)
        return archive.words
    }

    mutating func restore(_ words: [UInt64]) -> Bool {
        var archive = StateArchive(restoring: words)
        simulator.visitState(&archive)
        return archive.isComplete
    }

    mutating func set(_ scenario: String, _ level: Double) throws {
        let index = try #require(kind.scenarios.firstIndex { $0.id == scenario })
        disturbances[index] = level
    }
}

extension AssetKind: CustomTestStringConvertible {
    public var testDescription: String { id }

    func place(of name: String) -> (group: Int, signal: Int)? {
        for group in groups.indices {
            if let signal = groups[group].signals.firstIndex(where: { $0.name == name }) { return (group, signal) }
        }
        return nil
    }
}
