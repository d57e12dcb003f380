import Model

/// Which groups of a kind make a frame at which tick. A function of the tick number and the values alone, so that
/// the numbering of frames is the same in every run.
struct GroupSchedule: Sendable {
    private let everyTicks: [Int64]
    private let signalCounts: [Int]
    private var lastValues: [[Double]?]

    init(groups: [SignalGroup], rateHz: Double) {
        everyTicks = groups.map { group in
            switch group.cadence {
            case .everyTick: 1
            case .every(let seconds): max(1, Int64((seconds * rateHz).rounded()))
            case .onChange: 0
            }
        }
        signalCounts = groups.map(\.signals.count)
        lastValues = Array(repeating: nil, count: groups.count)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        for group in lastValues.indices where everyTicks[group] == 0 {
            var values = lastValues[group] ?? Array(repeating: 0, count: signalCounts[group])
            var isKnown = lastValues[group] != nil
            archive.visit(&isKnown)
            archive.visit(&values)
            lastValues[group] = isKnown ? values : nil
        }
    }

    /// Whether the group must be read at this tick, and then offered to `isNews`.
    func isDue(_ group: Int, tick: Int64) -> Bool {
        everyTicks[group] == 0 || tick % everyTicks[group] == 0
    }

    /// Whether what was read makes a frame: always for periodic groups, on change for the others.
    mutating func isNews(_ values: [Double], of group: Int) -> Bool {
        guard everyTicks[group] == 0 else { return true }
        let isSame = lastValues[group].map { last in
            zip(last, values).allSatisfy { $0.bitPattern == $1.bitPattern }
        }
        guard isSame != true else { return false }
        lastValues[group] = values
        return true
    }
}
