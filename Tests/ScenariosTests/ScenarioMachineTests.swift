import Assets
import Model
import TestSupport
import Testing

@testable import Scenarios

/// Runs over time: what acts, what is told, and that nothing is forgotten.
@Suite(.timeLimit(.minutes(10))) struct ScenarioMachineTests {
    private static let kind = AssetCatalog.all[0]
    private static let secondNs: Int64 = 1_000_000_000
    private static let epochMs: Int64 = 1_790_000_000_000

    private static func run(
        _ id: String, _ parts: [ScenarioPart], startS: Int64, by: String = "anna"
    ) -> ScenarioRun {
        ScenarioRun(
            id: id, DeclaredScenario(id: "some-scenario", title: "Some", kind: kind.id, parts: parts), source: .command,
            by: by, startNs: startS * secondNs, acceptedMs: epochMs + startS * 1000)
    }

    private static func advance(_ machine: inout ScenarioMachine, _ seconds: Int64) -> [String] {
        machine.advance(toNs: seconds * secondNs, timeMs: epochMs + seconds * 1000).map {
            "\($0.phase.rawValue) \($0.run.id)"
        }
    }

    @Test func aRunHasOneOnsetAndOneEnd() throws {
        var machine = ScenarioMachine(Self.kind)
        #expect(machine.isPristine && machine.isIdle)
        let part = ScenarioPart("coolant-leak", onsetMs: 2_000, rampMs: 2_000, durationMs: 3_000, recoveryMs: 1_000)
        try machine.start(Self.run("a", [part], startS: 10))
        #expect(Self.advance(&machine, 10) == [] && Self.advance(&machine, 11) == [])
        #expect(Self.advance(&machine, 12) == ["onset a"])
        #expect(machine.runs[0].onsetMs == Self.epochMs + 12_000)
        #expect(machine.disturbances(atNs: 12 * Self.secondNs).levels[0] == 0.25)
        #expect(Self.advance(&machine, 17) == [])
        let events = machine.advance(toNs: 20 * Self.secondNs, timeMs: Self.epochMs + 20_000)
        #expect(events.map(\.phase) == [.ended] && events[0].run.endedMs == Self.epochMs + 18_000)
        #expect(events[0].run.onsetMs == Self.epochMs + 12_000)
        #expect(machine.isIdle && !machine.isPristine && machine.remembers("a"))
        #expect(machine.disturbances(atNs: 20 * Self.secondNs) == Disturbances(count: Self.kind.scenarios.count))
    }

    /// Also when nobody has looked between onset and end.
    @Test func whatWasSlepThroughIsToldAllTheSame() throws {
        var machine = ScenarioMachine(Self.kind)
        try machine.start(Self.run("a", [ScenarioPart("coolant-leak", onsetMs: 500, durationMs: 1_250)], startS: 0))
        try machine.start(Self.run("b", [ScenarioPart("pump-failure", durationMs: 1_000)], startS: 0))
        let events = machine.advance(toNs: 9 * Self.secondNs, timeMs: Self.epochMs + 9_000)
        #expect(events.map { "\($0.phase.rawValue) \($0.run.id)" } == ["onset a", "onset b", "ended a", "ended b"])
        #expect(events[0].run.onsetMs == Self.epochMs + 500 && events[2].run.endedMs == Self.epochMs + 1_750)
    }

    @Test func overlappingRunsAddUpToOneAtMost() throws {
        var machine = ScenarioMachine(Self.kind)
        try machine.start(Self.run("a", [ScenarioPart("coolant-leak", severity: 0.5)], startS: 0))
        try machine.start(
            Self.run(
                "b", [ScenarioPart("coolant-leak", severity: 0.25), ScenarioPart("pump-failure", severity: 0.1)],
                startS: 5))
        #expect(machine.disturbances(atNs: 4 * Self.secondNs).levels.prefix(2) == [0.5, 0])
        #expect(machine.disturbances(atNs: 5 * Self.secondNs).levels.prefix(2) == [0.75, 0.1])
        try machine.start(Self.run("c", [ScenarioPart("coolant-leak", severity: 0.9)], startS: 6))
        #expect(machine.disturbances(atNs: 6 * Self.secondNs).levels.prefix(2) == [1, 0.1])
    }

    @Test func stopping() throws {
        var machine = ScenarioMachine(Self.kind)
        let leak = ScenarioPart("coolant-leak", severity: 0.4, recoveryMs: 2_000)
        try machine.start(Self.run("a", [leak], startS: 0))
        try machine.start(Self.run("b", [ScenarioPart("pump-failure", onsetMs: 60_000)], startS: 0))
        #expect(Self.advance(&machine, 1) == ["onset a"])
        try machine.stop("a", by: "bert", atNs: 10 * Self.secondNs, timeMs: Self.epochMs + 10_000)
        try machine.stop("b", by: "bert", atNs: 10 * Self.secondNs, timeMs: Self.epochMs + 10_000)
        #expect(machine.runs[0].stoppedBy == "bert" && machine.runs[0].stoppedMs == Self.epochMs + 10_000)
        #expect(Self.advance(&machine, 10) == ["ended b"], "it never acted")
        #expect(machine.disturbances(atNs: 11 * Self.secondNs).levels[0] == 0.1)
        #expect(throws: ScenarioMachine.Refusal.stoppedAlready(run: "a")) {
            try machine.stop("a", by: nil, atNs: 11 * Self.secondNs, timeMs: 0)
        }
        #expect(Self.advance(&machine, 12) == ["ended a"])
        #expect(throws: ScenarioMachine.Refusal.unknown(run: "a")) {
            try machine.stop("a", by: nil, atNs: 12 * Self.secondNs, timeMs: 0)
        }
    }

    @Test func refusals() throws {
        var machine = ScenarioMachine(Self.kind)
        var foreign = Self.run("a", [ScenarioPart("nozzle-clogging")], startS: 0)
        foreign.scenario.kind = "caster"
        #expect(throws: ScenarioMachine.Refusal.anotherKind("caster")) { try machine.start(foreign) }
        let part = ScenarioPart("coolant-leak", durationMs: 1_000)
        for number in 0..<ScenarioLimits.mostRuns { try machine.start(Self.run("r\(number)", [part], startS: 0)) }
        #expect(throws: ScenarioMachine.Refusal.tooMany) { try machine.start(Self.run("more", [part], startS: 0)) }
        #expect(throws: ScenarioMachine.Refusal.known(run: "r3")) {
            try machine.start(Self.run("r3", [part], startS: 0))
        }
        _ = Self.advance(&machine, 2)
        #expect(machine.isIdle)
        #expect(throws: ScenarioMachine.Refusal.known(run: "r3")) {
            try machine.start(Self.run("r3", [part], startS: 3))
        }
        // Names are forgotten in the end, but not soon.
        for number in 0..<ScenarioMachine.mostRemembered {
            try machine.start(Self.run("s\(number)", [part], startS: Int64(10 + 2 * number)))
            _ = Self.advance(&machine, Int64(12 + 2 * number))
        }
        try machine.start(Self.run("r3", [part], startS: 1_000))
    }

    /// Random starts and stops: each run begins and ends exactly once, strengths stay within bounds, and a machine that
    /// is saved and restored at any instant goes on as the other one does.
    @Test(arguments: Seeds.list(fixed: 30, fresh: 3)) func randomHistories(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var machine = ScenarioMachine(Self.kind)
        var onsets: [String: Int] = [:]
        var ends: [String: Int] = [:]
        var started: Set<String> = []
        var mayBeSilent: Set<String> = []
        for second in 0..<Int64(600) {
            if random.below(8) == 0, second < 400 {
                let run = Self.random(&random, "r\(second)", startS: second)
                if (try? machine.start(run)) != nil { started.insert(run.id) }
            }
            if random.below(12) == 0, let victim = machine.runs.last {
                if (try? machine.stop(
                    victim.id, by: "x", atNs: second * Self.secondNs, timeMs: Self.epochMs + second * 1000)) != nil,
                    victim.onsetMs == nil
                {
                    mayBeSilent.insert(victim.id)
                }
            }
            if second == 450 {
                for run in machine.runs {
                    try? machine.stop(
                        run.id, by: nil, atNs: second * Self.secondNs, timeMs: Self.epochMs + second * 1000)
                }
            }
            if random.below(5) == 0 { machine = try Self.restored(machine, replayHint(seed)) }
            for event in machine.advance(toNs: second * Self.secondNs, timeMs: Self.epochMs + second * 1000) {
                if event.phase == .onset { onsets[event.run.id, default: 0] += 1 }
                if event.phase == .ended { ends[event.run.id, default: 0] += 1 }
            }
            let levels = machine.disturbances(atNs: second * Self.secondNs).levels
            #expect(levels.allSatisfy { $0 >= 0 && $0 <= 1 }, "\(replayHint(seed))")
        }
        #expect(machine.isIdle, "\(replayHint(seed))")
        #expect(Set(ends.keys) == started && ends.values.allSatisfy { $0 == 1 }, "\(replayHint(seed))")
        for run in started {
            let count = onsets[run, default: 0]
            #expect(count == 1 || count == 0 && mayBeSilent.contains(run), "\(run): \(count), \(replayHint(seed))")
        }
    }

    private static func random(_ random: inout SeededRandom, _ id: String, startS: Int64) -> ScenarioRun {
        let parts = (0...random.below(3)).map { _ in
            ScenarioPart(
                kind.scenarios[random.below(kind.scenarios.count)].id, severity: 0.01 + 0.99 * random.unit(),
                onsetMs: Int64(random.below(20_000)), rampMs: Int64(random.below(20_000)),
                durationMs: random.below(4) == 0 ? nil : Int64(random.below(40_000)) + 1,
                recoveryMs: Int64(random.below(20_000)))
        }
        return run(id, parts, startS: startS, by: "Åsa \(random.below(100))")
    }

    private static func restored(_ machine: ScenarioMachine, _ hint: String) throws -> ScenarioMachine {
        var original = machine
        var saving = StateArchive()
        original.visitState(&saving)
        var archive = StateArchive(restoring: saving.words)
        var copy = ScenarioMachine(kind)
        copy.visitState(&archive)
        #expect(archive.isComplete, "\(hint)")
        var again = StateArchive()
        copy.visitState(&again)
        #expect(again.words == saving.words, "\(hint)")
        // What is expected of a scenario is not part of the state; everything else is.
        #expect(copy.runs.map(\.id) == machine.runs.map(\.id))
        for second in [0, 1, 7, 100] as [Int64] {
            let ns = second * secondNs + 123
            #expect(copy.disturbances(atNs: ns) == machine.disturbances(atNs: ns), "\(hint)")
        }
        return copy
    }

    /// Words from a damaged file: bounded, and no trap.
    @Test(arguments: Seeds.list(fixed: 50, fresh: 5)) func nonsenseIsRestoredWithoutATrap(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var machine = ScenarioMachine(Self.kind)
        try machine.start(Self.random(&random, "a", startS: 3))
        var saving = StateArchive()
        machine.visitState(&saving)
        for _ in 0..<40 {
            var words = saving.words
            for _ in 0...random.below(3) {
                words[random.below(words.count)] = random.below(3) == 0 ? .max : random.next()
            }
            if random.below(4) == 0 { words.removeLast(random.below(words.count)) }
            var archive = StateArchive(restoring: words)
            var copy = ScenarioMachine(Self.kind)
            copy.visitState(&archive)
            #expect(copy.runs.count <= ScenarioLimits.mostRuns)
            for second in [0, 10, 1 << 40] as [Int64] {
                _ = copy.disturbances(atNs: second)
                _ = copy.advance(toNs: second, timeMs: 0)
            }
        }
    }
}
