import Assets
import Model
import Runtime
import TestSupport

/// Stored readings a second from end to end: with the detectors on, and without them beside a bare COPY of the very
/// same rows.
struct IngestBench: Benchmark {
    static let name = "ingest"
    static let agents = 100
    static let signals = 40
    static let windows = 4
    static let windowSeconds = 4.0

    func run(_ bench: inout Bench) throws {
        try run(&bench, analyses: false)
        try run(&bench, analyses: true)
    }

    private func run(_ bench: inout Bench, analyses: Bool) throws {
        let stack = try Stack(programs: bench.programs, analyses: analyses)
        try stack.startCollector()
        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: IngestBench.signals)
        guard pool.signalCount == IngestBench.signals else {
            throw SupportFailure("frames of \(pool.signalCount) signals")
        }
        let startMs = Clock.wallMs() - 3_600_000
        let agents = (0..<IngestBench.agents).map {
            // 50 Hz, the fastest that an agent samples.
            VirtualAgent(site: Stack.site, name: "v-\($0)", pool: pool, startMs: startMs, periodMs: 20)
        }
        let fleet = try Fleet(
            port: stack.broker.port, agents: agents, connections: 16, pace: .saturating(isHistorical: false))
        try fleet.waitUntilOnline()
        Clock.sleep(ms: 3_000)

        let start = stack.usage()
        let startReadings = try stack.storedReadings()
        var rates: [Double] = []
        for _ in 0..<IngestBench.windows {
            let before = try stack.storedReadings()
            let beforeNs = Clock.monotonicNs()
            Clock.sleep(ms: Int(IngestBench.windowSeconds * 1000))
            let readings = try stack.storedReadings() - before
            rates.append(readings * 1e9 / Double(Clock.monotonicNs() - beforeNs))
        }
        let end = stack.usage()
        bench.report.say("rates \(rates.map { Figure.text($0) }), \(try fleet.totals())")
        let frames = (try stack.storedReadings() - startReadings) / Double(IngestBench.signals)
        let totals = try fleet.drain()
        try IngestBench.verify(stack, totals)
        let spent = end.since(start)
        func us(_ seconds: Double) -> String { Figure.text(seconds / max(frames, 1) * 1e6) }
        let rival = analyses ? nil : try bareCopy(stack, bench.rivals)
        try bench.report.add(
            Figure(
                name: IngestBench.name, figure: analyses ? "with detectors" : "", value: median(rates),
                unit: "readings/s", rival: rival == nil ? "" : "bare binary COPY", rivalValue: rival,
                bar: .valueAtLeast(1_000_000),
                note: "\(IngestBench.agents) agents, 40-signal frames; processor us a frame: "
                    + "load \(us(spent.bench)), mosquitto \(us(spent.broker)), collector \(us(spent.collector)), "
                    + "PostgreSQL \(us(spent.postgres)); sent again \(totals.sent - totals.made) of \(totals.made); "
                    + end.others(since: start)))
        guard let rival else { return }
        try bench.report.add(
            Figure(
                name: IngestBench.name, figure: "ratio to bare COPY", value: median(rates) / rival, unit: "",
                bar: .valueAtLeast(0.3)))
    }

    /// Exactly once, by what is in the tables.
    static func verify(_ stack: Stack, _ totals: Fleet.Totals) throws {
        let made = Double(totals.made)
        let checks = [
            ("rows", "select count(*) from telemetry", made),
            ("different rows", "select count(*) from (select distinct asset, epoch, seq from telemetry) t", made),
            ("committed numbers", "select sum(upper(r) - lower(r)) from streams, unnest(committed) r", made),
            ("holes", "select count(*) from streams where committed <> int8multirange(int8range(1, made + 1))", 0),
            ("losses", "select count(*) from losses", 0), ("quarantined", "select count(*) from quarantine", 0),
        ]
        for (what, query, expected) in checks {
            let found = try stack.number(query)
            guard found == expected else {
                throw SupportFailure("not exactly once: \(what) are \(found), expected \(expected)")
            }
        }
        guard totals.ignoredReceipts == 0 else {
            throw SupportFailure("\(totals.ignoredReceipts) receipts made no sense")
        }
    }

    /// Readings a second of one COPY of up to 400,000 of the rows that were just stored, into a table that is alike,
    /// in the same cluster. The collector idles meanwhile.
    private func bareCopy(_ stack: Stack, _ rivals: Rivals) throws -> Double {
        // Written by the server, which is somebody else when we are root.
        let file = "\(stack.postgres.dataFolder)/rows"
        try stack.sql("create table bare (like telemetry including all)")
        try stack.sql("copy (select * from telemetry order by ts limit 400000) to '\(file)' (format binary)")
        let rows = min(try stack.number("select count(*) from telemetry"), 400_000)
        let figures = try rivals.run(["copy", stack.postgres.socketURL(stack.database), "bare", file, "3"])
        return rows * Double(IngestBench.signals) / median(Array(figures.values))
    }
}
