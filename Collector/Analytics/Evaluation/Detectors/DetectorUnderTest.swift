import Model

/// The detector that the collector runs, as it is.
struct DetectorUnderTest: RowDetector {
    private(set) var detector: AssetDetector
    private var changes: [FindingChange] = []
    /// Adds up residuals where somebody wants to know how white they are.
    var whiteness: Whiteness?

    init(_ plan: DetectorPlan) { detector = AssetDetector(plan: plan) }

    var stateBytes: Int { detector.encoded().count }

    mutating func take(_ frame: FrameView, _ book: inout AlertBook) -> Double {
        changes.removeAll(keepingCapacity: true)
        defer { addResiduals(frame.group) }
        detector.take(
            group: frame.group, timeMs: frame.timeMs, values: frame.values.span, quality: frame.qualities,
            into: &changes)
        for change in changes {
            let finding = change.finding
            let explanation = Explanation(
                signals: finding.contributions.map(\.signal), relations: finding.brokenRelations,
                faults: finding.likelyFaults.map(\.name))
            switch change.phase {
            case .began:
                book.begin(
                    Int(finding.number), atMs: frame.timeMs, score: finding.surprise, sinceMs: finding.sinceMs,
                    explanation)
            case .changed: book.change(Int(finding.number), explanation)
            case .ended:
                book.change(Int(finding.number), explanation)
                book.end(Int(finding.number), atMs: finding.endedMs ?? frame.timeMs)
            }
        }
        return detector.surprise
    }

    private mutating func addResiduals(_ group: Int) {
        guard whiteness != nil else { return }
        for channel in detector.plan.groups[group].charted where !detector.plan.channels[channel].isRelation {
            whiteness?.add(detector.channels[channel].residual, channel: channel)
        }
    }

    /// Lag-one autocorrelation of each charted signal's residuals.
    var autocorrelations: [(signal: String, value: Double)] {
        detector.plan.groups.flatMap(\.charted).compactMap { channel in
            let plan = detector.plan.channels[channel]
            guard !plan.isRelation, let value = whiteness?.autocorrelation(channel) else { return nil }
            return (plan.name, value)
        }
    }
}
