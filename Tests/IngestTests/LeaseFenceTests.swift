import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Ingest

/// Whoever does not hold the lease of a site stores nothing of it, however late it notices.
@Suite(.timeLimit(.minutes(10)))
struct LeaseFenceTests {
    private struct World {
        let first: Pipeline
        var agent: TestAgent

        init() throws {
            first = try Pipeline()
            agent = try TestAgent()
            first.send(agent.birth())
        }

        mutating func frame() throws -> TestMessage {
            try agent.message(agent.accept(.frame(agent.frame(atMs: Clock.wallMs()))))
        }

        /// Another collector takes the site: the first one's lease has run out.
        func takeOver() throws -> Pipeline {
            try first.psql("update leases set expires_at = now() - interval '1 second'")
            return try Pipeline(database: first.database)
        }
    }

    @Test func aCollectorThatHasLostItsLeaseStoresNothing() async throws {
        try await offPool {
            var world = try World()
            world.first.send([try world.frame()])
            let second = try world.takeOver()
            let receipts = world.first.receipts("agent-1").count
            let events = try world.first.psql("select count(*) from events")
            // The first one knows of nothing, and goes on.
            world.first.send([try world.frame(), try world.frame()])
            #expect(try world.first.stream(world.agent).committed == SequenceSet(1...1))
            #expect(try world.first.psql("select count(*) from telemetry") == "1")
            #expect(try world.first.psql("select count(*) from events") == events)
            #expect(world.first.receipts("agent-1").count == receipts, "nothing is receipted")
            #expect(world.first.counters.lostBatches.value == 1)
            #expect(world.first.writerState.failingForMs(atMs: Clock.monotonicMs()) == nil, "it could commit")
            // The second one has it all.
            second.send(world.agent.birth())
            second.send(try [2, 3].map { try world.agent.message($0, isHistorical: true) })
            #expect(try second.stream(world.agent).committed == SequenceSet(1...3))
            #expect(second.receipts("agent-1").last?.settled == SequenceSet(1...3))
            #expect(try second.audit().verdict == .whole)
        }
    }

    @Test func aLeaseThatHasRunOutIsNoneEvenIfNobodyHasTakenIt() async throws {
        try await offPool {
            var world = try World()
            try world.first.psql("update leases set expires_at = now() - interval '1 second'")
            world.first.send([try world.frame()])
            #expect(try world.first.stream(world.agent).committed.isEmpty)
            // Upkeep renews it: the same lease holds again.
            try world.first.psql("update leases set expires_at = now() + interval '1 hour'")
            world.first.send([try world.agent.message(1, isHistorical: true)])
            #expect(try world.first.stream(world.agent).committed == SequenceSet(1...1))
        }
    }

    /// A batch that was built under one lease is not stored under the next one of the same collector.
    @Test func aBatchRestsOnTheLeaseItWasBuiltUnder() async throws {
        try await offPool {
            var world = try World()
            world.first.put([try world.frame()])
            // The ingest thread hands the batch over; before the writer takes it, the site changes hands and comes back.
            _ = world.first.ingestor.turn(atMs: world.first.nowMs)
            try world.first.psql("update leases set fence = fence + 2")
            for _ in 0..<3 { world.first.turn() }
            #expect(try world.first.stream(world.agent).committed.isEmpty)
            #expect(world.first.counters.lostBatches.value == 1)
        }
    }
}
