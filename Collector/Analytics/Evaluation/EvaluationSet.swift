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

    func files(_ path: String) throws(EvaluationFailure) -> [SeriesSource] {
        switch self {
        case .nab: try NABSet.files(path)
        case .skab: try SKABSet.files(path)
        case .tep: try TEPSet.files(path)
        case .nppad: try NPPADSet.files(path)
        case .csv: try CSVSet.files(path)
        case .simulated: []
        }
    }
}
