import Model
import TestSupport

/// A whole installation in a temporary folder on free loopback ports: database, broker, collectors, agents, and the
/// links between them. Everything in it is started, killed and mended by the test, and is gone with it.
///
/// Every call blocks; nothing here belongs on the cooperative pool.
final class Plant: Sendable {
    enum Database: Sendable {
        /// A durable PostgreSQL of the plant's own, to be killed at will.
        case own
        /// A database of the server that the tests share, for tests that leave the server alone.
        case shared
    }

    struct Settings: Sendable {
        var database = Database.shared
        var postgresLines: [String] = []
        var brokerLines: [String] = []
        var certificates: Certificates?
        var collectors = [CollectorUnit.Settings()]
        var agents: [AgentUnit.Settings] = []
    }

    let site = "plant"
    let folder: TemporaryFolder
    let postgres: PostgresServer
    let database: String
    let broker: MosquittoServer
    let collectors: [CollectorUnit]
    let agents: [AgentUnit]
    private let isShared: Bool

    init(_ settings: Settings) throws {
        folder = try TemporaryFolder("plant")
        isShared = settings.database == .shared
        switch settings.database {
        case .own: postgres = try PostgresServer(durable: true, settings: settings.postgresLines)
        case .shared: postgres = try PostgresServer.shared
        }
        database = try postgres.makeDatabase()
        broker = try MosquittoServer(settings: settings.brokerLines, certificates: settings.certificates)
        let (folder, site, postgres, database, broker) = (folder, site, postgres, database, broker)
        collectors = try settings.collectors.map {
            try CollectorUnit(
                $0, site: site, brokerPort: broker.port, databasePort: postgres.port, database: database, folder: folder
            )
        }
        agents = try settings.agents.map {
            try AgentUnit($0, site: site, brokerPort: broker.port, folder: folder)
        }
    }

    deinit {
        keepIfWanted()
        for unit in units { unit.kill() }
        if isShared { try? postgres.dropDatabase(database) }
    }

    var collector: CollectorUnit { collectors[0] }
    var agent: AgentUnit { agents[0] }
    var units: [Unit] { collectors.map(\.unit) + agents.map(\.unit) }

    /// Starts the collectors, then the agents.
    func start() throws {
        for collector in collectors { try collector.start() }
        for agent in agents { try agent.start() }
    }

    /// Rows come one per line, columns separated by `|`.
    @discardableResult
    func sql(_ statement: String) throws -> String { try postgres.run(statement, database: database) }

    func number(_ query: String) throws -> Int {
        guard let number = Int(try sql(query)) else { throw SupportFailure("\(query): not a number") }
        return number
    }

    /// Frames in telemetry, of one agent or of all. 0 before there is a schema.
    func storedFrames(_ agent: AgentUnit? = nil) -> Int {
        let filter = agent.map { " where agent = '\($0.name)'" } ?? ""
        return (try? number("select coalesce(sum(stored_frames), 0) from streams\(filter)")) ?? 0
    }

    /// Frames in telemetry, by agent. Empty before there is a schema.
    private func storedFramesOfAll() -> [String: Int] {
        let rows = try? sql("select agent, sum(stored_frames) from streams group by agent")
        let pairs = (rows ?? "").split(separator: "\n").compactMap { row -> (String, Int)? in
            let fields = row.split(separator: "|")
            return fields.count == 2 ? Int(fields[1]).map { (String(fields[0]), $0) } : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Waits until so many more frames than now are stored, of every agent.
    func waitForFrames(_ count: Int, within limit: Duration = .seconds(60)) throws {
        let before = storedFramesOfAll()
        var waiting = agents.map(\.name)
        do {
            try wait("\(count) more frames", within: limit) {
                let now = storedFramesOfAll()
                waiting.removeAll { now[$0, default: 0] >= before[$0, default: 0] + count }
                return waiting.isEmpty
            }
        } catch {
            throw SupportFailure("\(error)\nstill waiting for: \(waiting)")
        }
    }

    /// Waits, and says what the programs last logged when it takes too long.
    func wait(_ what: String, within limit: Duration = .seconds(60), _ condition: () throws -> Bool) throws {
        do {
            try waitUntil(what, within: limit, condition)
        } catch {
            throw SupportFailure("\(error)\n" + units.map { $0.logTail() }.joined())
        }
    }

    // MARK: - The end

    /// Waits until everything that the agents hold is settled, stops them cleanly, and sees to it that nothing is left
    /// in their outboxes.
    func drainAndStop(within limit: Duration = .seconds(90)) throws {
        for agent in agents { try waitUntilSettled(agent, within: limit) }
        try stopWithoutRest { try waitUntilSettled($0, within: limit) }
    }

    /// Stops the agents cleanly. Those that could not deliver everything at that moment are started again, until
    /// `meanwhile` returns.
    func stopWithoutRest(_ meanwhile: (AgentUnit) throws -> Void) throws {
        try together(agents.map { agent in { try agent.stop() } })
        for agent in agents {
            var attempts = 0
            while agent.statusNumber("pending") != 0 {
                attempts += 1
                guard attempts <= 5 else {
                    throw SupportFailure("\(agent.name) keeps records\n\(agent.unit.logTail())")
                }
                try agent.start()
                try meanwhile(agent)
                try agent.stop()
            }
        }
    }

    /// Waits until every record that the agent has accepted up to now is stored or declared.
    func waitUntilSettled(_ agent: AgentUnit, within limit: Duration = .seconds(90)) throws {
        let made = agent.made
        var open = made
        do {
            try wait("all records of \(agent.name) settled", within: limit) {
                open = (try? openRecords(agent, of: made)) ?? open
                return open.isEmpty
            }
        } catch {
            throw SupportFailure("\(error)\nstill open: \(open.mapValues(\.ranges))")
        }
    }

    /// What of these records, or of all that the agent has accepted up to now, is neither stored nor declared.
    /// Throws when the database does not answer.
    func openRecords(_ agent: AgentUnit, of made: [Epoch: SequenceSet]? = nil) throws -> [Epoch: SequenceSet] {
        var open = made ?? agent.made
        let rows = try sql("select epoch, committed + lost from streams where agent = '\(agent.name)' and epoch <> 0")
        for row in rows.split(separator: "\n") {
            let fields = row.split(separator: "|").map(String.init)
            guard fields.count == 2, let bits = Int64(fields[0]), let settled = Witness.multirange(fields[1]),
                let epoch = Epoch(bits: UInt64(bitPattern: bits))
            else { throw SupportFailure("a stream makes no sense: \(row)") }
            open[epoch]?.subtract(settled)
        }
        return open.filter { !$0.value.isEmpty }
    }

    /// The tests' own account of every agent.
    func findings() throws -> [Finding] {
        let witness = try Witness(postgres, database: database)
        return try agents.map { try witness.examine(site: site, agent: $0.name, journal: $0.journal) }
    }

    /// Copies everything into the folder that BELLWETHER_KEEP names, for people to look at.
    private func keepIfWanted() {
        guard let target = environmentVariable("BELLWETHER_KEEP") else { return }
        for table in ["streams", "losses", "quarantine", "events"] {
            try? writeFile(folder.path("\(table).txt"), (try? sql("select * from \(table)")) ?? "")
        }
        _ = try? ChildProcess.run("cp", ["-r", folder.path, "\(target)/"])
    }
}
