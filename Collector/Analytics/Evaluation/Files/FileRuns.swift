import Model
import Runtime

/// Runs the detector and its floors over the files of a set, each from its beginning, row by row.
struct FileRuns {
    let files: [SeriesSource]
    let prior: ClosedRange<Double>?

    /// In the order of the traces, behind the detector's.
    var floors: [String] { ["random", "every_600_rows", "ewma_cusum"] + (prior == nil ? [] : ["index_prior"]) }

    /// In the order of the files, without those that are only to learn from. `changed`: what is made of each first.
    func run(
        _ changed: (EvaluationSeries) -> EvaluationSeries = { $0 }
    ) throws(EvaluationFailure) -> [JudgedRun] {
        var histories: [Int: Detectors] = [:]
        let asked = Set(files.compactMap(\.history))
        var runs: [JudgedRun] = []
        for (place, file) in files.enumerated() {
            let series = changed(try file.read())
            var detectors = file.history.flatMap { histories[$0]?.continued } ?? Detectors(series)
            detectors.take(series, prior)
            if asked.contains(place) {
                histories[place] = detectors
            } else {
                runs.append(
                    JudgedRun(
                        name: series.name, group: series.group, timesMs: series.timesMs, events: series.events,
                        judgedFrom: series.learnRows, traces: detectors.traces))
            }
        }
        return runs
    }
}

/// All that are compared, side by side on one series. A copy goes on by itself.
private struct Detectors {
    /// Rows for the textbook to learn from where a set has none that are declared.
    private static let fewestLearnRows = 10

    private var detector: Recorder<DetectorUnderTest>
    private var random: Recorder<RandomFloor>
    private var periodic: Recorder<PeriodicFloor>
    private var charts: Recorder<ChartFloor>
    private var prior: Recorder<PriorFloor>?

    init(_ series: EvaluationSeries) {
        let count = series.signalCount
        let learnRows = max(series.learnRows, Detectors.fewestLearnRows)
        detector = Recorder(DetectorUnderTest(DetectorPlan(groups: [series.signals])), signalCount: count)
        random = Recorder(RandomFloor(series.name), signalCount: count)
        periodic = Recorder(PeriodicFloor(), signalCount: count)
        charts = Recorder(ChartFloor([series.signals], learnRows: learnRows), signalCount: count)
    }

    var continued: Detectors {
        var next = self
        next.detector = detector.continued
        next.charts = charts.continued
        return next
    }

    var traces: [Trace] {
        [detector.finished, random.finished, periodic.finished, charts.finished] + (prior.map { [$0.finished] } ?? [])
    }

    /// Chance and the calendar have nothing to learn: they begin anew with each series.
    mutating func take(_ series: EvaluationSeries, _ shares: ClosedRange<Double>?) {
        random = Recorder(RandomFloor(series.name), signalCount: series.signalCount)
        periodic = Recorder(PeriodicFloor(), signalCount: series.signalCount)
        prior = shares.map { Recorder(PriorFloor(rowCount: series.rowCount, $0), signalCount: series.signalCount) }
        Detectors.feed(series, to: &detector)
        Detectors.feed(series, to: &random)
        Detectors.feed(series, to: &periodic)
        Detectors.feed(series, to: &charts)
        if var last = prior {
            Detectors.feed(series, to: &last)
            prior = last
        }
    }

    private static func feed<D: RowDetector>(_ series: EvaluationSeries, to recorder: inout Recorder<D>) {
        let width = series.signalCount
        var qualities: [Quality] = []
        let startNs = Clock.monotonicNs()
        series.values.withUnsafeBufferPointer { values in
            for row in 0..<series.rowCount {
                let slice = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
                qualities.removeAll(keepingCapacity: true)
                if slice.contains(where: { !$0.isFinite }) {
                    for value in slice { qualities.append(value.isFinite ? .good : .bad) }
                }
                recorder.take(FrameView(group: 0, timeMs: series.timesMs[row], values: slice, qualities: qualities))
            }
        }
        recorder.spent(ns: Clock.monotonicNs() - startNs)
    }
}
