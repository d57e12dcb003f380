extension ReactorDataset {
    private struct Run {
        let seconds: Double
        let onset: Double
        let trip: Double
        var rows = 0.0
    }

    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        var runs: [String: Run] = [:]
        try dataset.forEachRow(of: "runs", numbers: ["duration_s", "onset_s", "trip_s"], texts: ["run_id"]) {
            (row) throws(DatasetFailure) in
            runs[row.text(0)] = Run(
                seconds: row.number(0), onset: row.number(1).isNaN ? .infinity : row.number(1),
                trip: row.number(2).isNaN ? .infinity : row.number(2))
        }
        let words = dataset.words(of: "readings", "label")
        let places = ReactorRun.labels.map { label in words.firstIndex(of: label).map(Double.init) ?? -1 }
        var label = RuleCount("labels follow from the trip and the scenario's strength")
        var onset = RuleCount("nothing happens before the onset")
        var seconds = RuleCount("every second of every run is there, once and in order")
        try dataset.forEachRow(
            of: "readings", numbers: ["second", "label", "scenario_level"], texts: ["run_id"]
        ) { (row) throws(DatasetFailure) in
            let (id, second, level) = (row.text(0), row.number(0), row.number(2))
            guard let run = runs[id] else { return seconds.look(false, "\(id) is not in runs") }
            runs[id]?.rows += 1
            seconds.look(second == run.rows + 1, "\(id) second \(second)")
            label.look(row.number(1) == places[second >= run.trip ? 2 : level > 0 ? 1 : 0], "\(id) second \(second)")
            onset.look(level == 0 || second > run.onset, "\(id) second \(second)")
        }
        for (id, run) in runs { seconds.look(run.rows == run.seconds, "\(id) has \(run.rows) of \(run.seconds)") }
        return [
            try dataset.checkReferences(of: "environment", "run_id", to: "runs", "run_id"), seconds.check, label.check,
            onset.check,
        ]
    }
}
