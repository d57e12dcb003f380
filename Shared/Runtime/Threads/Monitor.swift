import Glibc

/// A mutex with one condition, for state that two or more threads hand to each other.
///
/// pthread's own rather than `Synchronization.Mutex`: under contention of many threads the latter is a hundred times
/// slower in Swift 6.3 (its futex inherits priorities), and it has no condition to wait on.
final class Monitor: @unchecked Sendable {
    // Sendable because the two objects are made for use by many threads, and their addresses never change.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Waits must not follow steps of the wall clock.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }

    /// Wakes every thread that waits.
    func broadcast() { pthread_cond_broadcast(condition) }

    /// Waits, with the lock held before and after; may return without cause. `untilNs` is on the monotonic clock.
    /// False when that time has come.
    func wait(untilNs: Int64) -> Bool {
        var deadline = timespec(
            tv_sec: Int(untilNs / 1_000_000_000), tv_nsec: Int(untilNs % 1_000_000_000))
        return pthread_cond_timedwait(condition, mutex, &deadline) != ETIMEDOUT
    }

    /// Waits without limit, with the lock held before and after; may return without cause.
    func wait() { pthread_cond_wait(condition, mutex) }
}

/// A value that several threads share, one at a time. For short, rare work: batches are handed over by `Mailbox`.
public final class Locked<Value: Sendable>: @unchecked Sendable {
    // Sendable because `value` is touched only between lock and unlock.
    private let monitor = Monitor()
    private var value: Value

    public init(_ value: Value) { self.value = value }

    /// Runs `body` alone with the value. Must not be nested: the lock is not recursive.
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        return try body(&value)
    }
}
