/// How many rows were right, row by row: no point is ever credited for another.
struct RowScore: Sendable {
    var faulty = 0
    var missed = 0
    var normal = 0
    var falselyAlarmed = 0

    init() {}

    init(_ run: JudgedRun, _ trace: Trace) {
        for row in run.judgedFrom..<max(run.timesMs.count, run.judgedFrom) {
            let isAlarming = trace.isAlarming[row]
            if run.events.contains(where: { $0.contains(run.timesMs[row]) }) {
                faulty += 1
                if !isAlarming { missed += 1 }
            } else {
                normal += 1
                if isAlarming { falselyAlarmed += 1 }
            }
        }
    }

    mutating func add(_ other: RowScore) {
        faulty += other.faulty
        missed += other.missed
        normal += other.normal
        falselyAlarmed += other.falselyAlarmed
    }

    /// Shares; nil where there are no such rows.
    var missedDetection: Double? { faulty > 0 ? Double(missed) / Double(faulty) : nil }
    var falseAlarmRate: Double? { normal > 0 ? Double(falselyAlarmed) / Double(normal) : nil }

    var f1: Double? {
        let hits = Double(faulty - missed)
        let all = 2 * hits + Double(missed + falselyAlarmed)
        return faulty > 0 && all > 0 ? 2 * hits / all : nil
    }
}
