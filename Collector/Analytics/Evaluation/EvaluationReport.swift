import Runtime

/// What an evaluation has found, as text and as JSON.
public struct EvaluationReport: Sendable {
    let set: EvaluationSet
    let path: String
    let runCount: Int
    let rowCount: Int
    let valueCount: Int
    private(set) var detector: DetectorFigures
    private(set) var floors: [DetectorFigures]
    /// By class of the set, in order: what it is, and the figures of the detector and of each floor.
    let groups: [(name: String, detector: EventScore, floors: [EventScore])]
    /// Of simulated assets in normal operation.
    var whiteness: [(kind: String, autocorrelations: [(signal: String, value: Double)])] = []

    init(_ set: EvaluationSet, path: String, _ runs: [JudgedRun], floors names: [String]) {
        self.set = set
        self.path = path
        runCount = runs.count
        rowCount = runs.reduce(0) { $0 + $1.timesMs.count }
        valueCount = runs.reduce(0) { $0 + ($1.traces.first?.values ?? 0) }
        detector = DetectorFigures("bellwether", runs, detector: 0, set: set)
        floors = names.enumerated().map { DetectorFigures($1, runs, detector: $0 + 1, set: set) }
        var order: [String] = []
        var byGroup: [String: [JudgedRun]] = [:]
        for run in runs {
            if byGroup[run.group] == nil { order.append(run.group) }
            byGroup[run.group, default: []].append(run)
        }
        findings = runs.flatMap { run in (run.traces.first?.alerts ?? []).map { EvaluationReport.line($0, run) } }
        groups = order.map { group in
            func events(_ detector: Int) -> EventScore {
                (byGroup[group] ?? []).reduce(into: EventScore()) { $0.add(EventScore($1, $1.traces[detector])) }
            }
            return (group, events(0), names.indices.map { events($0 + 1) })
        }
    }

    /// Runs of the same files with beginnings that nobody can know.
    mutating func addShifted(_ runs: [JudgedRun]) {
        detector.shiftedRows = DetectorFigures.rows(runs, 0, set)
        for index in floors.indices { floors[index].shiftedRows = DetectorFigures.rows(runs, index + 1, set) }
    }

    /// Every finding of every run, a line each: run, since when, noticed when, until when, and what it says first.
    public let findings: [String]

    /// Signals of simulated assets whose residuals are white: |lag-1 autocorrelation| below 0.1.
    var whiteShare: Double? {
        let all = whiteness.flatMap(\.autocorrelations)
        return all.isEmpty ? nil : Double(all.count { abs($0.value) < 0.1 }) / Double(all.count)
    }
}
