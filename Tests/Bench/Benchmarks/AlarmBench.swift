import Assets
import Model
import Runtime
import TestSupport

/// From the reading that crosses a limit to the WebSocket client that is told of the alarm, stored and journalled: amid
/// a thousand assets at 1 Hz, and for a flood of an alarm of each of them within one second.
struct AlarmBench: Benchmark {
    static let name = "alarms"
    static let assets = 1_000
    /// Of these, so many cross their limit again and again.
    static let restless = 50
    static let floodAfterS = 60
    static let calmSeconds = 20

    func run(_ bench: inout Bench) throws {
        guard let kind = AssetCatalog["caster"] else { throw SupportFailure("there is no caster") }
        let pool = FramePool(kind: kind, signals: 40)
        let stack = try Stack(programs: bench.programs)
        try writeRules(stack, pool)
        try stack.startCollector()
        let feed = try FeedLoad(.init(port: stack.webPort, clients: 1, path: "/ws/alerts"))
        try feed.waitUntilSubscribed()
        let agents = (0..<AlarmBench.assets).map {
            VirtualAgent(site: Stack.site, name: "a-\($0)", pool: pool, startMs: Clock.wallMs(), periodMs: 1_000)
        }
        let fleet = try Fleet(
            port: stack.broker.port, agents: agents, connections: 16, pace: .every(milliseconds: 1_000))
        try fleet.waitUntilOnline()
        Clock.sleep(ms: 20_000)
        try feed.forget()
        let before = stack.usage()
        Clock.sleep(ms: AlarmBench.calmSeconds * 1_000)
        let calm = try feed.totals()
        let after = stack.usage()
        try feed.forget()
        let floodStored = "select count(*) from alarms where rule = 'flood' and active"
        try waitUntil("the flood", within: .seconds(90)) {
            try stack.postgres.run(floodStored, database: stack.database) == "\(AlarmBench.assets)"
        }
        Clock.sleep(ms: 2_000)
        let flood = try feed.totals()
        let announced = try stack.postgres.run(
            "select count(*) from alarm_journal where rule = 'flood' and announced", database: stack.database)
        let spread = try stack.postgres.run(
            "select round(extract(epoch from max(raised_at) - min(raised_at)) * 1000) from alarms where rule = 'flood'",
            database: stack.database)
        _ = try fleet.drain()
        guard calm.delays[0].count > 0, flood.delays[0].count >= AlarmBench.assets else {
            throw SupportFailure("\(calm.delays[0].count) and \(flood.delays[0].count) alarms were told")
        }
        for (share, bar) in [(0.5, Figure.Bar.none), (0.99, .valueAtMost(100))] {
            try bench.report.add(
                Figure(
                    name: AlarmBench.name, figure: "transition to WebSocket client, p\(Int(share * 100))",
                    value: calm.delays[0].percentile(share), unit: "ms", bar: bar,
                    note: share == 0.5
                        ? ""
                        : "\(calm.delays[0].count) transitions in \(AlarmBench.calmSeconds) s amid "
                            + "\(AlarmBench.assets) assets at 1 Hz; " + after.others(since: before)))
        }
        try bench.report.add(
            Figure(
                name: AlarmBench.name, figure: "flood of \(AlarmBench.assets) alarms, p99",
                value: flood.delays[0].percentile(0.99), unit: "ms",
                note: "raised within \(spread) ms, \(flood.delays[0].count) entries told, \(announced) announced; "
                    + "longest \(Figure.text(flood.delays[0].longestMs)) ms"))
    }

    /// One rule that some assets cross at every other frame, and one that all cross in the same second.
    private func writeRules(_ stack: Stack, _ pool: FramePool) throws {
        let signals = pool.kind.groups[pool.group].signals.prefix(pool.signalCount)
        let columns = signals.indices.map { index in pool.frames.map { $0.values[index] } }
        func crossings(_ values: [Double]) -> Int {
            let middle = values.sorted()[values.count / 2]
            return zip(values, values.dropFirst()).count { ($0 > middle) != ($1 > middle) }
        }
        let usable = signals.indices.filter { index in
            signals[index].form == .number
                && signals[index].physical.map { $0.lowerBound < (columns[index].min() ?? 0) } == true
                && columns[index].allSatisfy(\.isFinite)
        }
        guard let restless = usable.max(by: { crossings(columns[$0]) < crossings(columns[$1]) }) else {
            throw SupportFailure("no signal of the pool crosses its own median")
        }
        let (name, values) = (signals[restless].name, columns[restless].sorted())
        let lowest = ((signals[restless].physical?.lowerBound ?? 0) + values[0]) / 2
        let path = stack.folder.path("rules.yaml")
        let calmPath = stack.folder.path("restless.yaml")
        let names = (0..<AlarmBench.restless).map { "a-\($0)" }.joined(separator: ", ")
        try writeFile(
            path,
            """
            kind: caster
            defaults: false
            rules:
              - {name: flood, type: limit, signal: \(name), above: \(lowest), on_delay: \(AlarmBench.floodAfterS)s,
                 consequence: none, response: none}

            """, mode: 0o600)
        try writeFile(
            calmPath,
            """
            kind: caster
            assets: [\(names)]
            rules:
              - {name: restless, type: limit, signal: \(name), above: \(values[values.count / 2]), consequence: none, response: none}

            """, mode: 0o600)
        let config = fileText(stack.collectorConfig) ?? ""
        try writeFile(
            stack.collectorConfig, config + "alarms: {rules: [\"\(path)\", \"\(calmPath)\"]}\n", mode: 0o600)
    }
}
