import Glibc
import TestSupport

/// A private installation: PostgreSQL (durable), mosquitto, and the collector as it is shipped.
final class Stack {
    static let site = "bench"

    let folder: TemporaryFolder
    let postgres: PostgresServer
    let broker: MosquittoServer
    let database: String
    let webPort: UInt16
    let collectorConfig: String
    private let programs: String
    private(set) var collector: ChildProcess?

    /// What a careful operator of a small machine sets; everything else is PostgreSQL's default, durable.
    static let postgresSettings = [
        // Fewer checkpoints, spread out: each one costs whole pages in the log again.
        "max_wal_size = '4GB'", "min_wal_size = '1GB'", "checkpoint_timeout = '15min'",
        // A page in the log after a checkpoint costs a third.
        "wal_compression = lz4",
        "wal_buffers = '16MB'", "shared_buffers = '512MB'",
    ]

    /// The same for mosquitto: a host that lags for a moment shall not lose what the broker has for it.
    static let brokerSettings = ["max_queued_messages 100000", "max_queued_bytes 268435456"]

    /// `analyses`: whether the collector's detectors run.
    init(programs: String, analyses: Bool = true) throws {
        self.programs = programs
        folder = try TemporaryFolder("stack")
        postgres = try PostgresServer(durable: true, settings: Stack.postgresSettings)
        broker = try MosquittoServer(settings: Stack.brokerSettings)
        database = try postgres.makeDatabase()
        webPort = try FreePort.next()
        collectorConfig = folder.path("collector.yaml")
        try writeFile(
            collectorConfig,
            """
            host_id: bellwether
            sites: [\(Stack.site)]
            database: {url: "\(postgres.socketURL(database))"}
            mqtt: {host: 127.0.0.1, port: \(broker.port)}
            web: {listen: 127.0.0.1, port: \(webPort)}
            analytics: {enabled: \(analyses)}
            log: {level: warning}

            """, mode: 0o600)
    }

    /// Starts the collector and waits until it takes data.
    func startCollector() throws {
        let log = folder.path("collector.log")
        let child = try ChildProcess(
            "\(programs)/bellwether-collector", ["run", "--config", collectorConfig], output: .file(log),
            error: .file(log))
        collector = child
        try waitUntil("the collector", within: .seconds(30)) {
            guard child.isRunning else { throw SupportFailure("the collector ended: \(collectorLog)") }
            return (try? HTTP.get(port: webPort, "/-/ready").status) == 200
        }
    }

    func stopCollector() {
        collector?.terminate()
        collector = nil
    }

    /// Resident memory of the collector.
    var collectorBytes: Int { collector.flatMap { ProcessTimes(pid: $0.pid) }?.residentBytes ?? 0 }

    var collectorLog: String { fileText(folder.path("collector.log")).map { String($0.suffix(4000)) } ?? "" }

    func startAgent(
        _ name: String, kind: String, seed: Int, rateHz: Double = 1, brokerPort: UInt16? = nil
    ) throws -> Agent {
        try Agent(
            name, kind: kind, seed: seed, rateHz: rateHz, port: brokerPort ?? broker.port, folder: folder,
            programs: programs)
    }

    /// Rows come one per line, columns separated by `|`.
    @discardableResult
    func sql(_ statement: String) throws -> String { try postgres.run(statement, database: database) }

    func number(_ query: String) throws -> Double {
        let text = try sql(query)
        guard let number = Double(text) else { throw SupportFailure("\(query): \(text)") }
        return number
    }

    func storedReadings() throws -> Double {
        try number("select coalesce(sum(stored_readings), 0) from streams")
    }

    /// Processor seconds so far, by part.
    func usage() -> Usage {
        Usage(
            collector: collector.flatMap { ProcessTimes(pid: $0.pid) }?.cpuSeconds ?? 0,
            postgres: postgres.pid.flatMap { ProcessTimes.family(of: $0) }?.cpuSeconds ?? 0,
            broker: broker.pid.flatMap { ProcessTimes(pid: $0) }?.cpuSeconds ?? 0,
            bench: ProcessTimes.own.cpuSeconds, machine: MachineTimes())
    }

    struct Usage {
        var collector: Double
        var postgres: Double
        var broker: Double
        var bench: Double
        let machine: MachineTimes

        var sum: Double { collector + postgres + broker + bench }

        func since(_ before: Usage) -> (collector: Double, postgres: Double, broker: Double, bench: Double) {
            (collector - before.collector, postgres - before.postgres, broker - before.broker, bench - before.bench)
        }

        /// How much of the machine others had meanwhile, for the note of a figure.
        func others(since before: Usage) -> String {
            let share = machine.othersShare(since: before.machine, ours: sum - before.sum)
            return "others had \(Int((share * 100).rounded())) % of the machine"
        }
    }
}

/// A real agent process.
final class Agent {
    let process: ChildProcess
    let stateFolder: String
    let logPath: String

    init(
        _ name: String, kind: String, seed: Int, rateHz: Double, port: UInt16, folder: TemporaryFolder, programs: String
    ) throws {
        stateFolder = try Agent.stateFolder(name, in: folder)
        logPath = "\(stateFolder).log"
        let config = "\(stateFolder).yaml"
        try writeFile(
            config,
            """
            site: \(Stack.site)
            agent: \(name)
            asset: {id: \(name), kind: \(kind), seed: \(seed), rate_hz: \(rateHz)}
            state_dir: \(stateFolder)
            mqtt: {host: 127.0.0.1, port: \(port)}

            """, mode: 0o600)
        process = try ChildProcess(
            "\(programs)/bellwether-agent", ["run", "--config", config], output: .file(logPath), error: .file(logPath))
    }

    var log: String { fileText(logPath).map { String($0.suffix(2000)) } ?? "" }

    static func stateFolder(_ name: String, in folder: TemporaryFolder) throws -> String {
        "\(try folder.folder("agents"))/\(name)"
    }
}
