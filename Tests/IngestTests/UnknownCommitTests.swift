import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Ingest

/// After a commit without an answer the writer asks whether it took place; a wrong "yes" leaves a hole for ever.
@Suite(.timeLimit(.minutes(10)))
struct UnknownCommitTests {
    private struct World {
        let connection: PostgresConnection
        let stream: StreamRecord
        var transaction: WriteTransaction

        init(committing numbers: ClosedRange<Int64>?) throws {
            let server = try PostgresServer.shared
            connection = try PostgresConnection(PostgresOptions(server.url(try server.makeDatabase())))
            try Migrations.apply(connection)
            let epoch = try Epoch.random()
            stream = try Catalogue.registerStream(connection, site: "site", agent: "agent", epoch: epoch)
            let batch = CommitBatch()
            var delta = StreamDelta(StreamID(site: "site", agent: "agent", epoch: epoch))
            if let numbers { delta.committed.insert(numbers) }
            batch.streams[stream.stream] = delta
            transaction = WriteTransaction(batch)
        }

        /// The number of a transaction that has committed something else, as after a crash that set the counter back.
        func numberOfAnother() throws -> String {
            try connection.transaction {
                try connection.execute("insert into sites (site) values ('other')")
                return try connection.value("select pg_current_xact_id()::text")
            }
        }
    }

    @Test func aNumberThatAnotherTransactionHasGotIsNoProof() async throws {
        try await offPool {
            var world = try World(committing: 5...9)
            world.transaction.number = try world.numberOfAnother()
            #expect(try world.transaction.wasCommitted(world.connection) == false)
            try world.connection.execute("update streams set committed = '{[1,20)}'")
            #expect(try world.transaction.wasCommitted(world.connection) == true)
        }
    }

    @Test func withoutNumbersTheServersWordIsTaken() async throws {
        try await offPool {
            var world = try World(committing: nil)
            world.transaction.number = try world.numberOfAnother()
            #expect(try world.transaction.wasCommitted(world.connection) == true)
        }
    }

    @Test func aNumberOfTheFutureWasNeverCommitted() async throws {
        try await offPool {
            var world = try World(committing: 5...9)
            world.transaction.number = "4000000000"
            #expect(try world.transaction.wasCommitted(world.connection) == false)
        }
    }
}
