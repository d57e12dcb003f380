import Assets
import Model
import Outbox
import Runtime
import TestSupport

/// Durable commits of the agent's outbox, beside SQLite alone doing the same insert.
struct OutboxBench: Benchmark {
    static let name = "outbox"
    private static let seconds = 2.0
    private static let rounds = 3

    func run(_ bench: inout Bench) throws {
        try measure(&bench, rowsPerCommit: 1, "commits of one frame", unit: "commits/s")
        try measure(&bench, rowsPerCommit: 100, "frames, 100 in a commit", unit: "frames/s")
    }

    private func measure(_ bench: inout Bench, rowsPerCommit: Int, _ what: String, unit: String) throws {
        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: 40)
        let bodyBytes = RecordCoding.encode(.frame(pool.frame(0, timeMs: 0))).count
        var ours: [Double] = []
        var rivals: [Double] = []
        // In turns, for the machine is not equally quiet all the time.
        for _ in 0..<OutboxBench.rounds {
            ours.append(try outbox(pool, rowsPerCommit))
            let folder = try TemporaryFolder("rival")
            rivals.append(
                try bench.rivals.run(
                    ["sqlite", folder.path, "\(OutboxBench.seconds)", "\(rowsPerCommit)", "\(bodyBytes)"]
                ).figure("rows_per_s"))
        }
        try bench.report.add(
            Figure(
                name: OutboxBench.name, figure: what, value: median(ours), unit: unit,
                rival: "SQLite's insert alone", rivalValue: median(rivals),
                note: "40-signal frames, WAL, synchronous=FULL; a commit also saves epoch, chain, counters and tick"))
    }

    /// Frames a second through the outbox as the sampler uses it.
    private func outbox(_ pool: FramePool, _ rowsPerCommit: Int) throws -> Double {
        let folder = try TemporaryFolder("outbox")
        let (outbox, _) = try Outbox.open(OutboxSettings(folder: folder.path), nowMs: Clock.wallMs())
        let layout = try outbox.layout(
            asset: "a", kind: pool.kind.id, group: pool.group,
            signals: pool.kind.groups[pool.group].signals.prefix(40).map(\.name))
        var number: Int64 = 0
        let startNs = Clock.monotonicNs()
        while Double(Clock.monotonicNs() - startNs) < OutboxBench.seconds * 1e9 {
            var tick = Outbox.Tick()
            for _ in 0..<rowsPerCommit {
                number += 1
                tick.records.append((layout.id, .frame(pool.frame(number, timeMs: 1_767_225_600_000 + number * 1000))))
            }
            tick.mark = TickMark(tick: number, timeMs: 1_767_225_600_000 + number * 1000)
            _ = try outbox.commit(tick)
        }
        return Double(number) * 1e9 / Double(Clock.monotonicNs() - startNs)
    }
}
