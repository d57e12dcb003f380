import Assets
import Model
import Runtime
import TestSupport
import Testing

@testable import Scenarios

/// Files that declare scenarios: those of the repository, and those that are wrong.
@Suite struct ScenarioFileTests {
    private static let folder =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" } + "/configs/scenarios"

    @Test(arguments: AssetCatalog.all) func whatIsBuiltInIsDeclared(kind: AssetKind) throws {
        let path = "\(Self.folder)/\(kind.id).yaml"
        #expect(
            fileText(path) == ScenarioFile.text(kind), "the file is what `bellwether-agent scenarios --kind` prints")
        let file = try ScenarioFile.load(path, kinds: AssetCatalog.all)
        #expect(file.kind == kind.id)
        #expect(file.scenarios == ScenarioLibrary(kind).scenarios)
        #expect(file.scenarios.map(\.effects) == kind.scenarios.map(\.effects))
        #expect(file.scenarios.allSatisfy { $0.endNs() != nil }, "each ends by itself")
    }

    @Test(arguments: AssetCatalog.all) func combinationsLoad(kind: AssetKind) throws {
        let file = try ScenarioFile.load("\(Self.folder)/\(kind.id)-combined.yaml", kinds: AssetCatalog.all)
        #expect(file.kind == kind.id && file.scenarios.contains { $0.parts.count > 1 })
        #expect(file.scenarios.allSatisfy { !$0.effects.isEmpty })
    }

    private static func parse(_ text: String) throws(ConfigFailure) -> ScenarioFile {
        try ScenarioFile.parse(Array(text.utf8), name: "s.yaml", kinds: AssetCatalog.all)
    }

    @Test func theUsualPaceHoldsWhereNothingIsSaid() throws {
        let file = try Self.parse(
            """
            kind: caster
            scenarios:
              - id: mix
                title: Two at once
                parts:
                  - {scenario: nozzle-clogging, severity: 0.8, duration: until-stopped}
                  - {scenario: high-superheat, onset: 10m, ramp: 0s}
                effects: [stopper_position up, superheat up]
            """)
        #expect(
            file.scenarios[0].parts == [
                ScenarioPart("nozzle-clogging", severity: 0.8, rampMs: 1_200_000, recoveryMs: 300_000),
                ScenarioPart("high-superheat", onsetMs: 600_000, durationMs: 1_800_000, recoveryMs: 300_000),
            ])
        #expect(file.scenarios[0].onsetMs == 0 && file.scenarios[0].severity == 1)
    }

    private static func one(_ lines: String) -> String {
        "kind: caster\nscenarios:\n  - id: a\n    title: A\n"
            + lines.split(separator: "\n").map { "    \($0)\n" }.joined()
    }

    @Test(arguments: [
        ("", "s.yaml:1:1: kind: is missing"),
        ("kind: castor\nscenarios: []\n", "did you mean \"caster\"?"),
        ("kind: caster\n", "scenarios: must be a list of at least one scenario"),
        ("kind: caster\nscenarios: []\n", "s.yaml:2:12: scenarios: must be a list of at least one scenario"),
        ("kind: caster\nscenario:\n  - id: a\n", "s.yaml:2:1: unknown key \"scenario\"; did you mean \"scenarios\"?"),
        (one("parts: []"), "s.yaml:5:12: scenarios[0].parts: must be a list of 1 to 8 parts"),
        (one("parts: [{scenario: nozle-clogging}]"), "did you mean \"nozzle-clogging\"?"),
        (one("parts: [{scenario: nozle-clogging}]"), "s.yaml:5:24: scenarios[0].parts[0].scenario:"),
        (one("parts: [{scenario: coolant-leak}]"), "is no disturbance of a caster"),
        (one("parts: [{scenario: sensor-stuck, severity: 1.5}]"), "must be 0.001 to 1, got 1.5"),
        (one("parts: [{scenario: sensor-stuck, severity: nan}]"), "must be a number"),
        (one("parts: [{scenario: sensor-stuck, duraton: 1m}]"), "did you mean \"duration\"?"),
        (one("parts: [{scenario: sensor-stuck, duration: 1 minute}]"), "must be a time span"),
        (one("parts: [{scenario: sensor-stuck, duration: 400d}]"), "must be 0s to 366d, got 400d"),
        (one("parts: [{scenario: sensor-stuck, ramp: 0s, duration: 0s, recovery: 0s}]"), "it would never act"),
        (one("parts: [{scenario: sensor-stuck, onset: 1m}]"), "one of them must begin at once"),
        (one("parts: [{scenario: sensor-stuck}]\neffects: [mold_levl up]"), "did you mean \"mold_level\"?"),
        (one("parts: [{scenario: sensor-stuck}]\neffects: [mold_level sideways]"), "must be a signal and up, down"),
        (
            one("parts: [{scenario: sensor-stuck}]\neffects: [mold_level]"),
            "s.yaml:6:14: scenarios[0].effects: [0] must"
        ),
        (
            "kind: caster\nscenarios:\n  - {id: a, title: A, parts: [{scenario: sensor-stuck}]}\n"
                + "  - {id: a, title: B, parts: [{scenario: sensor-stuck}]}\n",
            "s.yaml:4:10: scenarios[1].id: is declared twice"
        ),
        ("kind: caster\nscenarios:\n  - {id: Aa, title: A, parts: [{scenario: sensor-stuck}]}\n", "must be lower-case"),
        (
            "kind: caster\nscenarios:\n  - {id: a, parts: [{scenario: sensor-stuck}]}\n",
            "scenarios[0].title: is missing"
        ),
        ("kind: caster\nscenarios: 5\n", "must be a list"),
        ("kind: caster\nscenarios:\n  - 5\n", "must be a section"),
    ])
    func whatIsWrongIsSaidWithItsPlace(text: String, problem: String) {
        do throws(ConfigFailure) {
            _ = try Self.parse(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.description.contains(problem), "\(error)")
        }
    }

    @Test func everythingWrongIsSaidAtOnce() {
        do throws(ConfigFailure) {
            _ = try Self.parse(
                """
                kind: caster
                scenarios:
                  - id: A
                    title: A
                    parts:
                      - {scenario: sensor-stuk, severity: 7, ramp: x}
                    effects: [foo up, bar]
                """)
            Issue.record("accepted")
        } catch {
            #expect(error.problems.count == 6, "\(error)")
            #expect(error.problems.map(\.line) == [3, 6, 6, 6, 7, 7], "\(error)")
        }
    }
}
