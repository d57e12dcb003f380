import Analytics
import Model
import Postgres
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Ingest

/// Alarms from frames to rows, journal and feed, over a real database.
@Suite(.timeLimit(.minutes(5)))
struct AlarmTests {
    private static let text = """
        kind: caster
        defaults: false
        rules:
          - {name: high, type: limit, signal: SIGNAL, above: 1, priority: high, first_out: g, consequence: c, response: r}
          - {name: slow, type: limit, signal: SIGNAL, above: 2, on_delay: 5s, consequence: c, response: r}
          - {name: silent, type: communication, on_delay: 2s, consequence: c, response: r}
          - {name: lost, type: data_loss, priority: low, consequence: c, response: r}

        """

    /// Rules about the first signal of the caster's first group.
    private static func settings(_ agent: TestAgent) throws -> Ingestor.Settings {
        var settings = Ingestor.Settings()
        settings.analyses = false
        let text = text.replacing("SIGNAL", with: agent.kind.groups[0].signals[0].name)
        settings.alarmRules = try AlarmRuleBook.parse(text, name: "rules.yaml")
        return settings
    }

    private static func send(
        _ pipeline: Pipeline, _ agent: inout TestAgent, _ value: Double, atMs timeMs: Int64, isLate: Bool = false
    ) throws {
        let number = agent.accept(.frame(agent.frame([value], atMs: timeMs)))
        pipeline.send([try agent.message(number, isHistorical: isLate)])
    }

    private static func states(_ pipeline: Pipeline) throws -> String {
        try pipeline.psql(
            "select string_agg(rule || ' ' || state, ', ' order by rule) from alarms where state <> 'normal'")
    }

    private static func journal(_ pipeline: Pipeline) throws -> String {
        try pipeline.psql(
            "select string_agg(rule || ' ' || event || case when late then ' late' else '' end, ', ' order by entry) from alarm_journal"
        )
    }

    @Test func fromFrameToFeed() async throws {
        try await offPool {
            var agent = try TestAgent()
            let pipeline = try Pipeline(settings: try Self.settings(agent))
            pipeline.send(agent.birth())
            let nowMs = Clock.wallMs()
            try Self.send(pipeline, &agent, 0.5, atMs: nowMs - 20_000)
            #expect(try Self.states(pipeline) == "")
            try Self.send(pipeline, &agent, 2.5, atMs: nowMs - 10_000)
            #expect(try Self.states(pipeline) == "high unacknowledged")
            try Self.send(pipeline, &agent, 2.5, atMs: nowMs - 5_000)
            #expect(try Self.states(pipeline) == "high unacknowledged, slow unacknowledged")
            try Self.send(pipeline, &agent, 0.5, atMs: nowMs)
            #expect(try Self.states(pipeline) == "high returned_unacknowledged, slow returned_unacknowledged")
            #expect(
                try Self.journal(pipeline) == "high raised, slow raised, high cleared, slow cleared")
            let told = pipeline.fed.alerts.filter { $0.kind == "alarm" }
            #expect(told.count == 4 && told[0].severity == "warning" && told[0].asset == "agent-1")
            #expect(told[0].occurredMs == nowMs - 10_000)
            let detail = try JSON(Array(told[0].detail.utf8))
            #expect(detail["event"] == .string("raised") && detail["announced"] == .bool(true))
            #expect(detail["alarm_state"]?["first_out"] == .bool(true))
            for statement in [
                "update alarm_journal set who = 'x'", "delete from alarm_journal", "truncate alarm_journal",
            ] {
                #expect(throws: (any Error).self, "\(statement)") { try pipeline.psql(statement) }
            }
        }
    }

    /// Another collector goes on with what is pending and what is active, and tells nothing twice.
    @Test func restartAmidAlarms() async throws {
        try await offPool {
            var agent = try TestAgent()
            let first = try Pipeline(settings: try Self.settings(agent))
            first.send(agent.birth())
            let nowMs = Clock.wallMs()
            try Self.send(first, &agent, 2.5, atMs: nowMs - 10_000)
            #expect(try Self.states(first) == "high unacknowledged")

            try first.psql("update leases set expires_at = now() - interval '1 second'")
            let second = try Pipeline(database: first.database, settings: try Self.settings(agent))
            second.send(agent.birth())
            try Self.send(second, &agent, 2.5, atMs: nowMs - 5_000)
            #expect(try Self.states(second) == "high unacknowledged, slow unacknowledged", "the delay began before")
            try Self.send(second, &agent, 0.5, atMs: nowMs)
            #expect(try Self.journal(second) == "high raised, slow raised, high cleared, slow cleared")
        }
    }

    @Test func lateFramesRaiseNothing() async throws {
        try await offPool {
            var agent = try TestAgent()
            let pipeline = try Pipeline(settings: try Self.settings(agent))
            pipeline.send(agent.birth())
            let nowMs = Clock.wallMs()
            try Self.send(pipeline, &agent, 0.5, atMs: nowMs - 60_000)
            pipeline.send([agent.death()])
            pipeline.send(agent.birth())
            try Self.send(pipeline, &agent, 0.5, atMs: nowMs)
            try Self.send(pipeline, &agent, 1.5, atMs: nowMs - 40_000, isLate: true)
            try Self.send(pipeline, &agent, 0.5, atMs: nowMs - 30_000, isLate: true)
            #expect(try Self.states(pipeline) == "")
            #expect(try Self.journal(pipeline) == "high raised late, high cleared late")
            #expect(
                try pipeline.psql(
                    "select extract(epoch from occurred_at)::numeric = \(nowMs - 40_000) / 1000.0 and known_at > occurred_at from alarm_journal where event = 'raised'"
                ) == "t")
            #expect(pipeline.fed.alerts.contains { $0.message.contains("would have been raised") })
        }
    }

    /// One alarm for the whole asset, after its delay; and it ends with the first frame.
    @Test func silenceIsOneAlarm() async throws {
        try await offPool {
            var agent = try TestAgent()
            let pipeline = try Pipeline(settings: try Self.settings(agent))
            pipeline.send(agent.birth())
            try Self.send(pipeline, &agent, 1.5, atMs: Clock.wallMs())
            pipeline.send([agent.death()])
            pipeline.nowMs += 1_900
            for _ in 0..<3 { pipeline.turn() }
            #expect(try Self.states(pipeline) == "high unacknowledged", "not yet")
            pipeline.nowMs += 200
            for _ in 0..<3 { pipeline.turn() }
            #expect(try Self.states(pipeline) == "high unacknowledged, silent unacknowledged")
            pipeline.send(agent.birth())
            try Self.send(pipeline, &agent, 1.5, atMs: Clock.wallMs())
            #expect(try Self.states(pipeline) == "high unacknowledged, silent returned_unacknowledged")
        }
    }

    /// Whoever went away while nobody listened is an alarm, too; a loss of data is one that returns by itself.
    @Test func absenceAndLoss() async throws {
        try await offPool {
            var agent = try TestAgent()
            let first = try Pipeline(settings: try Self.settings(agent))
            first.send(agent.birth())
            try Self.send(first, &agent, 0.1, atMs: Clock.wallMs())
            let report = Report(
                cause: .outboxFull, epoch: agent.epoch, lost: 5...9, fromMs: Clock.wallMs(), toMs: Clock.wallMs())
            let number = agent.accept(.report(report))
            first.send([try agent.message(number)])
            #expect(try Self.states(first) == "lost returned_unacknowledged")

            try first.psql("update leases set expires_at = now() - interval '1 second'")
            let second = try Pipeline(database: first.database, settings: try Self.settings(agent))
            for _ in 0..<3 {
                second.nowMs += 8_000
                for _ in 0..<3 { second.turn() }
            }
            #expect(try Self.states(second) == "lost returned_unacknowledged, silent unacknowledged")
        }
    }

    @Test func twoOperatorsAtOnce() async throws {
        try await offPool {
            var agent = try TestAgent()
            let pipeline = try Pipeline(settings: try Self.settings(agent))
            pipeline.send(agent.birth())
            try Self.send(pipeline, &agent, 1.5, atMs: Clock.wallMs())
            let number = try #require(Int64(try pipeline.psql("select alarm from alarms where rule = 'high'")))
            let url = pipeline.url
            let outcomes = Mutex<[Bool]>([])
            let people = try (0..<8).map { person in
                try NamedThread.start(name: "person-\(person)") {
                    let done = try? AlarmActs.act(
                        try PostgresConnection(PostgresOptions(url, applicationName: "person")), alarm: number,
                        .acknowledged, who: "person-\(person)", why: "seen")
                    outcomes.withLock { $0.append(done != nil) }
                }
            }
            for person in people { #expect(person.join(timeoutMs: 60_000)) }
            #expect(outcomes.withLock { $0.count { $0 } } == 1)
            #expect(try pipeline.psql("select count(*) from alarm_journal where event = 'acknowledged'") == "1")
            #expect(
                try pipeline.psql(
                    "select a.acknowledged_by = j.who from alarms a join alarm_journal j using (alarm) where event = 'acknowledged'"
                )
                    == "t")
        }
    }

    /// A shelf that ended while nobody looked ends at its own time, once, whoever looks.
    @Test func shelvesEndAtTheirOwnTime() async throws {
        try await offPool {
            var agent = try TestAgent()
            let pipeline = try Pipeline(settings: try Self.settings(agent))
            pipeline.send(agent.birth())
            try Self.send(pipeline, &agent, 1.5, atMs: Clock.wallMs())
            let number = try #require(Int64(try pipeline.psql("select alarm from alarms where rule = 'high'")))
            let connection = try PostgresConnection(PostgresOptions(pipeline.url, applicationName: "test"))
            let shelved = try AlarmActs.act(
                connection, alarm: number, .shelved(untilMs: 60_000), who: "anna", why: "known")
            #expect(shelved?.alarm.alarm.record.state == .shelved && shelved?.news.count == 1)
            #expect(try AlarmActs.letTimePass(connection, sites: ["site-1"]).isEmpty, "too early")
            try pipeline.psql(
                "update alarms set shelved_until = date_trunc('milliseconds', now() - interval '1 h')")
            let until = try pipeline.psql("select shelved_until from alarms where rule = 'high'")
            #expect(try AlarmActs.letTimePass(connection, sites: ["elsewhere"]).isEmpty)
            #expect(try AlarmActs.letTimePass(connection, sites: ["site-1"]).count == 1)
            #expect(try AlarmActs.letTimePass(connection, sites: ["site-1"]).isEmpty)
            #expect(try Self.states(pipeline) == "high unacknowledged")
            #expect(
                try pipeline.psql("select occurred_at from alarm_journal where event = 'shelf_expired' and announced")
                    == until)
            // The other collector tells of it as well, once.
            var chores = AlarmChores()
            let others = try AlarmJournal.lately(connection, notBy: "somebody else")
            #expect(others.count == 3 && others.last?.entry.event == "shelf_expired")
            #expect(try chores.turn(connection, sites: []).isEmpty)
        }
    }

    /// A thousand alarms in one transaction: all are stored and told, and few call.
    @Test func aThousandAtOnce() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            let nowMs = Clock.wallMs()
            let rule = AlarmRule("high", "High", .limit(signal: "s", .above(1), deadband: 0))
            let batch = CommitBatch()
            for asset in 1...1_000 {
                batch.add(
                    AlarmNews(
                        asset: AlarmAsset(number: Int32(asset), id: "a\(asset)", site: "site-1", agent: "a\(asset)"),
                        rule: "high", facts: Alarm.Facts(rule),
                        change: AlarmChange(rule: 0, kind: .raised, onsetMs: nowMs, timeMs: nowMs, value: 2),
                        isLate: false))
            }
            batch.leases = pipeline.ingestor.leases
            let connection = try PostgresConnection(PostgresOptions(pipeline.url, applicationName: "test"))
            try WriteTransaction.prepare(connection)
            var budget = HourlyBudget.quarantine()
            var transaction = WriteTransaction(batch)
            _ = try transaction.run(connection, &budget)
            #expect(transaction.alarmAlerts.count == 1_000)
            #expect(try pipeline.psql("select count(*), count(*) filter (where flood) from alarms") == "1000|990")
            #expect(try pipeline.psql("select count(*) from alarm_journal where announced") == "10")
        }
    }
}
