import Model
import Postgres
import Runtime
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

/// The leases are told once; the ingest thread must serve their sites however the database behaves meanwhile.
@Suite(.timeLimit(.minutes(10)))
struct ServingTests {
    @Test("A site whose streams could not be read is served as soon as they can be")
    func databaseAwayWhenTheLeaseCame() async throws {
        try await offPool {
            let server = try PostgresServer.shared
            let database = try server.makeDatabase()
            let connection = try PostgresConnection(PostgresOptions(server.url(database)))
            try Migrations.apply(connection)
            let lease = try #require(
                try Leases.acquire(connection, site: "site", holder: Collectors.makeID(), lastingMs: 60_000))
            let link = try LinkProxy(to: server.port)
            defer { link.close() }
            link.refuse(true)

            let bench = try Bench(PostgresOptions("postgresql://postgres@127.0.0.1:\(link.port)/\(database)"))
            _ = bench.control.offer(.leases([lease]), cost: 0)
            try waitUntil("a failed attempt") { link.refused > 0 }
            link.refuse(false)
            let epoch = try Epoch.random()
            try waitUntil("a batch of the site's agent") {
                bench.birth(site: "site", agent: "agent", epoch: epoch)
                return bench.batches.takeAll(timeoutMs: 200).contains { !$0.streams.isEmpty }
            }
            bench.stop()
        }
    }

    /// An ingest thread with its mailboxes, and nothing at their other ends.
    private final class Bench: Sendable {
        let control: Mailbox<IngestControl>
        let batches = Mailbox<CommitBatch>(capacity: 1)
        private let messages: Mailbox<MessageBatch>
        private let thread: NamedThread

        init(_ options: PostgresOptions) throws {
            let wake = try WakeUp()
            let control = Mailbox<IngestControl>(capacity: 1 << 16, onOffer: wake)
            let messages = Mailbox<MessageBatch>(capacity: 1 << 20, onOffer: wake)
            self.control = control
            self.messages = messages
            thread = try NamedThread.start(name: "ingest") { [batches] in
                Ingestor(
                    settings: .init(), registrar: Registrar(options), messages: messages, control: control, wake: wake,
                    toWriter: batches, toHost: Mailbox(capacity: 1 << 16), toUpkeep: Mailbox(capacity: 1 << 16),
                    counters: IngestCounters(Metrics())
                ).run()
            }
        }

        func birth(site: String, agent: String, epoch: Epoch) {
            let metrics = [
                Metric(name: MetricName.receipt, datatype: .string, value: .scalar(.string(""))),
                Metric(name: MetricName.epoch, datatype: .string, value: .scalar(.string("\(epoch)"))),
            ]
            let payload = Payload(timestampMs: UInt64(Clock.wallMs()), metrics: metrics, seq: 0).encoded()
            var batch = MessageBatch()
            Array("spBv1.0/\(site)/NBIRTH/\(agent)".utf8).withUnsafeBytes { topic in
                payload.withUnsafeBytes { batch.append(topic: topic, payload: $0) }
            }
            _ = messages.offer(batch, cost: 1)
        }

        func stop() {
            _ = control.offer(.stop, cost: 0)
            _ = control.offer(.writerIsIdle, cost: 0)
            _ = thread.join(timeoutMs: 5_000)
        }
    }
}
