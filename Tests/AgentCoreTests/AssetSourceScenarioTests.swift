import Assets
import Model
import Outbox
import Scenarios
import TestSupport
import Testing

@testable import AgentCore

/// Scenarios in the agent's asset: restarts change nothing, and neither does the rate.
@Suite(.timeLimit(.minutes(10))) struct AssetSourceScenarioTests {
    private static let startMs: Int64 = 1_790_000_000_000

    /// What comes from outside, by tick.
    private struct History {
        var orders: [Int64: [ScenarioOrder]] = [:]
        var plan = ScenarioPlan()
        let kind: AssetKind

        init(_ kindID: String, seed: UInt64, ticks: Int64) throws {
            kind = try #require(AssetCatalog[kindID])
            let library = ScenarioLibrary(kind)
            var random = SeededRandom(seed: seed)
            for number in 0..<6 {
                var changes = DeclaredScenario.Changes()
                changes.severity = 0.1 + 0.9 * random.unit()
                changes.onsetMs = Int64(random.below(4)) * 1_000
                changes.rampMs = Int64(random.below(8)) * 700
                changes.durationMs = random.below(3) == 0 ? .some(nil) : .some(Int64(random.below(20)) * 900 + 100)
                changes.recoveryMs = Int64(random.below(5)) * 800
                let scenario = library.scenarios[random.below(library.scenarios.count)].changed(changes)
                let at = Int64(1 + random.below(Int(ticks) / 2))
                orders[at, default: []].append(.start(run: "r\(number)", scenario, by: "anna"))
                orders[at + Int64(random.below(30)), default: []].append(.stop(run: "r\(number)", by: "bert"))
            }
            plan = ScenarioPlan([
                .init(library.scenarios[0].changed(changesOf(2_000, 3_000)), .asset(5_000_000_000), everyMs: 20_000),
                .init(
                    library.scenarios[1].changed(changesOf(0, 4_000)), .clock(AssetSourceScenarioTests.startMs + 12_000)
                ),
            ])
        }

        private func changesOf(_ rampMs: Int64, _ durationMs: Int64) -> DeclaredScenario.Changes {
            var changes = DeclaredScenario.Changes()
            changes.rampMs = rampMs
            changes.durationMs = .some(durationMs)
            changes.recoveryMs = 1_000
            return changes
        }
    }

    private static func asset(_ kind: String, rateHz: Double = 1) -> AgentConfig.Asset {
        AgentConfig.Asset(id: "a", kind: kind, seed: 7, rateHz: rateHz)
    }

    private static func source(
        _ asset: AgentConfig.Asset, _ plan: ScenarioPlan = ScenarioPlan()
    ) throws -> AssetSource {
        guard let source = AssetSource(asset, plan: plan) else { throw SupportFailure("no kind \(asset.kind)") }
        return source
    }

    /// One tick as the sampler takes it: what is stored, and the checkpoint that is saved with it.
    private static func step(
        _ source: inout AssetSource, _ history: History, _ saved: inout Checkpoint?
    ) -> (bytes: [[UInt8]], events: [ScenarioEvent]) {
        for order in history.orders[source.tick] ?? [] { source.obey(order) }
        let timeMs = startMs + source.tick * 1000
        let taken = source.take(timeMs: timeMs)
        if !taken.events.isEmpty || saved == nil || source.tick % 60 == 0 { saved = source.checkpoint() }
        let notes = taken.events.map { RecordCoding.encode(.note(Note(timeMs: timeMs, text: ScenarioNote($0).text))) }
        return (notes + taken.frames.map { RecordCoding.encode(.frame($0)) }, taken.events)
    }

    /// The agent is killed after any tick: what it makes from then on is what it would have made.
    @Test(arguments: ["candu", "caster", "smr", "tailings"]) func aRestartAtAnyTickChangesNothing(kind: String) throws {
        for seed in Seeds.list(fixed: 2, fresh: 1) {
            let ticks: Int64 = 70
            let history = try History(kind, seed: seed, ticks: ticks)
            var whole = try Self.source(Self.asset(kind), history.plan)
            var expected: [[[UInt8]]] = []
            var saves: [Checkpoint?] = []
            var saved: Checkpoint?
            var phases: [String] = []
            for _ in 0..<ticks {
                let made = Self.step(&whole, history, &saved)
                expected.append(made.bytes)
                saves.append(saved)
                phases += made.events.map(\.phase.rawValue)
            }
            #expect(phases.contains("onset") && phases.contains("ended"), "\(phases)")
            for last in stride(from: Int64(0), to: ticks - 1, by: 1) {
                var restarted = try Self.source(Self.asset(kind), history.plan)
                let isResumed = restarted.resume(
                    saves[Int(last)], last: TickMark(tick: last, timeMs: Self.startMs + last * 1000))
                let next = restarted.tick
                #expect(isResumed && next == last + 1)
                var resaved = saves[Int(last)]
                // Far enough to see everything that runs, and not so far that the test takes all day.
                for tick in (last + 1)..<min(ticks, last + 14) {
                    let made = Self.step(&restarted, history, &resaved)
                    guard made.bytes != expected[Int(tick)] else { continue }
                    Issue.record("tick \(tick) after a restart behind \(last): \(replayHint(seed))")
                    return
                }
            }
        }
    }

    /// A state in which nothing has ever run is what it was before there were scenarios.
    @Test func aCalmStateSaysNothingOfScenarios() throws {
        var calm = try Self.source(Self.asset("caster"))
        var other = try Self.source(Self.asset("caster"))
        for tick in 0..<Int64(30) {
            _ = calm.take(timeMs: tick)
            if tick == 20 {
                other.obey(.start(run: "r", ScenarioLibrary(other.kind).scenarios[0], by: "anna"))
            }
            _ = other.take(timeMs: tick)
        }
        var simulator = AssetCatalog["caster"]?.makeSimulator(7)
        var archive = StateArchive()
        simulator?.visitState(&archive)
        let (calmState, otherState) = (calm.checkpoint(), other.checkpoint())
        #expect(calmState.words.count < archive.words.count + 100)
        #expect(otherState.words.count > calmState.words.count)
        var resumed = try Self.source(Self.asset("caster"))
        let isResumed = resumed.resume(calm.checkpoint(), last: TickMark(tick: 29, timeMs: 29))
        let isPristine = resumed.scenarios.isPristine
        #expect(isResumed && isPristine)
    }

    /// The same course at every rate: what is read at whole seconds is the same.
    @Test(arguments: ["candu", "caster"], [0.5, 2, 10]) func theRateDoesNotMatter(kind: String, rateHz: Double) throws {
        let known = try #require(AssetCatalog[kind])
        let scenario = try #require(ScenarioLibrary(known).scenarios.first)
        var changes = DeclaredScenario.Changes()
        changes.onsetMs = 4_000
        changes.rampMs = 10_000
        changes.durationMs = .some(8_000)
        changes.recoveryMs = 6_000
        func series(_ rateHz: Double) throws -> [Int64: [Double]] {
            var source = try Self.source(Self.asset(kind, rateHz: rateHz))
            var values: [Int64: [Double]] = [:]
            var onset: Int64?
            for tick in 0...Int64(40 * rateHz) {
                if Double(tick) == 10 * rateHz { source.obey(.start(run: "r", scenario.changed(changes), by: "x")) }
                let timeMs = Int64(Double(tick) / rateHz * 1000)
                let taken = source.take(timeMs: timeMs)
                onset = onset ?? taken.events.first { $0.phase == .onset }?.run.onsetMs
                for frame in taken.frames where frame.group == 0 { values[timeMs] = frame.values }
            }
            #expect(onset == 14_000)
            return values
        }
        let (reference, other) = (try series(1), try series(rateHz))
        var compared = 0
        for (timeMs, values) in reference {
            guard let found = other[timeMs] else { continue }
            compared += 1
            for (left, right) in zip(values, found) {
                #expect(abs(left - right) <= 1e-6 * max(1, abs(left)), "\(timeMs): \(left) \(right)")
            }
        }
        #expect(compared >= 20)
    }

    /// What comes of commands, tick by tick.
    @Test func eventsOfCommands() throws {
        var source = try Self.source(Self.asset("candu"))
        let library = ScenarioLibrary(source.kind)
        var later = DeclaredScenario.Changes()
        later.onsetMs = 2_000
        let leak = try #require(library["coolant-leak"]).changed(later)
        func take(_ source: inout AssetSource) -> [String] {
            source.take(timeMs: Self.startMs + source.tick * 1000).events.map { "\($0.phase.rawValue) \($0.run.id)" }
        }
        var events = take(&source)
        #expect(events == [])
        source.obey(.start(run: "a", leak, by: "anna"))
        let stuck = try #require(library["sensor-stuck"])
        source.obey(.start(run: "b", stuck, by: "anna"))
        events = take(&source)
        #expect(events == ["accepted a", "onset b"])
        source.obey(.start(run: "a", leak, by: "anna"))
        events = take(&source)
        #expect(events == [], "a command that comes again is no news")
        events = take(&source)
        #expect(events == ["onset a"])
        source.obey(.stop(run: "b", by: "bert"))
        events = take(&source)
        #expect(events == ["stopped b", "ended b"], "a stuck sensor is free at once")
        source.obey(.stop(run: "b", by: "bert"))
        source.obey(.stop(run: "never", by: "bert"))
        events = take(&source)
        #expect(events == ["ended never"], "whoever asks is told that there is no such run")
        for number in 0..<20 { source.obey(.start(run: "c\(number)", leak, by: "anna")) }
        events = take(&source)
        #expect(events.count == 20 && events.count { $0.hasPrefix("refused") } == 5, "\(events)")
    }

    /// What cannot be continued begins anew, and says so.
    @Test func aStateThatIsNotWholeIsNotContinued() throws {
        var source = try Self.source(Self.asset("candu"))
        source.obey(.start(run: "a", ScenarioLibrary(source.kind).scenarios[0], by: "anna"))
        _ = source.take(timeMs: 1)
        let good = source.checkpoint()
        let mark = TickMark(tick: 0, timeMs: 1)
        var damaged = good
        damaged.words.removeLast()
        for (checkpoint, isGood) in [(good, true), (damaged, false)] {
            var next = try Self.source(Self.asset("candu"))
            let (isResumed, runs) = (next.resume(checkpoint, last: mark), next.scenarios.runs.count)
            #expect(isResumed == isGood && runs == (isGood ? 1 : 0))
        }
        var fresh = try Self.source(Self.asset("candu"))
        let (first, second) = (fresh.resume(nil, last: nil), fresh.resume(nil, last: mark))
        #expect(first && !second)
    }
}
