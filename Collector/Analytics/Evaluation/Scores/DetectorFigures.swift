import Model

/// Everything that is told of one detector over all runs of a set. Nil: the set has no such figure.
struct DetectorFigures: Sendable {
    let name: String
    var events = EventScore()
    var rows: RowScore?
    /// The same where faults begin at random.
    var shiftedRows: RowScore?
    var nab: NABScore?
    /// With the threshold that is best for each profile in hindsight, as NAB's own procedure has it.
    var nabOptimised: [Double]?
    /// Mean over the runs that have events.
    var vusPR: Double?
    var nsPerValue: Double?
    var bytesPerSignal: Double?
    var recallInterval: ClosedRange<Double>?
    var delayInterval: ClosedRange<Double>?
    var falseInterval: ClosedRange<Double>?

    /// `detector`: the place of its traces in the runs.
    init(_ name: String, _ runs: [JudgedRun], detector: Int, set: EvaluationSet) {
        self.name = name
        let scores = runs.map { EventScore($0, $0.traces[detector]) }
        for score in scores { events.add(score) }
        recallInterval = Quantile.interval(scores) { DetectorFigures.sum($0).recall }
        delayInterval = Quantile.interval(scores) { DetectorFigures.sum($0).delay(0.5) }
        falseInterval = Quantile.interval(scores) { DetectorFigures.sum($0).falsePerDay }
        if set.hasRowLabels { rows = DetectorFigures.rows(runs, detector, set) }
        if set == .nab { scoreNAB(runs, detector) }
        vusPR = DetectorFigures.vusPR(runs, detector)
        let traces = runs.map { $0.traces[detector] }
        let timed = traces.filter { $0.ns > 0 }
        let values = timed.reduce(0) { $0 + $1.values }
        if values > 0 { nsPerValue = Double(timed.reduce(0) { $0 + $1.ns }) / Double(values) }
        bytesPerSignal = traces.map { Double($0.stateBytes) / Double($0.signalCount) }.max()
    }

    private static func sum(_ scores: [EventScore]) -> EventScore {
        scores.reduce(into: EventScore()) { $0.add($1) }
    }

    /// By the sets' own protocols: of the Tennessee Eastman process, false alarms are counted in the normal run alone.
    static func rows(_ runs: [JudgedRun], _ detector: Int, _ set: EvaluationSet) -> RowScore {
        var all = RowScore()
        let hasNormalRun = runs.contains { $0.events.isEmpty }
        for run in runs {
            var score = RowScore(run, run.traces[detector])
            if set == .tep, hasNormalRun, !run.events.isEmpty { (score.normal, score.falselyAlarmed) = (0, 0) }
            all.add(score)
        }
        return all
    }

    private static func vusPR(_ runs: [JudgedRun], _ detector: Int) -> Double? {
        var areas: [Double] = []
        for run in runs where !run.events.isEmpty && run.judgedFrom < run.timesMs.count {
            let rows = run.judgedFrom..<run.timesMs.count
            let isFaulty = rows.map { row in run.events.contains { $0.contains(run.timesMs[row]) } }
            let scores = Array(run.traces[detector].scores[rows])
            if let area = RangePrecisionRecall.volume(scores, isFaulty) { areas.append(area) }
        }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }

    private mutating func scoreNAB(_ runs: [JudgedRun], _ detector: Int) {
        nab = DetectorFigures.nab(runs, detector, threshold: -.infinity)
        let alerts = runs.flatMap { $0.traces[detector].alerts.map(\.score) }
        let distinct = Array(Set(alerts)).sorted()
        let step = max(1, distinct.count / 300)
        var candidates = stride(from: 0, to: distinct.count, by: step).map { distinct[$0] }
        candidates.append(.infinity)
        nabOptimised = NABScore.Profile.all.compactMap { profile in
            candidates.compactMap { DetectorFigures.nab(runs, detector, threshold: $0).normalised(profile) }.max()
        }
        if nabOptimised?.count != NABScore.Profile.all.count { nabOptimised = nil }
    }

    /// An alarm is the row in which an alert begins, as an operator is called once.
    static func nab(_ runs: [JudgedRun], _ detector: Int, threshold: Double) -> NABScore {
        var all = NABScore()
        for run in runs {
            var rowOf: [Int64: Int] = [:]
            for (row, timeMs) in run.timesMs.enumerated() where rowOf[timeMs] == nil { rowOf[timeMs] = row }
            let windows = run.events.compactMap { event -> ClosedRange<Int>? in
                guard let low = rowOf[event.onsetMs], let high = rowOf[event.endMs], low <= high else { return nil }
                return low...high
            }
            let rows = run.traces[detector].alerts.filter { $0.score >= threshold }.compactMap { rowOf[$0.fromMs] }
            all.add(
                NABScore(
                    rowCount: run.timesMs.count, rows: rows, windows: windows,
                    probation: NABSet.probation(run.timesMs.count)))
        }
        return all
    }
}
