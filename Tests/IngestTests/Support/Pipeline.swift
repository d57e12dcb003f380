import Glibc
import MQTT
import Model
import Postgres
import Runtime
import Sparkplug
import Synchronization
import TestSupport

@testable import Ingest

/// The ingest thread and the writer without their threads, against a real database: a test turns the crank.
final class Pipeline {
    let database: String
    let url: String
    private(set) var connection: PostgresConnection
    let counters = IngestCounters(Metrics())
    let writerState = WriterState()
    let ingestor: Ingestor
    let writer: Writer
    let holder = Collectors.makeID()
    private var fence: Int64 = 0
    /// The monotonic clock of the ingest thread.
    var nowMs: Int64 = 1_000_000
    /// What was sent to agents, in order.
    private(set) var commands: [(agent: String, command: Sparkplug.Command)] = []
    /// What the feed got.
    let fed = Fed()
    private let messages = Mailbox<MessageBatch>(capacity: 1 << 28)
    private let control: Mailbox<IngestControl>
    private let toHost = Mailbox<HostOrder>(capacity: 1 << 20)
    private let toUpkeep = Mailbox<UpkeepRequest>(capacity: 1 << 16)
    private let batches = Mailbox<CommitBatch>(capacity: 1)

    final class Fed: Sendable {
        private let all = Mutex<(frames: [CommittedFrame], alerts: [CommittedAlert])>(([], []))
        func take(_ frames: [CommittedFrame], _ alerts: [CommittedAlert]) {
            all.withLock {
                $0.frames += frames
                $0.alerts += alerts
            }
        }
        var frames: [CommittedFrame] { all.withLock { $0.frames } }
        var alerts: [CommittedAlert] { all.withLock { $0.alerts } }
    }

    /// With a database of its own, or with one that is there already.
    init(database existing: String? = nil, settings: Ingestor.Settings = .init(), sites: [String] = ["site-1"]) throws {
        let server = try PostgresServer.shared
        database = try existing ?? server.makeDatabase(template: try Pipeline.template.get())
        url = server.url(database)
        connection = try PostgresConnection(PostgresOptions(url, applicationName: "test"))
        let options = PostgresOptions(url, applicationName: "pipeline", statementLimit: .seconds(20))
        let wake = try WakeUp()
        control = Mailbox(capacity: 1 << 16)
        ingestor = Ingestor(
            settings: settings, registrar: Registrar(options), messages: messages, control: control, wake: wake,
            toWriter: batches, toHost: toHost, toUpkeep: toUpkeep, counters: counters)
        let fed = fed
        writer = Writer(
            options: options, batches: batches, toIngest: control, toHost: toHost,
            sink: { fed.take($0, $1) }, state: writerState, counters: counters)
        for site in sites { try grant(site) }
    }

    /// A database with the schema, copied for each test.
    private static let template = Result {
        let server = try PostgresServer.shared
        let name = try server.makeDatabase()
        let connection = try PostgresConnection(PostgresOptions(server.url(name)))
        try Migrations.apply(connection)
        try Partitions.makeAhead(connection, nowMs: Clock.wallMs())
        return name
    }

    func grant(_ site: String, lastingMs: Int64 = 3_600_000) throws {
        guard
            let lease = try Leases.acquire(connection, site: site, holder: holder, lastingMs: lastingMs)
        else { throw SupportFailure("the lease of \(site) is somebody else's") }
        fence = lease.fence
        _ = control.offer(.leases([lease]), cost: 0)
        turn()
    }

    /// As upkeep would: goes on with the lease if it still stands, or takes a new one.
    func databaseWasReplaced() throws {
        connection = try PostgresConnection(PostgresOptions(url, applicationName: "test"))
        let stands: Bool = try connection.value(
            "select exists (select from leases where holder = $1 and fence = $2)", [.uuid(holder), .int8(fence)])
        if stands { return }
        try connection.execute("update leases set holder = null")
        try grant("site-1")
    }

    func tell(_ order: IngestControl) { _ = control.offer(order, cost: 0) }

    /// Hands messages over, as one batch of the host's.
    func put(_ some: [TestMessage]) {
        var batch = MessageBatch()
        for message in some {
            Array(message.topic.utf8).withUnsafeBytes { topic in
                message.payload.withUnsafeBytes { batch.append(topic: topic, payload: $0) }
            }
        }
        if !batch.isEmpty { _ = messages.offer(batch, cost: 0) }
    }

    /// One round of the ingest thread, and one of the writer.
    func turn() {
        _ = ingestor.turn(atMs: nowMs)
        writer.turn(timeoutMs: 0)
        for order in toHost.takeAll(timeoutMs: 0) {
            if case .command(_, let agent, let command) = order { commands.append((agent, command)) }
        }
    }

    /// Hands messages over, and turns until all of it is stored.
    func send(_ messages: [TestMessage]) {
        put(messages)
        for _ in 0..<4 { turn() }
    }

    func wantedSites() -> [String] {
        toUpkeep.takeAll(timeoutMs: 0).compactMap { if case .wants(let site) = $0 { site } else { nil } }
    }

    /// The receipts of an agent so far.
    func receipts(_ agent: String) -> [Receipt] {
        commands.compactMap { name, command in
            if name == agent, case .receipt(let receipt) = command { receipt } else { nil }
        }
    }

    func rebirths(_ agent: String) -> Int { commands.count { $0.agent == agent && $0.command == .rebirth } }

    /// Through psql, which shares no code with ours.
    @discardableResult
    func psql(_ sql: String) throws -> String { try PostgresServer.shared.run(sql, database: database) }

    func stream(_ agent: TestAgent, _ epoch: Epoch? = nil) throws -> StreamRecord {
        try Catalogue.registerStream(connection, site: agent.site, agent: agent.name, epoch: epoch ?? agent.epoch)
    }

    func audit() throws -> AuditReport { try Audit.run(connection) }
}
