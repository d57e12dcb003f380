import Glibc

/// The two clocks. Wall time says when something was; only monotonic time says how long it took.
public enum Clock {
    /// Milliseconds since 1970-01-01 UTC; may step when the system's clock is set.
    public static func wallMs() -> Int64 {
        let now = read(CLOCK_REALTIME)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Nanoseconds since some start, never backwards. Does not advance while the machine is suspended.
    public static func monotonicNs() -> Int64 {
        let now = read(CLOCK_MONOTONIC)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    /// Milliseconds of the same clock as `monotonicNs`.
    public static func monotonicMs() -> Int64 { monotonicNs() / 1_000_000 }

    /// Nanoseconds since the machine's start, suspension included: a jump against `monotonicNs` shows one.
    public static func bootNs() -> Int64 {
        let now = read(CLOCK_BOOTTIME)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    /// Blocks the calling thread. Never on the cooperative pool.
    public static func sleep(ms: Int) {
        var wanted = timespec(tv_sec: max(0, ms) / 1000, tv_nsec: max(0, ms) % 1000 * 1_000_000)
        var rest = timespec()
        while nanosleep(&wanted, &rest) != 0, errno == EINTR { wanted = rest }
    }

    /// The deadline of a wait that starts now; at most a year ahead, so that it cannot overflow.
    static func monotonicNs(afterMs: Int) -> Int64 {
        monotonicNs() + Int64(min(max(afterMs, 0), 31_536_000_000)) * 1_000_000
    }

    private static func read(_ id: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(id, &now)
        return now
    }
}
