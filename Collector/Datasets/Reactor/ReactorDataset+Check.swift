import Scenarios

extension ReactorDataset {
    private struct Run {
        let seconds: Double
        let part: ScenarioPart?
        let trip: Double
        var rows = 0.0
    }

    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        var runs: [String: Run] = [:]
        let columns = ["duration_s", "onset_s", "ramp_s", "hold_s", "recovery_s", "severity", "trip_s"]
        try dataset.forEachRow(of: "runs", numbers: columns, texts: ["run_id"]) { (row) throws(DatasetFailure) in
            runs[row.text(0)] = Run(
                seconds: row.number(0), part: part((1...5).map(row.number)),
                trip: row.number(6).isNaN ? .infinity : row.number(6))
        }
        let words = dataset.words(of: "readings", "label")
        let places = ReactorRun.labels.map { label in words.firstIndex(of: label).map(Double.init) ?? -1 }
        var label = RuleCount("labels follow from the trip and the scenario's strength")
        var course = RuleCount("the scenario's strength follows from its course")
        var seconds = RuleCount("every second of every run is there, once and in order")
        try dataset.forEachRow(
            of: "readings", numbers: ["second", "label", "scenario_level"], texts: ["run_id"]
        ) { (row) throws(DatasetFailure) in
            let (id, second, level) = (row.text(0), row.number(0), row.number(2))
            guard let run = runs[id] else { return seconds.look(false, "\(id) is not in runs") }
            runs[id]?.rows += 1
            seconds.look(second == run.rows + 1, "\(id) second \(second)")
            label.look(row.number(1) == places[second >= run.trip ? 2 : level > 0 ? 1 : 0], "\(id) second \(second)")
            let expected = run.part.map { RunPlan.level(second: Int(second), of: $0) } ?? 0
            course.look(abs(level - expected) < 1e-9, "\(id) second \(second)")
        }
        for (id, run) in runs { seconds.look(run.rows == run.seconds, "\(id) has \(run.rows) of \(run.seconds)") }
        return [
            try dataset.checkReferences(of: "environment", "run_id", to: "runs", "run_id"), seconds.check, label.check,
            course.check,
        ]
    }

    /// Onset, ramp, hold, recovery and severity; nil when there are none.
    private static func part(_ numbers: [Double]) -> ScenarioPart? {
        guard numbers.allSatisfy({ (0...1e6).contains($0) }) else { return nil }
        func ms(_ place: Int) -> Int64 { Int64(numbers[place]) * 1000 }
        return ScenarioPart(
            "", severity: numbers[4], onsetMs: ms(0), rampMs: ms(1), durationMs: ms(2), recoveryMs: ms(3))
    }
}
