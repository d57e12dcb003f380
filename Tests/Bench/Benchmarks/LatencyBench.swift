import Assets
import Model
import Runtime
import TestSupport

/// From the instant at which a sensor is read to the WebSocket client that shows it: through the agent's outbox, the
/// broker, the collector and PostgreSQL's commit. One machine, so that both ends have the same clock.
struct LatencyBench: Benchmark {
    static let name = "latency"
    static let rateHz = 10.0
    static let assets = 100
    static let seconds = 20

    func run(_ bench: inout Bench) throws {
        let stack = try Stack(programs: bench.programs)
        try stack.startCollector()
        let agents = try AssetCatalog.all.map {
            try stack.startAgent("real-\($0.id)", kind: $0.id, seed: 7, rateHz: LatencyBench.rateHz)
        }
        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: 40)
        let virtual = (0..<(LatencyBench.assets - agents.count)).map {
            VirtualAgent(site: Stack.site, name: "v-\($0)", pool: pool, startMs: Clock.wallMs(), periodMs: 1_000)
        }
        let fleet = try Fleet(
            port: stack.broker.port, agents: virtual, connections: 16, pace: .every(milliseconds: 1_000))
        let real = "[" + AssetCatalog.all.map { "\"real-\($0.id)\"" }.joined(separator: ",") + "]"
        let background = "[" + virtual.map { "\"\($0.name)\"" }.joined(separator: ",") + "]"
        // One client for the real agents, one for the load behind which they stand.
        let feed = try FeedLoad(
            .init(port: stack.webPort, clients: 2, group: { $0 }, assets: { $0 == 0 ? real : background }))
        try feed.waitUntilSubscribed()
        Clock.sleep(ms: 6_000)
        try feed.forget()
        let before = stack.usage()
        Clock.sleep(ms: LatencyBench.seconds * 1_000)
        let totals = try feed.totals()
        let after = stack.usage()
        let commitMs = try CollectorFigures(port: stack.webPort).meanCommitSeconds * 1_000
        for agent in agents { agent.process.terminate() }
        _ = try fleet.drain()
        guard totals.delays[0].count > 0 else { throw SupportFailure("no frame of the real agents came") }

        let note =
            "\(agents.count) agents at \(Figure.text(LatencyBench.rateHz)) Hz (\(totals.delays[0].count) frames), "
            + "\(virtual.count) more assets at 1 Hz; a commit takes \(Figure.text(commitMs)) ms; longest "
            + "\(Figure.text(totals.delays[0].longestMs)) ms; " + after.others(since: before)
        for (share, bar) in [(0.5, Figure.Bar.none), (0.99, .valueAtMost(100))] {
            let name = "p\(Int(share * 100))"
            try bench.report.add(
                Figure(
                    name: LatencyBench.name, figure: name, value: totals.delays[0].percentile(share), unit: "ms",
                    bar: bar, note: share == 0.5 ? "" : note))
            try bench.report.add(
                Figure(
                    name: LatencyBench.name, figure: "\(name), the other assets",
                    value: totals.delays[1].percentile(share), unit: "ms", bar: bar,
                    note: share == 0.5 ? "" : "\(totals.delays[1].count) frames of agents without an outbox"))
        }
    }
}
