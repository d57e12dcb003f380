import Assets
import Model
import Postgres
import Runtime
import Sparkplug
import TestSupport
import Testing

@testable import Ingest
@testable import Scenarios

/// What agents tell of scenarios: stored exactly once, whatever the order, and in the runs' own table.
@Suite(.timeLimit(.minutes(10)))
struct NoteTests {
    private static let startMs = Clock.wallMs() - 600_000

    private static func run(_ kind: AssetKind, _ id: String = "r-1") throws -> ScenarioRun {
        ScenarioRun(
            id: id, try #require(ScenarioLibrary(kind).scenarios.first), source: .command, by: "Åsa", startNs: 0,
            acceptedMs: startMs)
    }

    /// The notes of one run from start to end.
    private static func course(_ kind: AssetKind) throws -> [Record] {
        var run = try run(kind)
        var notes = [ScenarioEvent(.accepted, run)]
        run.onsetMs = startMs + 5_250
        notes.append(ScenarioEvent(.onset, run))
        run.stoppedMs = startMs + 60_000
        run.stoppedBy = "bert"
        notes.append(ScenarioEvent(.stopped, run))
        run.endedMs = startMs + 90_000
        notes.append(ScenarioEvent(.ended, run))
        return notes.enumerated().map { index, event in
            .note(Note(timeMs: startMs + Int64(index) * 30_000, text: ScenarioNote(event).text))
        }
    }

    private static let summary = """
        select run || ' ' || state || ' ' || started_by || ' ' || coalesce(stopped_by, '-') || ' '
            || (extract(epoch from onset_at) * 1000)::int8 || ' ' || (extract(epoch from ended_at) * 1000)::int8
        from scenario_runs
        """

    @Test(arguments: Seeds.list(fixed: 6, fresh: 2)) func everyOrderComesToTheSame(seed: UInt64) async throws {
        try await offPool {
            let world = try Pipeline()
            var agent = try TestAgent(kind: "candu")
            world.send(agent.birth())
            var numbers = try Self.course(agent.kind).map { agent.accept($0) }
            var random = SeededRandom(seed: seed)
            for index in numbers.indices.reversed() { numbers.swapAt(index, random.below(index + 1)) }
            // Some come twice, in other transactions.
            for number in numbers {
                for _ in 0...random.below(2) { world.send([try agent.message(number)]) }
            }
            #expect(try world.psql("select count(*), count(distinct seq) from notes") == "4|4")
            #expect(
                try world.psql(Self.summary)
                    == "r-1 ended Åsa bert \(Self.startMs + 5_250) \(Self.startMs + 90_000)", "\(replayHint(seed))")
            #expect(
                try world.psql("select kind, count(*) from events where kind like 'scenario%' group by 1 order by 1")
                    == "scenario_accepted|1\nscenario_ended|1\nscenario_onset|1\nscenario_stopped|1")
            let onset = try world.psql(
                """
                select (extract(epoch from occurred_at) * 1000)::int8, detail ->> 'run', severity
                from events where kind = 'scenario_onset'
                """)
            #expect(onset == "\(Self.startMs + 5_250)|r-1|info")
            #expect(world.fed.alerts.count { $0.kind.hasPrefix("scenario_") } == 4)
            #expect(world.fed.alerts.first { $0.kind == "scenario_onset" }?.asset == "agent-1")
        }
    }

    /// Numbers, hash chain and content of notes are audited like those of frames.
    @Test func theAuditPutsNotesTogetherAgain() async throws {
        try await offPool {
            let world = try Pipeline()
            var agent = try TestAgent(kind: "candu")
            world.send(agent.birth())
            for note in try Self.course(agent.kind) {
                agent.accept(.frame(agent.frame(atMs: Self.startMs)))
                agent.accept(note)
            }
            world.send(try (1...8).map { try agent.message($0) })
            let whole = try #require(try world.audit().streams.first { $0.epoch == agent.epoch })
            #expect(
                whole.verifiedLinks == 8 && whole.brokenLinks.isEmpty && whole.open.isEmpty && whole.storedReports == 4)
            #expect(whole.vanished.isEmpty && whole.unrecorded.isEmpty)
            for change in [
                "update notes set text = replace(text, 'bert', 'carl')",
                "update notes set told_at = told_at + interval '1 ms'",
            ] {
                try world.psql("begin; \(change); commit")
                let broken = try #require(try world.audit().streams.first { $0.epoch == agent.epoch })
                #expect(!broken.brokenLinks.isEmpty, "\(change)")
            }
            try world.psql("delete from notes where seq = 4")
            let gone = try #require(try world.audit().streams.first { $0.epoch == agent.epoch })
            #expect(gone.vanished == SequenceSet(4...4))
        }
    }

    /// A note that PostgreSQL refuses is set aside like any other record, and blocks nothing.
    @Test func poisonIsSetAside() async throws {
        try await offPool {
            let world = try Pipeline()
            try world.psql("alter table notes add check (text not like '%poison%')")
            var agent = try TestAgent(kind: "candu")
            world.send(agent.birth())
            agent.accept(.note(Note(timeMs: Self.startMs, text: "{\"poison\":1}")))
            agent.accept(.note(Note(timeMs: Self.startMs, text: "{\"a sort of note\":\"from the future\"}")))
            agent.accept(.note(Note(timeMs: Self.startMs, text: "not even JSON \u{1F4A5}")))
            world.send(try (1...3).map { try agent.message($0) })
            for _ in 0..<6 { world.turn() }
            #expect(try world.psql("select seq, phase is null, text from notes order by 1").hasPrefix("2|t|{\"a sort"))
            #expect(try world.psql("select seq, device from quarantine") == "1|agent-1")
            #expect(try world.stream(agent).committed == SequenceSet(1...3))
        }
    }

    /// An asset that began anew has nothing running, also when the older notes come later.
    @Test func aResetEndsWhateverRan() async throws {
        try await offPool {
            let world = try Pipeline()
            var agent = try TestAgent(kind: "candu")
            world.send(agent.birth())
            var (first, second) = (try Self.run(agent.kind, "early"), try Self.run(agent.kind, "late"))
            first.onsetMs = Self.startMs
            second.onsetMs = Self.startMs + 1_000
            let notes = [
                ScenarioEvent(.onset, first), ScenarioEvent(.onset, second), .reset(timeMs: Self.startMs + 50_000),
                .unknown("requested", by: "anna", timeMs: Self.startMs + 60_000),
            ].map { Record.note(Note(timeMs: Self.startMs + 50_000, text: ScenarioNote($0).text)) }
            for note in notes { agent.accept(note) }
            for number in [1, 3, 2, 4] as [Int64] { world.send([try agent.message(number)]) }
            #expect(
                try world.psql(
                    "select run, state, (extract(epoch from ended_at) * 1000)::int8, reason is not null from scenario_runs order by 1"
                )
                    == "early|ended|\(Self.startMs + 50_000)|t\nlate|ended|\(Self.startMs + 50_000)|f")
        }
    }

    /// What the agent offers is stored with the asset, and follows its births.
    @Test func whatIsOfferedIsStored() async throws {
        try await offPool {
            let world = try Pipeline()
            var agent = try TestAgent(kind: "candu")
            let announcement = ScenarioLibrary(agent.kind).announcement
            for (offered, stored) in [
                (announcement, announcement), ("nonsense", ""), (announcement, announcement), (nil, ""),
            ] {
                agent.scenarios = offered
                world.send(agent.birth())
                #expect(try world.psql("select scenarios from assets") == stored)
            }
        }
    }
}
