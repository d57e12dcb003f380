import Model
import Testing

@testable import Assets

/// What kinds know is true of their simulators.
@Suite(.timeLimit(.minutes(10))) struct KnowledgeTests {
    @Test(arguments: AssetCatalog.all) func everythingNamedExists(_ kind: AssetKind) throws {
        let knowledge = kind.knowledge
        let signals = Set(kind.groups.flatMap { $0.signals.map(\.name) })
        let relations = Set(knowledge.relations.map(\.name))
        #expect(relations.count == knowledge.relations.count && relations.isDisjoint(with: signals))
        for relation in knowledge.relations {
            #expect(signals.isSuperset(of: relation.signals), "\(relation.name)")
            #expect(relation.signs.count == relation.signals.count, "\(relation.name)")
            #expect(!relation.title.isEmpty)
        }
        let regimes = try #require(knowledge.regimes)
        #expect(signals.isSuperset(of: regimes.signals) && Set(regimes.names).count == regimes.names.count)
        #expect(signals.isSuperset(of: knowledge.keySignals) && !knowledge.keySignals.isEmpty)
        #expect(Set(knowledge.signatures.map(\.name)).count == knowledge.signatures.count)
        for signature in knowledge.signatures {
            #expect(!signature.response.isEmpty && !signature.evidence.isEmpty)
            for evidence in signature.evidence {
                #expect(signals.contains(evidence.of) || relations.contains(evidence.of), "\(evidence.of)")
                #expect(evidence.weight > 0)
            }
        }
        for scenario in kind.scenarios {
            #expect(knowledge.signatures.contains { $0.name == scenario.id }, "\(scenario.id)")
        }
    }

    /// Whatever comes from outside: a number or NaN, never a trap, and a regime that exists.
    @Test(arguments: AssetCatalog.all) func oddReadingsDoNoHarm(_ kind: AssetKind) throws {
        let odd = [0.0, -1, 1e308, -1e308, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 1e-9]
        var random = SeededRandom(seed: 7)
        let regimes = try #require(kind.knowledge.regimes)
        for _ in 0..<300 {
            for relation in kind.knowledge.relations {
                _ = relation.residual(relation.signals.map { _ in odd[random.below(odd.count)] })
            }
            let regime = regimes.classify(regimes.signals.map { _ in odd[random.below(odd.count)] })
            #expect(regimes.names.indices.contains(regime))
        }
    }

    /// At rest every relation holds: an hour is like the hour before.
    @Test(arguments: AssetCatalog.all) func relationsHoldAtRest(_ kind: AssetKind) throws {
        let isSlow = kind.id == "tailings"
        let run = KnowledgeRun(kind, seed: 31, rest: 2000, readings: 2000, every: isSlow ? 10 : 1)
        for relation in kind.knowledge.relations {
            let (before, after) = (try #require(run.before[relation.name]), try #require(run.after[relation.name]))
            // The first metres with a new tundish are not judged.
            #expect(before.missing < 500 && after.missing == 0, "\(relation.name)")
            #expect(abs(run.shift(relation.name)) < 2, "\(relation.name) \(run.shift(relation.name))")
            let spread = after.deviation / max(before.deviation, 1e-9)
            #expect(
                relation.name == "crest-height" ? spread == 0 : spread > 0.5 && spread < 2, "\(relation.name) \(spread)"
            )
        }
        #expect(
            Set(run.regimes.keys).isSubset(
                of: isSlow ? ["steady", "rain", "after rain"] : ["steady", "ladle change", "heat change"]))
    }

    /// A reactor at 60 % obeys the same relations as at 100 %, and is known to have got there by a ramp.
    @Test(arguments: ["candu", "smr"]) func relationsHoldAtAnotherLoad(_ id: String) throws {
        let kind = try #require(AssetCatalog[id])
        let settled = KnowledgeRun(kind, seed: 32, scenario: "load-change", rest: 1500, settling: 1500, readings: 1500)
        for relation in kind.knowledge.relations {
            #expect(abs(settled.shift(relation.name)) < 2.5, "\(relation.name) \(settled.shift(relation.name))")
        }
        #expect(settled.regimes == ["reduced power": 1500])
        #expect(abs(settled.shift("reactor_power")) > 20)
        let moving = KnowledgeRun(kind, seed: 32, scenario: "load-change", rest: 100, settling: 60, readings: 200)
        #expect(moving.regimes["ramp", default: 0] > 195, "\(moving.regimes)")
    }

    /// Facilities that differ from ours by a tenth: relations have another offset, and hold.
    @Test(arguments: [0.9, 1.1]) func relationsHoldForOtherFacilities(_ factor: Double) throws {
        var outline = TailingsDesign.Outline()
        outline.conductivityMPerS *= factor
        outline.crestLengthM *= factor
        outline.pondAreaM2 *= factor
        outline.restDepthM *= 2 - factor
        let other = TailingsSimulator(seed: 31, design: TailingsDesign(outline))
        let run = KnowledgeRun(.tailings, simulator: other, rest: 2000, readings: 2000, every: 10)
        for relation in AssetKind.tailings.knowledge.relations where relation.name != "crest-height" {
            #expect(abs(run.shift(relation.name)) < 3, "\(relation.name) \(run.shift(relation.name))")
        }
    }

    /// What a relation says of its signals: one that reads too high moves the residual that way, or not at all.
    @Test(arguments: AssetCatalog.all) func signsAreThoseOfTheResidual(_ kind: AssetKind) throws {
        let run = KnowledgeRun(kind, seed: 33, rest: 0, readings: 900)
        for relation in kind.knowledge.relations {
            let inputs = relation.signals.map { run.after[$0]?.mean ?? .nan }
            let usual = relation.residual(inputs)
            try #require(usual.isFinite, "\(relation.name)")
            for (place, sign) in relation.signs.enumerated() where sign != 0 {
                var high = inputs
                high[place] += 0.02 * abs(inputs[place]) + 0.02
                let moved = relation.residual(high) - usual
                #expect(moved * sign >= 0 && (place > 0 || moved != 0), "\(relation.name) \(relation.signals[place])")
            }
        }
    }

    struct Break: Sendable, CustomTestStringConvertible {
        let kind: String
        let scenario: String
        /// Relations that must move, and which way.
        let moves: [(String, Scenario.Direction)]
        var readings = 300
        var every = 1.0

        var testDescription: String { "\(kind)/\(scenario)" }
    }

    static let breaks: [Break] = [
        Break(
            kind: "candu", scenario: "coolant-leak",
            moves: [("coolant-inventory", .up), ("building-overpressure", .up)], readings: 30),
        Break(kind: "candu", scenario: "steam-generator-tube-leak", moves: [("coolant-inventory", .up)]),
        Break(kind: "candu", scenario: "sensor-drift", moves: [("outlet-twins", .up), ("core-heat-balance", .up)]),
        Break(kind: "candu", scenario: "sensor-bias", moves: [("outlet-twins", .down)]),
        Break(kind: "candu", scenario: "sensor-spike", moves: [("flux-a-b", .spread), ("flux-a-c", .spread)]),
        Break(kind: "smr", scenario: "loss-of-flow", moves: [("natural-circulation", .down)]),
        Break(kind: "smr", scenario: "steam-generator-tube-leak", moves: [("coolant-inventory", .up)]),
        Break(kind: "smr", scenario: "sensor-drift", moves: [("outlet-twins", .up), ("subcooling", .down)]),
        Break(kind: "smr", scenario: "sensor-bias", moves: [("outlet-twins", .down), ("subcooling", .up)]),
        Break(kind: "caster", scenario: "nozzle-clogging", moves: [("level-mass-balance", .up)], readings: 900),
        Break(kind: "caster", scenario: "level-oscillation", moves: [("level-mass-balance", .spread)]),
        Break(kind: "caster", scenario: "breakout-sticker", moves: [("mold-copper", .spread)]),
        Break(kind: "caster", scenario: "oscillation-out-of-band", moves: [("oscillation-speed", .up)]),
        Break(
            kind: "caster", scenario: "cooling-zone-failure", moves: [("zone-3-share", .down), ("spray-speed", .down)]),
        Break(
            kind: "caster", scenario: "roller-vibration",
            moves: [("roller-vibration", .up), ("withdrawal-drives", .up)]),
        Break(kind: "caster", scenario: "oscillator-vibration", moves: [("oscillator-effort", .up)]),
        Break(kind: "caster", scenario: "tundish-temperature-drop", moves: [("steel-temperature", .down)]),
        Break(kind: "caster", scenario: "sensor-drift", moves: [("steel-temperature", .down)], readings: 900),
        Break(kind: "caster", scenario: "sensor-spike", moves: [("mold-heat-balance", .spread)]),
        Break(kind: "tailings", scenario: "pond-rise", moves: [("water-balance", .down)], every: 10),
        Break(kind: "tailings", scenario: "seepage-increase", moves: [("seepage-head", .up)], every: 10),
        Break(
            kind: "tailings", scenario: "sensor-drift", moves: [("settlement-1-2", .down), ("settlement-2-3", .up)],
            every: 30),
        Break(
            kind: "tailings", scenario: "sensor-spike", moves: [("prisms-1-2", .spread), ("prisms-2-3", .spread)],
            every: 10),
        Break(
            kind: "tailings", scenario: "sensor-bias",
            moves: [("piezometer-5-head", .up), ("piezometer-4-head", .down)], every: 10),
        Break(kind: "tailings", scenario: "creep-to-failure", moves: [("prisms-2-3", .up)], readings: 900, every: 30),
    ]

    @Test(arguments: breaks) func faultsBreakRelations(_ broken: Break) throws {
        let kind = try #require(AssetCatalog[broken.kind])
        let run = KnowledgeRun(
            kind, scenario: broken.scenario, rest: 600, readings: broken.readings, every: broken.every)
        for (relation, direction) in broken.moves {
            #expect(run.shows(Evidence(relation, direction)), "\(relation) \(run.shift(relation))")
        }
    }

    struct Diagnosis: Sendable, CustomTestStringConvertible {
        let kind: String
        let scenario: String
        /// Readings after the onset that pass before it is looked at, those that are looked at, and their distance.
        var settling = 0
        var readings = 250
        var every = 1.0

        var testDescription: String { "\(kind)/\(scenario)" }

        init(_ kind: String, _ scenario: String) {
            self.kind = kind
            self.scenario = scenario
            switch (kind, scenario) {
            case ("tailings", "brittle-failure"): (settling, readings, every) = (600, 100, 30)
            case ("tailings", "creep-to-failure"): (settling, readings, every) = (800, 100, 60)
            case ("tailings", _): (readings, every) = (500, 20)
            case ("caster", "breakout-sticker"): readings = 40
            case ("caster", "stopper-fault"): readings = 60
            case ("caster", _): readings = 500
            case (_, "coolant-leak"), (_, "loss-of-flow"): readings = 20
            case ("smr", "pump-failure"): readings = 120
            default: break
            }
        }
    }

    static let diagnoses = AssetCatalog.all.flatMap { kind in kind.scenarios.map { Diagnosis(kind.id, $0.id) } }

    /// At first a setback is a load change, and creep is creep.
    static let alike = [
        "xenon-transient": "load-change", "load-change": "xenon-transient", "brittle-failure": "creep-to-failure",
        "creep-to-failure": "brittle-failure",
    ]

    @Test(arguments: diagnoses) func signaturesTellFaultsApart(_ diagnosis: Diagnosis) throws {
        let kind = try #require(AssetCatalog[diagnosis.kind])
        let run = KnowledgeRun(
            kind, scenario: diagnosis.scenario, rest: 600, settling: diagnosis.settling, readings: diagnosis.readings,
            every: diagnosis.every)
        let best = try #require(run.likely.first?.name)
        let isFound = best == diagnosis.scenario || best == KnowledgeTests.alike[diagnosis.scenario]
        #expect(isFound, "\(run.likely.prefix(3))")
    }
}
