import Model

/// Runs the detector of the collector over a set, as it would meet it: row by row, once, with the settings that it
/// always has, and judges it by the labels afterwards, beside floors that everything must be better than.
public enum Evaluation {
    /// `path` is of no meaning for what is simulated.
    public static func run(
        _ set: EvaluationSet, path: String, simulated plan: SimulatedPlan = SimulatedPlan()
    ) throws(EvaluationFailure) -> EvaluationReport {
        guard set != .simulated else {
            let result = SimulatedRuns(plan: plan).run()
            var report = EvaluationReport(set, path: "", result.runs, floors: SimulatedRuns.floors)
            report.whiteness = result.whiteness
            return report
        }
        let files = FileRuns(files: try set.files(path), prior: set.prior)
        var report = EvaluationReport(set, path: path, try files.run(), floors: files.floors)
        if set.prior != nil { report.addShifted(try files.run(ShiftedSeries.of)) }
        return report
    }
}
