import Glibc
import Ingest
import MQTT
import Postgres
import Runtime
import Sparkplug
import Synchronization
import TestSupport
import Testing

/// Two collectors of one host id on one database: one serves, the other stands by without a sound, takes over when the
/// first one is gone or cut off, and leaves agents in no doubt whether their host is there.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct TwinCollectorTests {
    @Test func theOneThatStandsByIsSilentAndTakesOver() async throws {
        try await offPool {
            let world = try TwinWorld()
            try world.first.start()
            try waitUntil("the first one serves", within: .seconds(60)) { world.first.isServing }
            try world.second.start()
            try waitUntil("the second one stands by", within: .seconds(60)) {
                world.second.collector.state.dutyText == "standing by"
            }
            // Its database comes and goes: agents hear nothing of it.
            let heard = world.watcher.states.count
            world.second.database.cut()
            world.second.database.refuse(true)
            try waitUntil("the second one notices", within: .seconds(30)) {
                world.second.collector.state.dutyText == "cannot commit"
            }
            world.second.database.refuse(false)
            try waitUntil("the second one stands by again", within: .seconds(30)) {
                world.second.collector.state.dutyText == "standing by"
            }
            #expect(world.watcher.states.count == heard, "\(world.watcher.states)")
            #expect(world.second.broker.accepted == 0, "it has never been at the broker")

            // An orderly end: the lease is given back, and taken at once.
            world.first.collector.stop()
            try waitUntil("the second one serves", within: .seconds(30)) { world.second.isServing }
            try waitUntil("agents hear of it", within: .seconds(10)) { world.watcher.states.last?.isOnline == true }
            let times = world.watcher.states.map(\.timestampMs)
            #expect(times == times.sorted())
            world.second.collector.stop()
            try waitUntil("the last word", within: .seconds(10)) { world.watcher.states.last?.isOnline == false }
        }
    }

    /// The first one is cut off from the database, silently, and comes back later.
    @Test func theOneThatIsCutOffStepsBackBeforeTheOtherTakesOver() async throws {
        try await offPool {
            let world = try TwinWorld()
            try world.first.start()
            try waitUntil("the first one serves", within: .seconds(60)) { world.first.isServing }
            try world.second.start()
            try waitUntil("the second one stands by", within: .seconds(60)) {
                world.second.collector.state.dutyText == "standing by"
            }
            world.first.database.hold([.toServer, .toClient])
            try waitUntil("the first one says that it is offline", within: .seconds(30)) {
                world.watcher.states.last?.isOnline == false
            }
            #expect(!world.second.isServing, "it holds the lease until it has run out")
            try waitUntil("the second one serves", within: .seconds(40)) { world.second.isServing }
            try waitUntil("agents hear of it", within: .seconds(10)) { world.watcher.states.last?.isOnline == true }
            let states = world.watcher.states.count
            // The database's answers come after all: they change nothing.
            world.first.database.hold([])
            try waitUntil("the first one stands by", within: .seconds(60)) {
                world.first.collector.state.dutyText == "standing by"
            }
            usleep(3_000_000)
            #expect(world.watcher.states.count == states && world.second.isServing, "\(world.watcher.states)")
            #expect(world.first.collector.state.servedSites.isEmpty)
            world.second.collector.stop()
            try waitUntil("the first one serves again", within: .seconds(60)) { world.first.isServing }
            try waitUntil("agents hear of it", within: .seconds(10)) { world.watcher.states.last?.isOnline == true }
            world.first.collector.stop()
        }
    }
}

private final class TwinWorld: Sendable {
    let broker: MosquittoServer
    let folder: TemporaryFolder
    let first: Twin
    let second: Twin
    let watcher: StateWatcher

    init() throws {
        let server = try PostgresServer.shared
        let database = try server.makeDatabase()
        broker = try MosquittoServer()
        folder = try TemporaryFolder("twins")
        first = try Twin("first", broker, server, database, folder)
        second = try Twin("second", broker, server, database, folder)
        watcher = try StateWatcher(broker.port)
    }

    deinit {
        first.collector.stop()
        second.collector.stop()
        watcher.stop()
    }
}

/// A collector in this process, with links of its own.
private final class Twin: Sendable {
    let broker: LinkProxy
    let database: LinkProxy
    let collector: Collector

    init(
        _ name: String, _ server: MosquittoServer, _ postgres: PostgresServer, _ database: String,
        _ folder: TemporaryFolder
    ) throws {
        broker = try LinkProxy(to: server.port)
        self.database = try LinkProxy(to: postgres.port)
        let path = folder.path("\(name).yaml")
        try writeFile(
            path,
            """
            host_id: twins
            sites: [site-1]
            database: {url: "postgresql://postgres@127.0.0.1:\(self.database.port)/\(database)"}
            mqtt: {host: 127.0.0.1, port: \(broker.port)}

            """)
        collector = try Collector(try CollectorConfig.load(path), metrics: Metrics()) { _, _ in }
    }

    deinit {
        broker.close()
        database.close()
    }

    func start() throws { try collector.start { Issue.record("the collector gave up: \($0)") } }
    var isServing: Bool { collector.state.isOnline && collector.state.servedSites == ["site-1"] }
}

/// Hears what agents hear of their host.
private final class StateWatcher: Sendable {
    private let heard = Mutex<[HostState]>([])
    private let isStopping = Atomic<Bool>(false)
    var states: [HostState] { heard.withLock { $0 } }

    init(_ port: UInt16) throws {
        let ready = Flag()
        startThread { [self] in
            let client = MQTTClient(MQTTConfiguration(host: "127.0.0.1", port: port, clientID: "watcher"))
            let handler = Handler(self, ready)
            try? client.connect(will: nil)
            while !isStopping.load(ordering: .relaxed) { _ = client.service(timeoutMs: 50, wake: -1, handler: handler) }
        }
        try waitUntil("the watcher listens") { ready.isSet }
    }

    func stop() { isStopping.store(true, ordering: .relaxed) }

    private final class Flag: Sendable {
        private let flag = Atomic<Bool>(false)
        func set() { flag.store(true, ordering: .relaxed) }
        var isSet: Bool { flag.load(ordering: .relaxed) }
    }

    private final class Handler: MQTTHandler {
        private let watcher: StateWatcher
        private let ready: Flag

        init(_ watcher: StateWatcher, _ ready: Flag) {
            self.watcher = watcher
            self.ready = ready
        }

        func mqttConnected(_ client: MQTTClient) {
            _ = try? client.subscribe(["spBv1.0/STATE/twins"], qos: .atLeastOnce)
        }
        func mqttEnded(_: MQTTClient, _: MQTTFailure?) {}
        func mqttSubscribed(_: MQTTClient, id _: Int32, granted _: [MQTTQoS?]) { ready.set() }
        func mqttPublished(_: MQTTClient, id _: Int32, refusal _: String?) {}
        func mqttMessage(_: MQTTClient, _ message: borrowing MQTTMessage) {
            guard let state = try? HostState(message.payload) else { return }
            watcher.heard.withLock { $0.append(state) }
        }
    }
}
