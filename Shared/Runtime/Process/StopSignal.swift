import Glibc

/// Ends a program cleanly on SIGTERM and SIGINT.
///
///     let stop = StopSignal()                       // first thing in main, before any thread
///     …
///     try stop.start(graceMs: 5000) { agent.stop() }
///     agent.join()
///
/// The first signal calls the closure, once, on a thread of its own. A second signal ends the process at once with
/// exit status 130, and so does the end of the grace period with status 1: a program that hangs is better restarted.
public struct StopSignal: Sendable {
    private static let numbers = [SIGTERM, SIGINT]

    /// Holds the signals back in this thread and in all that it starts from now on, and makes writing to a closed
    /// pipe or socket an error instead of the end of the process.
    public init() {
        signal(SIGPIPE, SIG_IGN)
        var set = StopSignal.set()
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Starts the thread that waits for the signals. `onStop` must only tell others to stop and return. The thread
    /// lives as long as the process.
    @discardableResult
    public func start(
        graceMs: Int, onStop: @escaping @Sendable () -> Void
    ) throws(SystemFailure) -> NamedThread {
        try NamedThread.start(name: "stop-signal") {
            let log = Log("process")
            let first = StopSignal.wait()
            log.info("stopping", ["signal": first == SIGINT ? "SIGINT" : "SIGTERM"])
            onStop()
            let second = StopSignal.wait(timeoutMs: graceMs)
            log.error(
                second ? "ended at once by a second signal" : "did not stop in time, ended",
                ["grace_ms": graceMs])
            Log.flush()
            _exit(second ? ExitCode.interrupted.rawValue : ExitCode.failure.rawValue)
        }
    }

    private static func set() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }

    private static func wait() -> CInt {
        var set = set()
        var number: CInt = 0
        while sigwait(&set, &number) != 0 {}
        return number
    }

    /// False when the time is over.
    private static func wait(timeoutMs: Int) -> Bool {
        var set = set()
        let deadlineNs = Clock.monotonicNs(afterMs: timeoutMs)
        while true {
            let leftNs = max(deadlineNs - Clock.monotonicNs(), 0)
            var left = timespec(tv_sec: Int(leftNs / 1_000_000_000), tv_nsec: Int(leftNs % 1_000_000_000))
            if sigtimedwait(&set, nil, &left) > 0 { return true }
            if errno != EINTR { return false }
        }
    }
}
