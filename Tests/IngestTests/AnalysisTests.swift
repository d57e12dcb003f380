import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Ingest

/// Findings follow from what was read, not from how it came: an outage, a restart or a failover changes nothing.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct AnalysisTests {
    /// Enough to learn from, then a step in one signal, then quiet.
    static let frameCount: Int64 = 1_500
    static let stepAt: Int64 = 1_000
    static let stepEnds: Int64 = 1_200

    /// The same readings whatever the day: only the times differ between runs of the test, not within one.
    private static func agent(baseMs: Int64) throws -> TestAgent {
        var agent = try TestAgent()
        var random = SeededRandom(seed: 5)
        // In the middle of what is normal, with a noise of a fiftieth of it.
        let ranges = agent.kind.groups[0].signals.map { $0.normal ?? 0...1 }
        for number in 1...frameCount {
            var values = ranges.map { range in
                let noise = Double(random.next() % 1_000) / 50_000
                return range.lowerBound + (0.5 + noise) * (range.upperBound - range.lowerBound)
            }
            if (stepAt..<stepEnds).contains(number) {
                values[3] += (ranges[3].upperBound - ranges[3].lowerBound) / 3
            }
            agent.accept(.frame(agent.frame(values, atMs: baseMs + number * 1_000)))
        }
        return agent
    }

    /// Every anomaly, word for word.
    private static func anomalies(_ pipeline: Pipeline) throws -> String {
        try pipeline.psql(
            """
            select number, epoch, seq, since, detected_at, peak_at, ended_at, surprise, peak_surprise, level, layer, regime,
                detail - 'late' from anomalies order by number
            """)
    }

    private static func events(_ pipeline: Pipeline) throws -> String {
        try pipeline.psql(
            "select kind, occurred_at, detail->>'anomaly' from events where kind like 'anomaly%' order by 2, 1, 3")
    }

    /// In order, without any disturbance.
    private static func undisturbed(
        _ agent: TestAgent
    ) throws -> (anomalies: String, events: String, detected: String) {
        var agent = agent
        let pipeline = try Pipeline()
        pipeline.send(agent.birth())
        for number in 1...frameCount { pipeline.put([try agent.message(number)]) }
        for _ in 0..<8 { pipeline.turn() }
        let detected = try pipeline.psql(
            """
            select round(extract(epoch from detected_at - (select min(ts) from telemetry))) + 1 from anomalies order by number
            """)
        return (try anomalies(pipeline), try events(pipeline), detected)
    }

    /// A restart reads again what was not saved, in order, and would hide a wrong order before it.
    @Test(arguments: Seeds.list(fixed: 1), [true, false])
    func arrivalAndRestartsChangeNothing(seed: UInt64, isKilled: Bool) async throws {
        try await offPool {
            let original = try AnalysisTests.agent(baseMs: Clock.wallMs() - AnalysisTests.frameCount * 1_000)
            let expected = try AnalysisTests.undisturbed(original)
            #expect(
                expected.detected.split(separator: "\n").contains { line in
                    (AnalysisTests.stepAt..<AnalysisTests.stepEnds).contains(Int64(line) ?? 0)
                }, "the step is found: \(expected.detected)")

            var random = SeededRandom(seed: seed)
            var agent = original
            var settings = Ingestor.Settings()
            settings.analysisSaveMs = random.next() % 2 == 0 ? 1 : 20
            var pipeline = try Pipeline(settings: settings)
            pipeline.send(agent.birth())
            // Live up to the cut; then live again, amid the backlog.
            let cut = Int64(random.next() % UInt64(AnalysisTests.frameCount - 600)) + 1
            var live = cut + 1 + Int64(random.next() % 600)
            var backlog: Int64 = 1
            let back = live
            while backlog < back || live <= AnalysisTests.frameCount {
                var messages: [TestMessage] = []
                for _ in 0..<(1 + random.next() % 40) {
                    let takesLive = backlog > cut && random.next() % 4 == 0 || backlog >= back
                    if takesLive, live <= AnalysisTests.frameCount {
                        messages.append(try agent.message(live))
                        live += 1
                    } else if backlog < back {
                        messages.append(try agent.message(backlog, isHistorical: backlog > cut))
                        // Receipts get lost.
                        if random.next() % 20 == 0 { messages.append(try agent.message(backlog, isHistorical: true)) }
                        backlog += 1
                    }
                }
                pipeline.put(messages)
                pipeline.nowMs += 1
                pipeline.turn()
                guard isKilled, random.next() % 12 == 0 else { continue }
                // Killed: what was not stored is sent again, which the turns before have made sure of here.
                for _ in 0..<4 { pipeline.turn() }
                let database = pipeline.database
                pipeline = try Pipeline(database: database, settings: settings, sites: [])
                try pipeline.psql("update leases set holder = null")
                try pipeline.grant("site-1")
                pipeline.send(agent.birth())
            }
            for _ in 0..<200 {
                pipeline.nowMs += 100
                pipeline.turn()
            }
            #expect(try AnalysisTests.anomalies(pipeline) == expected.anomalies, "\(replayHint(seed))")
            #expect(try AnalysisTests.events(pipeline) == expected.events, "told once. \(replayHint(seed))")
        }
    }

    /// What comes late is told as such.
    @Test func lateFindingsAreMarked() async throws {
        try await offPool {
            var agent = try AnalysisTests.agent(baseMs: Clock.wallMs() - AnalysisTests.frameCount * 1_000)
            let pipeline = try Pipeline()
            pipeline.send(agent.birth())
            for number in 1...AnalysisTests.frameCount {
                pipeline.put([try agent.message(number, isHistorical: number < AnalysisTests.frameCount)])
            }
            for _ in 0..<8 { pipeline.turn() }
            #expect(try pipeline.psql("select bool_and(late) from anomalies") == "t")
        }
    }

    @Test func withoutAnalysisNothingIsFound() async throws {
        try await offPool {
            var agent = try AnalysisTests.agent(baseMs: Clock.wallMs() - AnalysisTests.frameCount * 1_000)
            var settings = Ingestor.Settings()
            settings.analyses = false
            let pipeline = try Pipeline(settings: settings)
            pipeline.send(agent.birth())
            for number in 1...AnalysisTests.frameCount { pipeline.put([try agent.message(number)]) }
            for _ in 0..<8 { pipeline.turn() }
            #expect(try pipeline.psql("select count(*) from anomalies") == "0")
            #expect(try pipeline.psql("select count(*) from analysis") == "0")
            #expect(try pipeline.psql("select count(*) from telemetry") == "\(AnalysisTests.frameCount)")
        }
    }
}
