import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Ingest

/// Births that somebody kept and sends again.
@Suite(.timeLimit(.minutes(10)))
struct ReplayedBirthTests {
    @Test("A replayed birth of an earlier epoch declares nothing of a later one as missing")
    func earlierEpoch() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            var agent = try TestAgent()
            let nowMs = Clock.wallMs()
            func accept() { agent.accept(.frame(agent.frame(atMs: nowMs + agent.newest * 1000))) }
            accept()
            let old = agent.birth()
            pipeline.send(old + [try agent.message(1)])
            let first = agent.epoch
            try agent.beginEpoch()
            for _ in 1...4 { accept() }
            pipeline.send(agent.birth() + [try agent.message(4)])
            pipeline.send(old)
            #expect(try pipeline.stream(agent).lost.isEmpty, "1 to 3 are still at the agent")
            // A true birth of a later epoch declares what its agent does not hold any more.
            let second = agent.epoch
            try agent.beginEpoch()
            pipeline.send(agent.birth())
            #expect(try pipeline.stream(agent, second).lost == SequenceSet(1...3))
            #expect(try pipeline.stream(agent, first).lost.isEmpty)
        }
    }
}
