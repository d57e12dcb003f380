import Assets
import Model
import Runtime
public import Scenarios

/// What is simulated, and how long.
public struct SimulatedPlan: Sendable {
    /// Of the catalogue.
    public var kinds: [String] = AssetCatalog.all.map(\.id)
    /// Of those built in; nil: all of each kind.
    public var scenarios: [String]?
    /// Instead of those built in.
    public var declared: [DeclaredScenario] = []
    /// Assets of each kind, and the seed of the first.
    public var seeds = 1
    public var firstSeed: UInt64 = 1
    /// Normal operation of each asset before anything happens to it.
    public var normalHours = 24
    public var severity = 1.0

    public init() {}
}

/// Simulates each asset in normal operation, with the detectors at work, and from a moment of that time, copied, each
/// scenario by itself: as the detector would have met it.
struct SimulatedRuns {
    static let floors = ["random", "every_600_rows", "ewma_cusum", "ewma_at_budget"]
    private static let chunkSeconds = 60
    /// The earliest part of the normal time at which a scenario may begin.
    private static let earliest = 0.25
    /// A run ends so long after everybody who counts has noticed.
    private static let afterSeconds: Int64 = 1800

    let plan: SimulatedPlan

    struct Result: Sendable {
        var runs: [JudgedRun] = []
        /// |lag-1 autocorrelation| of each signal that has a residual, by kind.
        var whiteness: [(kind: String, autocorrelations: [(signal: String, value: Double)])] = []
    }

    func run() -> Result {
        var result = Result()
        for id in plan.kinds {
            guard let kind = AssetCatalog[id] else { continue }
            for number in 0..<plan.seeds {
                run(kind, seed: plan.firstSeed &+ UInt64(number), &result)
            }
        }
        return result
    }

    /// All at work on one asset. A copy goes on by itself.
    private struct Detectors {
        var stream: SimulatedStream
        var detector: Recorder<DetectorUnderTest>
        var random: Recorder<RandomFloor>
        var periodic: Recorder<PeriodicFloor>
        var charts: Recorder<ChartFloor>
        var ewma: Recorder<ChartFloor>
        var timesMs: [Int64] = []

        init(_ kind: AssetKind, seed: UInt64) {
            stream = SimulatedStream(kind, seed: seed)
            let count = kind.signalCount
            var tested = DetectorUnderTest(DetectorPlan(kind: kind))
            tested.whiteness = Whiteness(channelCount: count)
            detector = Recorder(tested, signalCount: count)
            random = Recorder(RandomFloor("\(kind.id)/\(seed)"), signalCount: count)
            periodic = Recorder(PeriodicFloor(), signalCount: count)
            charts = Recorder(ChartFloor(kind.groups, learnRows: 3600), signalCount: count)
            ewma = Recorder(
                ChartFloor(kind.groups, learnRows: 3600, hasCusum: false, limit: .infinity), signalCount: count)
        }

        mutating func advance(_ seconds: Int, _ scenario: RunningScenario?) {
            let chunk = stream.next(seconds: seconds, scenario)
            timesMs += chunk.frames.map(\.timeMs)
            let startNs = Clock.monotonicNs()
            chunk.feed(&detector)
            // Adding up residuals is no part of the detector.
            if detector.detector.whiteness == nil { detector.spent(ns: Clock.monotonicNs() - startNs) }
            chunk.feed(&random)
            chunk.feed(&periodic)
            chunk.feed(&charts)
            chunk.feed(&ewma)
        }

        var continued: Detectors {
            var next = self
            next.detector = detector.continued
            next.detector.detector.whiteness = nil
            next.random = random.continued
            next.periodic = periodic.continued
            next.charts = charts.continued
            next.ewma = ewma.continued
            next.timesMs = []
            return next
        }

        var traces: [Trace] {
            [detector.finished, random.finished, periodic.finished, charts.finished, ewma.finished]
        }
    }

    private func run(_ kind: AssetKind, seed: UInt64, _ result: inout Result) {
        let library = ScenarioLibrary(kind)
        let wanted =
            plan.declared.isEmpty
            ? library.scenarios.filter { plan.scenarios?.contains($0.id) ?? true }
            : plan.declared.filter { $0.kind == kind.id }
        let seconds = plan.normalHours * 3600
        // Whoever adds a scenario leaves the beginnings of the others as they are.
        var starts: [Int: [DeclaredScenario]] = [:]
        for scenario in wanted {
            var random = SeededRandom(seed: seed, stream: SeededRandom.stream("\(kind.id)/\(scenario.id)"))
            let share = SimulatedRuns.earliest + (1 - SimulatedRuns.earliest) * random.unit()
            let chunk = max(1, Int(Double(seconds) * share) / SimulatedRuns.chunkSeconds)
            starts[chunk, default: []].append(scenario)
        }
        var normal = Detectors(kind, seed: seed)
        var snapshots: [(Detectors, DeclaredScenario)] = []
        for chunk in 0..<seconds / SimulatedRuns.chunkSeconds {
            for scenario in starts[chunk] ?? [] { snapshots.append((normal.continued, scenario)) }
            normal.advance(SimulatedRuns.chunkSeconds, nil)
        }
        for scenario in starts[seconds / SimulatedRuns.chunkSeconds] ?? [] {
            snapshots.append((normal.continued, scenario))
        }
        // The plain chart's limit: what it reaches in normal operation. It keeps the budget by hindsight.
        let limit = normal.ewma.finished.scores.max() ?? 0
        result.runs.append(judged(normal, kind, "normal", seed, nil, limit))
        result.whiteness.append((kind.id, normal.detector.detector.autocorrelations))
        for (start, scenario) in snapshots {
            let changed = scenario.changed(
                {
                    var changes = DeclaredScenario.Changes()
                    if plan.severity < 1 { changes.severity = plan.severity }
                    return changes
                }())
            result.runs.append(run(start, kind, changed, seed, limit))
        }
    }

    private func run(
        _ start: Detectors, _ kind: AssetKind, _ declared: DeclaredScenario, _ seed: UInt64, _ limit: Float
    ) -> JudgedRun {
        var detectors = start
        let scenario = RunningScenario(declared, of: kind, startSecond: start.stream.second)
        var restSeconds = scenario.lastsSeconds
        var noticedSeconds: Int64 = 0
        var hasEwmaNoticed = false
        while restSeconds > 0, noticedSeconds < SimulatedRuns.afterSeconds {
            let step = min(Int64(SimulatedRuns.chunkSeconds), restSeconds)
            let before = detectors.ewma.trace.scores.count
            detectors.advance(Int(step), scenario)
            restSeconds -= step
            hasEwmaNoticed = hasEwmaNoticed || detectors.ewma.trace.scores[before...].contains { $0 > limit }
            let hasNoticed = detectors.detector.trace.alerts.contains { $0.fromMs >= scenario.onsetMs }
            if hasNoticed, hasEwmaNoticed { noticedSeconds += step }
        }
        return judged(detectors, kind, declared.id, seed, scenario, limit)
    }

    private func judged(
        _ detectors: Detectors, _ kind: AssetKind, _ name: String, _ seed: UInt64, _ scenario: RunningScenario?,
        _ limit: Float
    ) -> JudgedRun {
        var traces = detectors.traces
        traces[4].book = AlertBook()
        if let row = traces[4].scores.firstIndex(where: { $0 > limit }) {
            traces[4].book.begin(1, atMs: detectors.timesMs[row], score: Double(traces[4].scores[row]))
        }
        let events = scenario.map {
            [
                LabelledEvent(
                    onsetMs: $0.onsetMs, endMs: $0.endMs, guilty: $0.guilty,
                    isSensor: $0.isSensor)
            ]
        }
        return JudgedRun(
            name: "\(kind.id)/\(name)/\(seed)", group: "\(kind.id)/\(name)", timesMs: detectors.timesMs,
            events: events ?? [], judgedFrom: 0, traces: traces)
    }
}
