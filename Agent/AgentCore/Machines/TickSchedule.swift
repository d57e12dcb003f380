/// When the ticks of an asset fall due: at fixed instants on the monotonic clock, so that no delay adds up.
struct TickSchedule: Sendable, Equatable {
    let periodNs: Int64
    /// Ticks that fell due longer ago than this are not made up: their readings would be invented, not taken.
    let makeUpNs: Int64
    private(set) var nextNs: Int64

    /// What is due now.
    struct Due: Equatable {
        /// Instants of the ticks to take now, on the monotonic clock, oldest first.
        var ticks: [Int64] = []
        /// Ticks that are given up, and the span they stood for.
        var skipped: Int64 = 0
        var skippedFromNs: Int64 = 0
        var skippedToNs: Int64 = 0
    }

    /// `rateHz` is 0.1 to 50.
    init(rateHz: Double, startNs: Int64, makeUpSeconds: Int64 = 60) {
        periodNs = Int64((1e9 / min(max(rateHz, 0.1), 50)).rounded())
        makeUpNs = makeUpSeconds * 1_000_000_000
        nextNs = startNs
    }

    mutating func due(atNs now: Int64) -> Due {
        var due = Due()
        guard now >= nextNs else { return due }
        let oldest = now - makeUpNs
        if nextNs < oldest {
            let skipped = (oldest - nextNs + periodNs - 1) / periodNs
            due.skipped = skipped
            due.skippedFromNs = nextNs
            nextNs += skipped * periodNs
            due.skippedToNs = nextNs
        }
        while nextNs <= now {
            due.ticks.append(nextNs)
            nextNs += periodNs
        }
        return due
    }
}
