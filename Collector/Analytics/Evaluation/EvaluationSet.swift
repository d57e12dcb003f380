/// What a detector can be evaluated on.
public enum EvaluationSet: String, CaseIterable, Sendable {
    case nab, skab, tep, nppad, simulated, csv

    /// Whether each row says if something is wrong, and not only wide windows.
    var hasRowLabels: Bool { self == .skab || self == .tep || self == .csv }

    /// Where in its files this set keeps its faults, as shares of the rows: what somebody who knows only that could do.
    var prior: ClosedRange<Double>? {
        switch self {
        case .skab: 0.22...0.80
        case .tep: 1.0 / 6...1
        case .nab, .nppad, .csv, .simulated: nil
        }
    }

    func load(_ path: String) throws(EvaluationFailure) -> [EvaluationSeries] {
        switch self {
        case .nab: try NABSet.load(path)
        case .skab: try SKABSet.load(path)
        case .tep: try TEPSet.load(path)
        case .nppad: try NPPADSet.load(path)
        case .csv: try CSVSet.load(path)
        case .simulated: []
        }
    }
}
