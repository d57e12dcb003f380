import Postgres
import Runtime
import Scenarios
import Sparkplug

/// The thread that keeps the collector's leases alive, and decides from them and from the writer's state whether the
/// collector may be online.
final class LeaseKeeper {
    /// A lease that its holder does not renew for so long may be taken by others.
    static let lastingMs: Int64 = 10_000
    static let roundMs: Int64 = 1_000
    /// Commits or heartbeats that fail for longer than this end the collector's being online.
    static let patienceMs: Int64 = 3_000
    /// The collector is online for so long after a round that went well: the next ones may be slow, or not come at all.
    /// Shorter than a lease, so that whoever takes over has the last word on STATE.
    static let onlineMs: Int64 = 6_000
    /// Requests come from whoever publishes; they do not set our pace.
    static let leastRoundMs: Int64 = 250
    /// Where every site is wanted: whoever may publish could invent sites without end.
    static let mostSites = 1_000

    private let config: CollectorConfig
    private let identity: String
    private let requests: Mailbox<UpkeepRequest>
    private let toIngest: Mailbox<IngestControl>
    private let toHost: Mailbox<HostOrder>
    private let writer: WriterState
    private let state: CollectorState
    private let log = Log("leases")
    private var connection: PostgresConnection?
    private var held: [Leases.Lease] = []
    private var told: [Leases.Lease] = []
    private var toldMaintenance: Set<Int32> = []
    private var toldDuty = HostDuty.cannotCommit
    /// When the held leases run out unless they are renewed, by the monotonic clock.
    private var heldUntilMs: Int64 = 0
    private var failingSinceMs: Int64?
    /// When the last round began that went well.
    private var goodMs: Int64 = 0
    /// As of the last time that the database answered: no answer is no reason to step into another one's place.
    private var othersServe = false
    private var isSchemaChecked = false
    /// The database is of no use to this program, now or later.
    private var mismatch: Migrations.Mismatch?
    private var sites: Set<String>

    init(
        config: CollectorConfig, identity: String, requests: Mailbox<UpkeepRequest>, toIngest: Mailbox<IngestControl>,
        toHost: Mailbox<HostOrder>, writer: WriterState, state: CollectorState
    ) {
        self.config = config
        self.identity = identity
        self.requests = requests
        self.toIngest = toIngest
        self.toHost = toHost
        self.writer = writer
        self.state = state
        sites = Set(config.sites)
    }

    /// The thread's body: returns after `stop`, with all leases given back, or with the reason for which this program
    /// can never use the database.
    func run() -> Migrations.Mismatch? {
        var dueMs = Clock.monotonicMs()
        var earliestMs = dueMs
        while mismatch == nil {
            for request in requests.takeAll(timeoutMs: Int(clamping: max(0, dueMs - Clock.monotonicMs()))) {
                switch request {
                case .wants(let site): if want(site) { dueMs = min(dueMs, earliestMs) }
                case .commandsWait: dueMs = min(dueMs, earliestMs)
                case .stop:
                    giveBack()
                    return nil
                }
            }
            let nowMs = Clock.monotonicMs()
            guard nowMs >= dueMs else { continue }
            round()
            earliestMs = nowMs + LeaseKeeper.leastRoundMs
            dueMs = nowMs + LeaseKeeper.roundMs
        }
        return mismatch
    }

    private func round() {
        let startMs = Clock.monotonicMs()
        do {
            let connection = try connect()
            try Collectors.heartbeat(connection, identity, hostID: config.hostID, address: state.address)
            if !held.isEmpty { held = try Leases.renew(connection, held, lastingMs: LeaseKeeper.lastingMs) }
            if config.sites.isEmpty { for site in try knownSites(connection) { _ = want(site) } }
            for site in sites.sorted() where !held.contains(where: { $0.site == site }) {
                if let lease = try Leases.acquire(
                    connection, site: site, holder: identity, lastingMs: LeaseKeeper.lastingMs)
                {
                    held.append(lease)
                }
            }
            try tellMaintenance(connection)
            try sendCommands(connection)
            // Counted from before the questions were asked: the database's clock started no earlier.
            heldUntilMs = startMs + LeaseKeeper.lastingMs
            othersServe = try Leases.all(connection).contains {
                $0.holder != nil && $0.holder != identity && !$0.isExpired
            }
            goodMs = startMs
            failingSinceMs = nil
            state.databaseProblem(nil)
        } catch {
            if (error as? PostgresFailure)?.endsConnection != false { connection = nil }
            mismatch = error as? Migrations.Mismatch
            failingSinceMs = failingSinceMs ?? startMs
            state.databaseProblem("\(error)")
            log.error("the database does not answer", ["problem": "\(error)"])
            if Clock.monotonicMs() >= heldUntilMs { held = [] }
        }
        tell()
    }

    /// True if it is one that we may serve and did not know of.
    private func want(_ site: String) -> Bool {
        guard config.sites.isEmpty || config.sites.contains(site), !sites.contains(site) else { return false }
        guard sites.count < LeaseKeeper.mostSites else {
            log.error(
                "too many sites: a new one is ignored; name the sites in the configuration",
                ["site": site, "most": LeaseKeeper.mostSites])
            return false
        }
        sites.insert(site)
        return true
    }

    private func knownSites(_ connection: PostgresConnection) throws -> [String] {
        try connection.query("select site from sites order by first_seen").map { row throws(PostgresFailure) in
            try row[0]
        }
    }

    /// People say it to any collector; the one that serves the asset judges it.
    private func tellMaintenance(_ connection: PostgresConnection) throws {
        let assets = try Catalogue.assetsInMaintenance(connection)
        if assets != toldMaintenance, toIngest.offer(.maintenance(assets), cost: 0) { toldMaintenance = assets }
    }

    /// People ask any collector; the one that serves the asset's site asks the agent, again and again until it answers.
    private func sendCommands(_ connection: PostgresConnection) throws {
        for due in try ScenarioRuns.takeDue(connection, sites: held.map(\.site)) {
            let command: DeviceCommand =
                if let by = due.stoppedBy {
                    .stopScenario(ScenarioStop(run: due.run, by: by).text)
                } else {
                    .startScenario(due.request)
                }
            _ = toHost.offer(
                .deviceCommand(site: due.site, agent: due.agent, device: due.device, command), cost: 1)
        }
    }

    private func tell() {
        let nowMs = Clock.monotonicMs()
        if held != told, toIngest.offer(.leases(held), cost: 0) {
            told = held
            state.sites(held.map(\.site))
        }
        let isFailing =
            failingSinceMs.map { nowMs - $0 >= LeaseKeeper.patienceMs } == true
            || (writer.failingForMs(atMs: nowMs) ?? 0) >= LeaseKeeper.patienceMs || !isSchemaChecked
        // With no site known to anybody, somebody must listen for the first.
        let duty: HostDuty = isFailing ? .cannotCommit : held.isEmpty && othersServe ? .standBy : .serve
        let untilMs = duty == .serve ? goodMs + LeaseKeeper.onlineMs : .max
        guard duty != toldDuty || duty == .serve, toHost.offer(.duty(duty, untilMs: untilMs), cost: 0),
            duty != toldDuty
        else { return }
        toldDuty = duty
        state.duty(duty)
        log.info("duty", ["is": "\(duty)", "sites": held.map(\.site).joined(separator: ",")])
    }

    private func connect() throws -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        let fresh = try PostgresConnection(config.postgres("leases", statementLimit: .seconds(5)))
        if !isSchemaChecked { try checkSchema(fresh) }
        connection = fresh
        return fresh
    }

    private func checkSchema(_ connection: PostgresConnection) throws {
        let pending = try Migrations.pending(connection)
        if !pending.isEmpty {
            guard config.migratesByItself else {
                throw SchemaBehind(count: pending.count)
            }
            let applied = try Migrations.apply(connection)
            log.info("migrated the database", ["applied": applied.count])
        }
        try Partitions.makeAhead(connection, nowMs: Clock.wallMs())
        isSchemaChecked = true
        state.schemaIsReady()
    }

    struct SchemaBehind: Error, CustomStringConvertible {
        let count: Int
        var description: String {
            "the database lacks \(count) migrations; run: bellwether-collector migrate --config FILE"
        }
    }

    private func giveBack() {
        // Whatever fails here runs out by itself.
        guard let connection else { return }
        try? Leases.release(connection, held)
        try? Collectors.leave(connection, identity)
    }
}
