import Assets
import Glibc
import Model
import Outbox
import Runtime
import TestSupport

/// How fast the backlog of a day leaves a real agent once its link is back, and how soon its live data flows again.
struct DrainBench: Benchmark {
    static let name = "drain"
    static let frames: Int64 = 86_400
    private static let rounds = 3

    func run(_ bench: inout Bench) throws {
        let stack = try Stack(programs: bench.programs)
        try stack.startCollector()
        let kind = try DrainBench.kind()
        var drains: [Double] = []
        var returns: [Double] = []
        var notes: [String] = []
        var agentSeconds = 0.0
        let start = stack.usage()
        for round in 0..<DrainBench.rounds {
            let before = stack.usage()
            let (drain, live, agent) = try measure(stack, kind, agent: "drain-\(round)")
            drains.append(drain)
            returns.append(live)
            agentSeconds += agent
            notes.append(stack.usage().others(since: before))
        }
        let spent = stack.usage().since(start)
        func us(_ seconds: Double) -> String {
            Figure.text(seconds / Double(DrainBench.frames) / Double(DrainBench.rounds) * 1e6)
        }
        try bench.report.add(
            Figure(
                name: DrainBench.name, value: median(drains), unit: "s", bar: .valueAtMost(5),
                note:
                    "\(Figure.text(Double(DrainBench.frames))) frames of \(kind.mainGroupSize) signals, from the link's "
                    + "return to the last one's commit; median of \(drains.map { Figure.text($0) }); "
                    + "processor us a frame: agent \(us(agentSeconds)), mosquitto \(us(spent.broker)), "
                    + "collector \(us(spent.collector)), PostgreSQL \(us(spent.postgres)); "
                    + notes.joined(separator: ", ")))
        try bench.report.add(
            Figure(
                name: DrainBench.name, figure: "live data after the link's return", value: returns.max() ?? 0,
                unit: "s",
                bar: .valueAtMost(2),
                note: "until a WebSocket client has the first live frame, with the backlog behind it; the worst of "
                    + "\(returns.map { Figure.text($0) })"))
    }

    /// Of frames that are nearest to 40 readings.
    private static func kind() throws -> AssetKind {
        guard let kind = AssetCatalog.all.min(by: { abs($0.mainGroupSize - 40) < abs($1.mainGroupSize - 40) }) else {
            throw SupportFailure("there is no kind of asset")
        }
        return kind
    }

    /// Seconds until everything is stored, and until the first live frame is shown; and of the agent's processor.
    private func measure(
        _ stack: Stack, _ kind: AssetKind, agent name: String
    ) throws -> (drain: Double, live: Double, agent: Double) {
        try fill(try Agent.stateFolder(name, in: stack.folder), kind, asset: name)
        let proxy = try LinkProxy(to: stack.broker.port)
        defer { proxy.close() }
        proxy.refuse(true)
        let agent = try stack.startAgent(name, kind: kind.id, seed: 7, brokerPort: proxy.port)
        let feed = try FeedLoad(.init(port: stack.webPort, clients: 1, assets: { _ in "[\"\(name)\"]" }))
        try feed.waitUntilSubscribed()
        // Long enough for the agent's pause between two attempts to be at its longest.
        Clock.sleep(ms: 5_000)
        let stored = try CollectorFigures(port: stack.webPort).storedFrames
        let before = try processorSeconds(of: agent.process.pid)
        let startNs = Clock.monotonicNs()
        func seconds() -> Double { Double(Clock.monotonicNs() - startNs) / 1e9 }
        proxy.refuse(false)
        var live: Double?
        do {
            try waitUntil("the backlog", within: .seconds(90)) {
                if live == nil, try feed.totals().deltas > 0 { live = seconds() }
                return try CollectorFigures(port: stack.webPort).storedFrames - stored >= Double(DrainBench.frames)
            }
            // Live frames were counted with it: now to be exact.
            try waitUntil("the end of the backlog", within: .seconds(30)) {
                try stack.sql(
                    "select bool_or(committed @> int8range(1, \(DrainBench.frames + 1))) from streams "
                        + "where agent = '\(name)'") == "t"
            }
        } catch {
            throw SupportFailure("\(error); \(agent.log)")
        }
        let drain = seconds()
        let agentSeconds = try processorSeconds(of: agent.process.pid) - before
        try waitUntil("live data") { try feed.totals().deltas > 0 }
        agent.process.terminate()
        return (drain, live ?? seconds(), agentSeconds)
    }

    /// What the agent's own sampler would have left there: a frame a second until now, none of them sent.
    private func fill(_ folder: String, _ kind: AssetKind, asset: String) throws {
        guard mkdir(folder, 0o700) == 0 else { throw SupportFailure("make \(folder): \(errno)") }
        let pool = FramePool(kind: kind)
        let (outbox, _) = try Outbox.open(OutboxSettings(folder: folder), nowMs: Clock.wallMs())
        let layout = try outbox.layout(
            asset: asset, kind: kind.id, group: pool.group, signals: kind.groups[pool.group].signals.map(\.name))
        let startMs = Clock.wallMs() - DrainBench.frames * 1_000
        var number: Int64 = 0
        while number < DrainBench.frames {
            var tick = Outbox.Tick()
            for _ in 0..<min(1_000, DrainBench.frames - number) {
                number += 1
                tick.records.append((layout.id, .frame(pool.frame(number, timeMs: startMs + number * 1_000))))
            }
            tick.mark = TickMark(tick: number, timeMs: startMs + number * 1_000)
            _ = try outbox.commit(tick)
        }
    }
}

extension AssetKind {
    /// Signals of the largest group.
    var mainGroupSize: Int { groups.map(\.signals.count).max() ?? 0 }
}
