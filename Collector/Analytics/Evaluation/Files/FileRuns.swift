import Model
import Runtime

/// Runs detectors over the files of a set, each from its beginning, row by row.
struct FileRuns {
    /// The floors that stand beside the detector, in the order of the traces.
    static let floors = ["random", "every_600_rows", "ewma_cusum"]

    let series: [EvaluationSeries]

    /// In the order of the series, those to learn from left out.
    func run() -> [JudgedRun] {
        var histories: [Int: Detectors] = [:]
        var runs: [JudgedRun] = []
        for (place, series) in series.enumerated() {
            var detectors: Detectors
            if let history = series.history.flatMap({ histories[$0] }) {
                detectors = history.continued
            } else {
                detectors = Detectors(series)
            }
            detectors.take(series)
            if series.learnRows == series.rowCount, self.series.contains(where: { $0.history == place }) {
                histories[place] = detectors
                continue
            }
            runs.append(
                JudgedRun(
                    name: series.name, group: series.group, timesMs: series.timesMs, events: series.events,
                    judgedFrom: series.learnRows, traces: detectors.traces, changesMs: series.changesMs))
        }
        return runs
    }

    /// The detector and its floors, side by side on one series.
    private struct Detectors {
        var detector: Recorder<DetectorUnderTest>
        var random: Recorder<RandomFloor>
        var periodic: Recorder<PeriodicFloor>
        var charts: Recorder<ChartFloor>

        init(_ series: EvaluationSeries) {
            let count = series.signalCount
            let learnRows = series.learnRows > 0 ? series.learnRows : 10
            detector = Recorder(DetectorUnderTest(DetectorPlan(groups: [series.signals])), signalCount: count)
            random = Recorder(RandomFloor(), signalCount: count)
            periodic = Recorder(PeriodicFloor(), signalCount: count)
            charts = Recorder(ChartFloor([series.signals], learnRows: learnRows), signalCount: count)
        }

        private init(continuing other: Detectors) {
            detector = other.detector.continued
            random = other.random.continued
            periodic = other.periodic.continued
            charts = other.charts.continued
        }

        var continued: Detectors { Detectors(continuing: self) }

        var traces: [Trace] { [detector.finished, random.finished, periodic.finished, charts.finished] }

        mutating func take(_ series: EvaluationSeries) {
            FileRuns.feed(series, to: &detector)
            FileRuns.feed(series, to: &random)
            FileRuns.feed(series, to: &periodic)
            FileRuns.feed(series, to: &charts)
        }
    }

    static func feed<D: RowDetector>(_ series: EvaluationSeries, to recorder: inout Recorder<D>) {
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
