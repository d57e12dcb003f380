/// How the condition of one rule stands.
struct RuleState: Sendable, Equatable {
    enum Phase: String, Sendable {
        case normal
        /// True, but not for long enough.
        case rising
        case active
        /// Gone, but not for long enough.
        case falling

        var isPending: Bool { self == .rising || self == .falling }
    }

    var phase = Phase.normal
    /// Of the phase, in the time of the readings.
    var sinceMs: Int64 = 0
    /// The last that was held against the limit.
    var value: Double?
    /// For staleness: when the last good reading was, and whether there was another one since.
    var goodMs: Int64?
    var isBlind = false
    /// Its alarm was told to be quiet.
    var isSuppressed = false

    var isActive: Bool { phase == .active || phase == .falling }
    /// The deadband counts.
    var isHeld: Bool { phase == .active }
}

/// The change of a signal over a time: the difference of two means, each over a sixteenth of it, so that one noisy
/// reading moves little.
struct RateWindow: Sendable, Equatable {
    private static let parts: Int64 = 16

    let overMs: Int64
    private let slotMs: Int64
    /// Oldest first; sparse.
    private var slots: [(slot: Int64, sum: Double, count: Double)] = []

    init(overMs: Int64) {
        self.overMs = overMs
        slotMs = max(1, overMs / RateWindow.parts)
    }

    mutating func removeAll() { slots.removeAll() }

    /// The change up to this reading; nil while there is none that is old enough.
    mutating func take(_ value: Double, _ timeMs: Int64) -> Double? {
        let slot = timeMs / slotMs
        if let last = slots.last, last.slot == slot {
            slots[slots.count - 1].sum += value
            slots[slots.count - 1].count += 1
        } else {
            slots.append((slot, value, 1))
        }
        // The newest one that is old enough, and all after it.
        while slots.count > 1, slots[1].slot <= slot - RateWindow.parts { slots.removeFirst() }
        guard let first = slots.first, let last = slots.last, first.slot <= slot - RateWindow.parts else { return nil }
        let change = last.sum / last.count - first.sum / first.count
        return change * Double(RateWindow.parts) / Double(last.slot - first.slot)
    }

    static func == (left: RateWindow, right: RateWindow) -> Bool {
        left.overMs == right.overMs
            && left.slots.elementsEqual(right.slots) { $0.slot == $1.slot && $0.sum == $1.sum && $0.count == $1.count }
    }
}
