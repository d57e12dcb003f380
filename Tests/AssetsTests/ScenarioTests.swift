import Model
import Testing

@testable import Assets

/// Every scenario does what its descriptor says, through the physics, and nothing that cannot be.
@Suite(.timeLimit(.minutes(10))) struct ScenarioTests {
    struct Run: Sendable, CustomTestStringConvertible {
        let kind: String
        let scenario: String
        var seconds = 900
        var every = 1
        var level = 1.0
        /// Every effect, in the order of the descriptor, comes no earlier than the one before it (within this many
        /// readings).
        var slack = 20

        var testDescription: String { "\(kind)/\(scenario)" }
    }

    static let runs: [Run] = [
        Run(kind: "candu", scenario: "coolant-leak", seconds: 240, slack: 6),
        Run(kind: "candu", scenario: "pump-failure", seconds: 480),
        Run(kind: "candu", scenario: "loss-of-flow", seconds: 200, slack: 6),
        Run(kind: "candu", scenario: "steam-generator-tube-leak", seconds: 600, slack: 10),
        Run(kind: "candu", scenario: "load-change", seconds: 400, slack: 10),
        Run(kind: "candu", scenario: "xenon-transient", seconds: 2400, every: 4, slack: 20),
        Run(kind: "smr", scenario: "coolant-leak", seconds: 300, slack: 10),
        Run(kind: "smr", scenario: "pump-failure", seconds: 480),
        Run(kind: "smr", scenario: "loss-of-flow", seconds: 240, slack: 6),
        Run(kind: "smr", scenario: "steam-generator-tube-leak", seconds: 600, slack: 10),
        Run(kind: "smr", scenario: "load-change", seconds: 500, slack: 10),
        Run(kind: "smr", scenario: "xenon-transient", seconds: 7200, every: 10, slack: 40),
        Run(kind: "caster", scenario: "breakout-sticker", seconds: 240, slack: 0),
        Run(kind: "caster", scenario: "nozzle-clogging", seconds: 1500, slack: 200),
        Run(kind: "caster", scenario: "level-oscillation", seconds: 400),
        Run(kind: "caster", scenario: "stopper-fault", seconds: 400),
        Run(kind: "caster", scenario: "oscillation-out-of-band", seconds: 240),
        Run(kind: "caster", scenario: "cooling-zone-failure", seconds: 600),
        Run(kind: "caster", scenario: "high-superheat", seconds: 900),
        Run(kind: "caster", scenario: "roller-vibration", seconds: 240),
        Run(kind: "caster", scenario: "oscillator-vibration", seconds: 240),
        Run(kind: "caster", scenario: "tundish-temperature-drop", seconds: 300),
        Run(kind: "tailings", scenario: "heavy-rain", seconds: 7200, every: 30, slack: 10),
        Run(kind: "tailings", scenario: "pond-rise", seconds: 7200, every: 30, slack: 10),
        Run(kind: "tailings", scenario: "seepage-increase", seconds: 3600, every: 30, slack: 10),
        Run(kind: "tailings", scenario: "creep-to-failure", seconds: 190_000, every: 600, slack: 10),
        Run(kind: "tailings", scenario: "brittle-failure", seconds: 26_000, every: 100, slack: 10),
        Run(kind: "tailings", scenario: "liner-leak", seconds: 7200, every: 30, slack: 20),
    ]

    @Test(arguments: runs) func effectsComeAsDescribed(_ run: Run) throws {
        let kind = try #require(AssetCatalog[run.kind])
        let scenario = try #require(kind.scenarios.first { $0.id == run.scenario })
        let twin = try Twin(
            kind, scenario: run.scenario, level: run.level, seconds: run.seconds, every: run.every)
        #expect(twin.checker.violations.isEmpty, "\(twin.checker.violations)")
        var before = 0
        for effect in scenario.effects {
            switch effect.direction {
            case .up, .down:
                guard let move = twin.firstMove(effect.signal) else {
                    Issue.record("\(effect.signal) does not move")
                    continue
                }
                #expect(move.direction == effect.direction, "\(effect.signal) goes \(move.direction) first")
                #expect(move.after + run.slack >= before, "\(effect.signal) after \(move.after), not \(before)")
                before = max(before, move.after)
            case .spread: #expect(twin.spread(effect.signal) > 3, "\(effect.signal)")
            case .frozen, .missing: Issue.record("\(effect.signal)")
            }
        }
    }

    @Test func everyScenarioOfThePlantsIsRun() {
        let run = Set(ScenarioTests.runs.map { "\($0.kind)/\($0.scenario)" })
        for kind in AssetCatalog.all {
            for scenario in kind.scenarios where !scenario.id.hasPrefix("sensor-") {
                let name = "\(kind.id)/\(scenario.id)"
                #expect(run.contains(name) || name == "tailings/piezometer-blockage", "\(name)")
            }
        }
    }

    /// A weak scenario does less than a strong one, and nothing at level zero.
    @Test(arguments: runs.filter { $0.seconds <= 900 && $0.kind != "caster" }) func severityMatters(_ run: Run) throws {
        let kind = try #require(AssetCatalog[run.kind])
        let effect = try #require(kind.scenarios.first { $0.id == run.scenario }?.effects.first)
        var sizes: [Double] = []
        for level in [0, 0.2, 1.0] {
            let twin = try Twin(kind, scenario: run.scenario, level: level, seconds: 220, every: 2)
            sizes.append(twin.difference(effect.signal).map(abs).max() ?? 0)
        }
        #expect(sizes[0] == 0 && sizes[0] < sizes[1] && sizes[1] < sizes[2], "\(sizes)")
    }

    /// A blocked piezometer no longer follows the pond; its neighbours do.
    @Test func piezometerBlockage() throws {
        let kind = try #require(AssetCatalog["tailings"])
        var blocked = Recording(kind, seed: 3)
        var open = Recording(kind, seed: 3)
        try blocked.set("piezometer-blockage", 1)
        for name in ["pond-rise", "heavy-rain"] {
            try blocked.set(name, 1)
            try open.set(name, 1)
        }
        var (left, right) = (Series(kind), Series(kind))
        for _ in 0..<240 {
            blocked.advance(600)
            open.advance(600)
            left.append(blocked.read(0))
            right.append(open.read(0))
        }
        func rise(_ series: Series, _ name: String) -> Double {
            Stats.mean(series[name].suffix(10)) - Stats.mean(series[name].prefix(10))
        }
        #expect(rise(right, "piezometer_3") > 3 && abs(rise(left, "piezometer_3")) < 0.3)
        #expect(abs(rise(right, "piezometer_2") - rise(left, "piezometer_2")) < 0.2)
        #expect(rise(left, "piezometer_2") > 3)
    }

    /// A malfunction concerns one channel; every other reading stays what it was, bit for bit.
    @Test(arguments: AssetCatalog.all, SensorFaults.Kind.allCases) func sensorFaultsTouchOneChannel(
        _ kind: AssetKind, _ fault: SensorFaults.Kind
    ) throws {
        let id = "sensor-\(fault)"
        let scenario = try #require(kind.scenarios.first { $0.id == id })
        let target = try #require(scenario.effects.first)
        let seconds = fault == .drift ? 1800 : 400
        let twin = try Twin(
            kind, scenario: id, onset: 60, seconds: seconds, every: fault == .drift ? 10 : 1, spoilt: [target.signal])
        // What is derived from the spoilt channel moves with it; nothing else does.
        let derived: Set<String> = [
            "superheat", "subcooling_margin", "mold_heat_flux", "freeboard", "factor_of_safety", "tarp_level",
            "phreatic_level",
        ]
        for group in kind.groups {
            for signal in group.signals where signal.name != target.signal && !derived.contains(signal.name) {
                #expect(twin.upset[signal.name] == twin.calm[signal.name], "\(signal.name)")
            }
        }
        let (onset, upset, calm) = (twin.onset, twin.upset[target.signal], twin.calm[target.signal])
        switch target.direction {
        case .up, .down:
            #expect(twin.firstMove(target.signal)?.direction == target.direction)
        case .spread: #expect(twin.spread(target.signal) > 2)
        case .frozen:
            #expect(Set(upset[(onset + 1)...]).count == 1)
            #expect(Set(calm[(onset + 1)...]).count > 20)
        case .missing:
            let lost = upset[onset...].filter { $0.isNaN }.count
            #expect(lost > upset[onset...].count / 4)
            #expect(twin.upset.missing[target.signal] == lost)
        }
    }
}
