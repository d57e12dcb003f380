import Assets
import Model
import Testing

@testable import Scenarios

/// What the repository's combined scenarios are said to move, they move: through the physics, against a twin without.
@Suite(.timeLimit(.minutes(10))) struct ScenarioEffectTests {
    private static let folder =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" } + "/configs/scenarios"

    struct Case: Sendable, CustomTestStringConvertible {
        let kind: String
        let scenario: DeclaredScenario
        var testDescription: String { "\(kind)/\(scenario.id)" }
    }

    static let cases: [Case] = AssetCatalog.all.flatMap { kind in
        let file = try? ScenarioFile.load("\(folder)/\(kind.id)-combined.yaml", kinds: AssetCatalog.all)
        return (file?.scenarios ?? []).map { Case(kind: kind.id, scenario: $0) }
    }

    @Test func everyKindHasCombinations() { #expect(Set(Self.cases.map(\.kind)).count == AssetCatalog.all.count) }

    @Test(arguments: cases) func effectsComeAsDeclared(_ case: Case) throws {
        let kind = try #require(AssetCatalog[`case`.kind])
        let scenario = `case`.scenario
        // Long enough for every part to have been at full strength for half an hour, or for as long as it lasts.
        let endS = try #require(
            scenario.parts.map { ($0.onsetMs + $0.rampMs + min($0.durationMs ?? .max, 1_800_000)) / 1000 }.max())
        let everyS: Int64 = endS > 20_000 ? 60 : 5
        var machine = ScenarioMachine(kind)
        try machine.start(
            ScenarioRun(id: "r", scenario, source: .plan, by: "test", startNs: 0, acceptedMs: 0))
        var (calm, upset) = (kind.makeSimulator(5), kind.makeSimulator(5))
        let none = Disturbances(count: kind.scenarios.count)
        var series: [String: (calm: [Double], upset: [Double])] = [:]
        for now in stride(from: Int64(0), to: endS, by: Int64.Stride(everyS)) {
            calm.advance(seconds: Double(everyS), under: none)
            upset.advance(seconds: Double(everyS), under: machine.disturbances(atNs: now * 1_000_000_000))
            for (index, group) in kind.groups.enumerated() {
                var (left, right) = (Readings(count: group.signals.count), Readings(count: group.signals.count))
                calm.read(group: index, into: &left)
                upset.read(group: index, into: &right)
                for (place, signal) in group.signals.enumerated() where scenario.moves(signal.name) {
                    series[signal.name, default: ([], [])].calm.append(left.values[place])
                    series[signal.name, default: ([], [])].upset.append(right.values[place])
                }
            }
        }
        for effect in scenario.effects {
            let (calm, upset) = try #require(series[effect.signal])
            let difference = zip(upset, calm).map { $0 - $1 }
            let usual = Self.deviation(zip(calm, calm.dropFirst()).map { $1 - $0 })
            switch effect.direction {
            case .up: #expect((difference.max() ?? 0) > 3 * usual, "\(effect.signal)")
            case .down: #expect((difference.min() ?? 0) < -3 * usual, "\(effect.signal)")
            case .spread: #expect(Self.deviation(upset) > 1.5 * Self.deviation(calm), "\(effect.signal)")
            case .frozen:
                #expect(Self.deviation(upset.suffix(upset.count / 2)) < Self.deviation(calm.suffix(calm.count / 2)))
            case .missing: #expect(upset.contains { !$0.isFinite })
            }
        }
    }

    private static func deviation(_ values: some Collection<Double>) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}

extension DeclaredScenario {
    fileprivate func moves(_ signal: String) -> Bool { effects.contains { $0.signal == signal } }
}
