/// The wall-clock time of a tick, by the agent's own clock.
///
/// A machine without a battery starts in 1970 until its clock is set. Such a time says nothing, so time then goes on
/// from the last tick that was stored, by the monotonic clock, until the wall clock makes sense.
struct TickClock: Sendable {
    /// 2024-01-01: no reading of this product is older.
    static let earliestMs: Int64 = 1_704_067_200_000

    private var last: (timeMs: Int64, monotonicNs: Int64)?

    init(lastTickMs: Int64?, monotonicNs: Int64) {
        last = lastTickMs.map { (max($0, TickClock.earliestMs), monotonicNs) }
    }

    /// The time at `instantNs` of the monotonic clock, given both clocks' present readings.
    mutating func timeMs(atNs instantNs: Int64, wallMs: Int64, monotonicNs: Int64) -> Int64 {
        let byWall = wallMs - (monotonicNs - instantNs) / 1_000_000
        var time = byWall
        if byWall < TickClock.earliestMs {
            time = last.map { $0.timeMs + (instantNs - $0.monotonicNs) / 1_000_000 } ?? TickClock.earliestMs
        }
        last = (time, instantNs)
        return time
    }
}
