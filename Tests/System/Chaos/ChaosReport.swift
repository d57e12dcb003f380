/// What a run has done, in a few lines.
struct ChaosReport: CustomStringConvertible {
    let description: String

    init(_ run: ChaosRun, _ findings: [Finding], faultSeconds: Double, drainSeconds: Double) {
        func total(_ key: KeyPath<Finding, Int>) -> Int { findings.reduce(0) { $0 + $1[keyPath: key] } }
        let faults = run.counts.values.reduce(0, +)
        var lines = [
            "", "\(faults) faults in \(Int(faultSeconds)) s, drained \(Int(drainSeconds)) s later (seed \(run.seed))",
        ]
        for (name, count) in run.counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  \(ChaosReport.padded(String(count), 5))  \(name)")
        }
        lines.append(
            "records made \(total(\.made)), stored \(total(\.stored)), loss reports \(total(\.reports)), "
                + "duplicates refused \(total(\.duplicatesRefused)), accepted at a kill and not in the journal "
                + "\(total(\.unjournalled))")
        let lost = findings.reduce(0) { $0 + $1.lost.count + $1.holes.count + $1.declared.values.reduce(0, +) }
        let doubled = findings.reduce(0) { $0 + $1.doubled.count }
        lines.append("lost \(lost), doubled \(doubled)")
        let times = run.recovery.samples.map(\.ms).sorted()
        if !times.isEmpty {
            func percentile(_ share: Double) -> String {
                let ms = times[min(times.count - 1, Int(Double(times.count) * share))]
                return "\(ms / 1000).\(ChaosReport.padded(String(ms % 1000), 3, with: "0")) s"
            }
            lines.append(
                "from the end of a fault to the first commit of a later reading: p50 \(percentile(0.5)), "
                    + "p90 \(percentile(0.9)), p99 \(percentile(0.99)), most \(percentile(1)) "
                    + "(\(times.count) measured, \(run.recovery.disturbed) disturbed by another fault)")
            let slowest = run.recovery.samples.sorted { $0.ms > $1.ms }.prefix(3)
            lines.append("  slowest after: " + slowest.map { "\($0.fault) (\($0.ms) ms)" }.joined(separator: ", "))
        }
        lines.append("most memory of a collector: \(run.recovery.residentPeakBytes >> 20) MiB")
        lines += findings.map { "  \($0)" }
        description = lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int, with filler: Character = " ") -> String {
        String(repeating: filler, count: max(0, width - text.count)) + text
    }
}
