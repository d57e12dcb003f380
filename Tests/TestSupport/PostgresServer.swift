import Glibc
import Synchronization

/// A PostgreSQL cluster of the tests' own, on a free loopback port and a unix socket. Gone with `stop`, at deinit, and
/// at the latest with the test process.
///
/// Starting one takes about a second, most of it initdb: use `PostgresServer.shared` with `makeDatabase()` for each
/// test, and a server of its own only for tests that stop, kill or configure it. Every call blocks.
public final class PostgresServer: Sendable {
    public enum StopMode: String, Sendable {
        case smart, fast
        /// The server ends without a checkpoint and recovers at its next start, as after a crash.
        case immediate
    }

    public let port: UInt16
    public let folder: TemporaryFolder
    private let user: ChildProcess.User?
    private let programs: String
    private let postmaster = Mutex<ChildProcess?>(nil)
    private static let databases = Atomic<Int>(0)

    /// The server that all tests of the process share, started at first use.
    public static var shared: PostgresServer { get throws { try sharedResult.get() } }
    private static let sharedResult = Result {
        let server = try PostgresServer()
        AtExit.register { server.stopNow() }
        return server
    }

    /// Makes a cluster and starts it. `settings` are lines of postgresql.conf. With `durable` false nothing is synced
    /// to disk: a killed server still recovers everything, a power cut would not.
    public init(durable: Bool = false, settings: [String] = []) throws {
        programs = try PostgresServer.findPrograms()
        user = ChildProcess.User.unprivileged
        folder = try TemporaryFolder("postgres")
        port = try FreePort.next()
        if let user { try folder.setOwner(user) }
        try folder.setMode(0o711)
        var words = ["-D", dataFolder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        if !durable { words.append("--no-sync") }
        try ChildProcess.run("\(programs)/initdb", words, environment: environment, user: user, folder: "/")
        try configure(
            [
                "port = \(port)", "listen_addresses = '127.0.0.1'", "unix_socket_directories = '\(folder.path)'",
                "max_connections = 300", "shared_buffers = 128MB", "log_min_messages = warning",
                "log_error_verbosity = terse",
            ] + (durable ? [] : ["fsync = off", "full_page_writes = off"]) + settings)
        try start()
    }

    deinit { stopNow() }

    /// Adds lines to postgresql.conf; most take effect at the next start, some with `reload()`.
    public func configure(_ settings: [String]) throws {
        let path = "\(dataFolder)/postgresql.conf"
        try writeFile(path, (fileText(path) ?? "") + settings.map { $0 + "\n" }.joined())
    }

    public func reload() { postmaster.withLock { _ = $0?.signal(SIGHUP) } }

    /// Starts the server, on the same port as before, and waits until it takes connections.
    public func start(within limit: Duration = .seconds(60)) throws {
        try postmaster.withLock { current in
            if current?.isRunning == true { return }
            let log = folder.path("log")
            // A killed server's shared memory may still be held by its last backends, which refuses the first starts.
            try waitUntil("PostgreSQL on port \(port): \(fileText(log)?.suffix(2000) ?? "")", within: limit) {
                let child = try ChildProcess(
                    "\(programs)/postgres", ["-D", dataFolder], environment: environment, output: .file(log),
                    error: .file(log), user: user, folder: "/")
                current = child
                while child.isRunning {
                    if isReady(child) { return true }
                    usleep(3000)
                }
                return false
            }
        }
    }

    /// Asks the server to end, and waits for it.
    public func stop(_ mode: StopMode = .fast, within limit: Duration = .seconds(60)) throws {
        let signals: [StopMode: Int32] = [.smart: SIGTERM, .fast: SIGINT, .immediate: SIGQUIT]
        try postmaster.withLock { current in
            guard let child = current else { return }
            child.signal(signals[mode] ?? SIGINT)
            try child.waitForExit(limit)
            current = nil
        }
    }

    /// kill -9 of the postmaster; its backends notice and end on their own.
    public func kill() {
        postmaster.withLock { current in
            current?.kill()
            current = nil
        }
    }

    public func restart(_ mode: StopMode = .fast) throws {
        try stop(mode)
        try start()
    }

    /// Suspends the postmaster: new connections hang, the existing ones go on.
    public func pause() { postmaster.withLock { $0?.pause() } }
    public func resume() { postmaster.withLock { $0?.resume() } }

    public var isRunning: Bool { postmaster.withLock { $0?.isRunning == true } }
    /// Nil while stopped.
    public var pid: Int32? { postmaster.withLock { $0?.isRunning == true ? $0?.pid : nil } }
    public var log: String { fileText(folder.path("log")) ?? "" }
    public var dataFolder: String { folder.path("data") }

    /// Over TCP.
    public func url(_ database: String = "postgres") -> String {
        "postgresql://postgres@127.0.0.1:\(port)/\(database)"
    }

    /// Over the unix socket.
    public func socketURL(_ database: String = "postgres") -> String {
        "postgresql://postgres@/\(database)?host=\(folder.path)&port=\(port)"
    }

    /// A new, empty database; its name.
    public func makeDatabase(template: String = "template1") throws -> String {
        let number = PostgresServer.databases.add(1, ordering: .relaxed).newValue
        let name = "test_\(number)"
        try run("create database \(name) template \(template)")
        return name
    }

    public func dropDatabase(_ name: String) throws { try run("drop database if exists \(name) with (force)") }

    /// Ends every session of a database, or of all.
    public func terminateSessions(database: String? = nil) throws {
        let filter = database.map { "datname = '\($0)'" } ?? "true"
        try run(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                + "where backend_type = 'client backend' and pid <> pg_backend_pid() and \(filter)")
    }

    /// Runs SQL through psql: an independent client. Rows come one per line, columns separated by `|`.
    @discardableResult
    public func run(_ sql: String, database: String = "postgres") throws -> String {
        let text = try ChildProcess.run(
            "\(programs)/psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", socketURL(database), "-c", sql],
            environment: environment)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Writes the rows of a query into a file, in PostgreSQL's binary COPY format, through psql.
    public func copy(_ query: String, database: String = "postgres", to path: String) throws {
        unlink(path)
        let child = try ChildProcess(
            "\(programs)/psql",
            [
                "-Xq", "-v", "ON_ERROR_STOP=1", "-d", socketURL(database), "-c",
                "copy (\(query)) to stdout (format binary)",
            ], environment: environment, output: .file(path))
        guard try child.waitForExit(.seconds(120)) == .code(0) else {
            throw SupportFailure("copy out of \(database): \(child.standardError)")
        }
    }

    // The server writes its state into line 8 of this file, and its pid into line 1.
    private func isReady(_ child: ChildProcess) -> Bool {
        let text = fileText("\(dataFolder)/postmaster.pid") ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= 8 && lines[0] == String(child.pid) && lines[7].hasPrefix("ready")
    }

    private func stopNow() {
        try? stop(.immediate, within: .seconds(5))
        kill()
    }

    private var environment: [String: String] { ["PATH": "\(programs):/usr/bin:/bin", "LC_ALL": "C.UTF-8"] }

    /// The folder of initdb and postgres: `PG_BIN`, or the newest that Debian has installed, or PATH.
    private static func findPrograms() throws -> String {
        if let folder = environmentVariable("PG_BIN") { return folder }
        let versions = folderEntries("/usr/lib/postgresql").compactMap { Int($0) }.sorted()
        if let newest = versions.last { return "/usr/lib/postgresql/\(newest)/bin" }
        let postgres = try ChildProcess.find("postgres")
        return String(postgres.dropLast("/postgres".count))
    }
}
