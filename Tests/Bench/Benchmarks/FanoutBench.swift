import Assets
import Model
import Runtime
import TestSupport

/// Every frame to each of 200 WebSocket clients: what is left out at a rate that the machine can do, and how many
/// messages a second go out when more comes than it can do, beside bare sends of the same size; and whether clients
/// that do not read slow down those that do.
struct FanoutBench: Benchmark {
    static let name = "fanout"
    static let clients = 200
    /// More that connect, and stop reading at some time.
    static let deaf = 20
    static let agents = 20
    static let calmHz = 10
    static let seconds = 8

    func run(_ bench: inout Bench) throws {
        let stack = try Stack(programs: bench.programs)
        try stack.startCollector()
        let feed = try FeedLoad(.init(port: stack.webPort, clients: FanoutBench.clients))
        let deaf = try FeedLoad(.init(port: stack.webPort, clients: FanoutBench.deaf, isNarrow: true))
        try feed.waitUntilSubscribed()
        try deaf.waitUntilSubscribed()
        let calmMs = 1_000 / Int64(FanoutBench.calmHz)
        let calm = try watch(stack, feed, periodMs: calmMs, prefix: "calm")
        deaf.deafen()
        let slowed = try watch(stack, feed, periodMs: calmMs, prefix: "slowed")
        // 50 Hz is the fastest that an agent samples.
        let full = try watch(stack, feed, periodMs: 20, prefix: "full")
        let bytes = Int((Double(full.bytes) / Double(max(full.deltas, 1))).rounded())
        let bare = try bench.rivals.run(["fanout", "\(FanoutBench.clients)", "\(bytes)", "3"])
        try bench.report.add(
            Figure(
                name: FanoutBench.name, value: full.perSecond, unit: "messages/s",
                rival: "bare sends to \(FanoutBench.clients) sockets", rivalValue: try bare.figure("messages_per_s"),
                note: "\(bytes) bytes each, \(FanoutBench.agents * 50 * FanoutBench.clients) a second offered, "
                    + "\(Figure.text(Double(full.missed))) left out and told; agents, broker, PostgreSQL and the "
                    + "clients on the same machine; " + full.others))
        try bench.report.add(
            Figure(
                name: FanoutBench.name,
                figure: "left out at \(FanoutBench.agents * FanoutBench.calmHz * FanoutBench.clients) messages/s",
                value: Double(calm.missed), unit: "messages", bar: .valueAtMost(0), note: calm.others))
        try bench.report.add(
            Figure(
                name: FanoutBench.name, figure: "p99 with \(FanoutBench.deaf) more that do not read",
                value: slowed.delays.percentile(0.99), unit: "ms", rival: "with those reading",
                rivalValue: calm.delays.percentile(0.99),
                note: "\(Figure.text(Double(slowed.missed))) messages left out for those that read; " + slowed.others))
        for share in [0.5, 0.99] {
            try bench.report.add(
                Figure(
                    name: FanoutBench.name, figure: "p\(Int(share * 100)) at that rate",
                    value: calm.delays.percentile(share), unit: "ms",
                    bar: share == 0.99 ? .valueAtMost(100) : .none))
        }
    }

    private struct Seen {
        var perSecond: Double
        var deltas: Int64
        var bytes: Int64
        var missed: Int64
        var delays: Delays
        var others: String
    }

    private func watch(_ stack: Stack, _ feed: FeedLoad, periodMs: Int64, prefix: String) throws -> Seen {
        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: 40)
        let agents = (0..<FanoutBench.agents).map {
            VirtualAgent(
                site: Stack.site, name: "\(prefix)-\($0)", pool: pool, startMs: Clock.wallMs(), periodMs: periodMs)
        }
        let fleet = try Fleet(
            port: stack.broker.port, agents: agents, connections: 4, pace: .every(milliseconds: periodMs))
        try fleet.waitUntilOnline()
        Clock.sleep(ms: 2_500)
        try feed.forget()
        let before = stack.usage()
        let startNs = Clock.monotonicNs()
        Clock.sleep(ms: FanoutBench.seconds * 1_000)
        let totals = try feed.totals()
        let seconds = Double(Clock.monotonicNs() - startNs) / 1e9
        let after = stack.usage()
        _ = try fleet.drain()
        return Seen(
            perSecond: Double(totals.deltas) / seconds, deltas: totals.deltas, bytes: totals.bytes,
            missed: totals.missed, delays: totals.delays[0], others: after.others(since: before))
    }
}
