import Postgres
import Runtime
import Synchronization

/// The thread that does what has time: partitions ahead, rollups, retention, and what time
/// does to alarms. Everything here can be stopped at any
/// point and repeated.
final class Chores {
    /// Minutes younger than this are not summed up yet; see `Ingestor.markMinute`.
    static let settledAfterMs: Int64 = 120_000
    static let rollupsEveryMs: Int64 = 10_000
    static let housekeepingEveryMs: Int64 = 600_000
    static let diskEveryMs: Int64 = 10_000
    static let alarmsEveryMs: Int64 = 1_000
    /// With less room than this on the database's disk the collector says that it is not ready.
    static let leastFreeBytes: Int64 = 100 << 20

    private let config: CollectorConfig
    private let state: CollectorState
    private let isStopping: StopFlag
    private let sink: CommitSink
    private let log = Log("chores")
    private var connection: PostgresConnection?
    private var hasAuditedHealth = false
    private var nextRollupsMs: Int64 = 0
    private var nextHousekeepingMs: Int64 = 0
    private var nextDiskMs: Int64 = 0
    private var nextAlarmsMs: Int64 = 0
    private var alarms = AlarmChores()

    init(config: CollectorConfig, state: CollectorState, isStopping: StopFlag, sink: @escaping CommitSink) {
        self.config = config
        self.state = state
        self.isStopping = isStopping
        self.sink = sink
    }

    func run() {
        while !isStopping.isSet {
            Clock.sleep(ms: 200)
            guard state.isSchemaReady else { continue }
            do {
                try doWhatIsDue(atMs: Clock.monotonicMs())
            } catch {
                if (error as? PostgresFailure)?.endsConnection != false { connection = nil }
                log.warning("housekeeping failed; it is repeated", ["problem": "\(error)"])
                nextRollupsMs = Clock.monotonicMs() + 5_000
                nextHousekeepingMs = max(nextHousekeepingMs, nextRollupsMs)
                nextAlarmsMs = Clock.monotonicMs() + 1_000
            }
        }
    }

    private func doWhatIsDue(atMs now: Int64) throws {
        if !hasAuditedHealth {
            try HealthAudit.note(config.healthWeights, of: config.hostID, try connect())
            hasAuditedHealth = true
        }
        if now >= nextAlarmsMs {
            let news = try alarms.turn(try connect(), sites: state.servedSites)
            if !news.isEmpty { sink([], news) }
            nextAlarmsMs = now + Chores.alarmsEveryMs
        }
        if now >= nextHousekeepingMs {
            let connection = try connect()
            try Partitions.makeAhead(connection, nowMs: Clock.wallMs())
            let removed = try Retention.run(connection, config.retention, nowMs: Clock.wallMs())
            if removed.rows > 0 || !removed.telemetryDays.isEmpty {
                log.info(
                    "retention",
                    ["days": removed.telemetryDays.map(\.description).joined(separator: ","), "rows": removed.rows])
            }
            nextHousekeepingMs = now + Chores.housekeepingEveryMs
        }
        if now >= nextDiskMs {
            nextDiskMs = now + Chores.diskEveryMs
            state.diskProblem(try diskProblem(try connect()))
        }
        if now >= nextRollupsMs {
            let connection = try connect()
            while !isStopping.isSet {
                let summary = try Rollups.recompute(
                    connection, settledBeforeMs: Clock.wallMs() - Chores.settledAfterMs,
                    keptSinceMs: config.retention.telemetryDays.map { Retention.horizonMs($0, nowMs: Clock.wallMs()) })
                if summary.isEmpty { break }
            }
            nextRollupsMs = now + Chores.rollupsEveryMs
        }
    }

    /// Only of a database on this machine that lets us know where it lives.
    private func diskProblem(_ connection: PostgresConnection) throws -> String? {
        let folder = try connection.query("select setting from pg_settings where name = 'data_directory'").first
        guard let path: String = try folder?[0], let free = try? Files.freeBytes(path) else { return nil }
        guard free < Chores.leastFreeBytes else { return nil }
        return "\(free >> 20) MB are free for the database; make room on \(path)"
    }

    private func connect() throws -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        let fresh = try PostgresConnection(config.postgres("chores", statementLimit: .seconds(300)))
        connection = fresh
        return fresh
    }
}

/// Tells threads to end.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    func set() { flag.store(true, ordering: .releasing) }
    var isSet: Bool { flag.load(ordering: .acquiring) }
}
