import Analytics
import Model
import Runtime
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

/// Who went away while no collector listened is not online for ever.
@Suite(.timeLimit(.minutes(10)))
struct RollCallTests {
    private let stays = "agent-1"
    private let goes = "agent-2"

    private static func online(_ pipeline: Pipeline) throws -> String {
        try pipeline.psql("select string_agg(agent, ' ' order by agent) from streams where online")
    }

    private static func status(_ pipeline: Pipeline, _ asset: String) throws -> String {
        try pipeline.psql(
            "select status from health join assets using (asset) where id = '\(asset)' order by ts desc limit 1")
    }

    /// Two of our agents and two plain nodes, online; then a new collector, to which one of each comes back.
    @Test func whoDoesNotAnswerIsOffline() async throws {
        try await offPool {
            let first = try Pipeline()
            var agents = try [stays, goes].map { try TestAgent($0) }
            let plain = [PlainNode("plain-1"), PlainNode("plain-2")]
            for index in agents.indices {
                first.send(agents[index].birth())
                let number = agents[index].accept(.frame(agents[index].frame(atMs: Clock.wallMs())))
                first.send([try agents[index].message(number)])
            }
            first.send(plain.flatMap { $0.birth(["m": 1]) })
            #expect(try RollCallTests.online(first) == "agent-1 agent-2 plain-1 plain-2")
            #expect(try RollCallTests.status(first, goes) != "offline")

            try first.psql("update leases set expires_at = now() - interval '1 second'")
            let second = try Pipeline(database: first.database)
            second.send(agents[0].birth())
            second.nowMs += 3_000
            for _ in 0..<4 { second.turn() }
            #expect(second.rebirths(stays) == 0 && second.rebirths(goes) == 1)
            #expect(second.rebirths("plain-1") == 1 && second.rebirths("plain-2") == 1)
            #expect(try RollCallTests.online(second) == "agent-1 agent-2 plain-1 plain-2", "they may still answer")
            second.send(plain[0].birth(["m": 2]))
            second.nowMs += 7_000
            for _ in 0..<4 { second.turn() }

            #expect(try RollCallTests.online(second) == "agent-1 plain-1")
            #expect(try RollCallTests.status(second, goes) == "offline")
            #expect(try RollCallTests.status(second, "plain-2") == "offline")
            #expect(try RollCallTests.status(second, stays) != "offline")
            #expect(
                try second.psql(
                    "select string_agg(agent, ' ' order by agent) from events where kind = 'agent_offline'")
                    == "agent-2 plain-2")
            #expect(second.fed.alerts.contains { $0.asset == goes && $0.status == .offline })
            // Nobody is told twice.
            let events = try second.psql("select count(*) from events")
            second.nowMs += 100_000
            for _ in 0..<4 { second.turn() }
            #expect(try second.psql("select count(*) from events") == events)
        }
    }

    @Test func maintenanceIsJudgedByWhoeverServesTheAsset() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            pipeline.send([try agent.message(agent.accept(.frame(agent.frame(atMs: Clock.wallMs()))))])
            let before = try RollCallTests.status(pipeline, "agent-1")
            let number = try #require(Int32(try pipeline.psql("select asset from assets")))
            let steps: [(Set<Int32>, String)] = [([number], "maintenance"), ([number], "maintenance"), ([], before)]
            for (assets, status) in steps {
                pipeline.tell(.maintenance(assets))
                for _ in 0..<4 { pipeline.turn() }
                #expect(try RollCallTests.status(pipeline, "agent-1") == status)
            }
            #expect(
                try pipeline.psql("select count(*) from events where message ~ 'maintenance (begins|ends)'") == "2")
        }
    }
}
