import Assets
import Model
import Runtime
import TestSupport

/// Ten thousand WebSocket clients: how long they take to connect and subscribe, what they cost, and whether all get
/// every frame.
struct ConnectionsBench: Benchmark {
    static let name = "connections"
    static let clients = 10_000
    static let agents = 5
    static let seconds = 10

    func run(_ bench: inout Bench) throws {
        // A client has a socket at either end, in different processes; the programs raise their own limits.
        let files = try ResourceUse.raiseOpenFileLimit(to: 2 * ConnectionsBench.clients)
        let clients = min(ConnectionsBench.clients, files - 200)
        guard clients > 0 else { throw SupportFailure("only \(files) files may be open") }
        let stack = try Stack(programs: bench.programs)
        try stack.startCollector()
        let emptyBytes = stack.collectorBytes
        let feed = try FeedLoad(.init(port: stack.webPort, clients: clients, addresses: 8))
        try feed.waitUntilSubscribed(within: .seconds(90))
        let connected = try feed.totals()
        let fullBytes = stack.collectorBytes
        let bare = try bench.rivals.run(["connections", "\(clients)"])

        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: 40)
        let agents = (0..<ConnectionsBench.agents).map {
            VirtualAgent(site: Stack.site, name: "v-\($0)", pool: pool, startMs: Clock.wallMs(), periodMs: 1_000)
        }
        let fleet = try Fleet(
            port: stack.broker.port, agents: agents, connections: 1, pace: .every(milliseconds: 1_000))
        try fleet.waitUntilOnline()
        Clock.sleep(ms: 2_500)
        try feed.forget()
        let before = stack.usage()
        let startNs = Clock.monotonicNs()
        Clock.sleep(ms: ConnectionsBench.seconds * 1_000)
        let seen = try feed.totals()
        let seconds = Double(Clock.monotonicNs() - startNs) / 1e9
        let others = stack.usage().others(since: before)
        _ = try fleet.drain()

        try bench.report.add(
            Figure(
                name: ConnectionsBench.name, value: Double(connected.subscribed), unit: "clients",
                bar: .valueAtLeast(Double(ConnectionsBench.clients)),
                note: clients < ConnectionsBench.clients ? "only \(files) files may be open" : others))
        try bench.report.add(
            Figure(
                name: ConnectionsBench.name, figure: "connect time", value: connected.connectSeconds, unit: "s",
                rival: "bare accept and answer", rivalValue: try bare.figure("seconds"),
                note: "to the last one's snapshot: TCP, handshake, hello, subscription"))
        try bench.report.add(
            Figure(
                name: ConnectionsBench.name, figure: "collector's memory", value: Double(fullBytes) / 1e6, unit: "MB",
                note: "resident; \(Figure.text(Double(fullBytes - emptyBytes) / 1e3 / Double(clients))) kB a client"))
        try bench.report.add(
            Figure(
                name: ConnectionsBench.name, figure: "messages", value: Double(seen.deltas) / seconds,
                unit: "messages/s", rival: "offered", rivalValue: Double(ConnectionsBench.agents * clients),
                bar: .ratioAtLeast(0.95),
                note: "\(ConnectionsBench.agents) frames a second to each; "
                    + "\(Figure.text(Double(seen.missed))) left out; p50 \(Figure.text(seen.delays[0].percentile(0.5))) ms, "
                    + "p99 \(Figure.text(seen.delays[0].percentile(0.99))) ms from the sensor"))
    }
}
