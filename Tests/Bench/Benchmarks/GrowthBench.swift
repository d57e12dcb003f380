import Assets
import Model
import Runtime
import TestSupport

/// How the collector's cost grows with the number of assets, each at 1 Hz with 40 signals.
struct GrowthBench: Benchmark {
    static let name = "growth"
    static let steps = [1, 10, 100, 1_000]
    static let seconds = 10

    func run(_ bench: inout Bench) throws {
        let stack = try Stack(programs: bench.programs)
        for assets in GrowthBench.steps {
            // Each step with a collector of its own: what it holds belongs to these assets.
            try stack.startCollector()
            try measure(&bench, stack, assets)
            stack.stopCollector()
        }
    }

    private func measure(_ bench: inout Bench, _ stack: Stack, _ assets: Int) throws {
        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: 40)
        let agents = (0..<assets).map {
            VirtualAgent(
                site: Stack.site, name: "of\(assets)-\($0)", pool: pool, startMs: Clock.wallMs(), periodMs: 1_000)
        }
        let fleet = try Fleet(
            port: stack.broker.port, agents: agents, connections: 16, pace: .every(milliseconds: 1_000))
        let feed = try FeedLoad(.init(port: stack.webPort, clients: 1))
        try feed.waitUntilSubscribed()
        try fleet.waitUntilOnline()
        let bornNs = Clock.monotonicNs()
        // Each has had a receipt, and no more than the last second is on its way.
        try waitUntil("all to be up to date", within: .seconds(90)) {
            let totals = try fleet.totals()
            return totals.made >= assets && totals.receipts >= assets && totals.pending <= assets
        }
        let settledSeconds = Double(Clock.monotonicNs() - bornNs) / 1e9
        Clock.sleep(ms: 2_000)
        try feed.forget()
        let before = stack.usage()
        let readings = try CollectorFigures(port: stack.webPort).storedReadings
        let startNs = Clock.monotonicNs()
        Clock.sleep(ms: GrowthBench.seconds * 1_000)
        let totals = try feed.totals()
        let took = try CollectorFigures(port: stack.webPort).storedReadings - readings
        let seconds = Double(Clock.monotonicNs() - startNs) / 1e9
        let after = stack.usage()
        let memory = Double(stack.collectorBytes) / 1e6
        _ = try fleet.drain()

        let spent = after.since(before)
        func add(_ what: String, _ value: Double, _ unit: String, _ note: String = "", bar: Figure.Bar = .none) throws {
            try bench.report.add(
                Figure(
                    name: GrowthBench.name, figure: "\(Figure.text(Double(assets))) assets: \(what)", value: value,
                    unit: unit, bar: bar, note: note))
        }
        try bench.report.add(
            Figure(
                name: GrowthBench.name, figure: "\(Figure.text(Double(assets))) assets: stored", value: took / seconds,
                unit: "readings/s", rival: "sampled", rivalValue: Double(assets * pool.signalCount),
                note: after.others(since: before)))
        try add(
            "collector's processor", spent.collector / max(took, 1) * 1e6, "us/reading",
            "PostgreSQL \(Figure.text(spent.postgres / max(took, 1) * 1e6)) us, "
                + "mosquitto \(Figure.text(spent.broker / max(took, 1) * 1e6)) us; the collector has "
                + "\(Figure.text(spent.collector / seconds * 100)) % of a core")
        try add("p50", totals.delays[0].percentile(0.5), "ms")
        try add("p99", totals.delays[0].percentile(0.99), "ms", bar: assets <= 100 ? .valueAtMost(100) : .none)
        try add("collector's memory", memory, "MB")
        try add("from the first births to being up to date", settledSeconds, "s")
    }
}
