import CSystem
import Glibc

/// A thread of our own, for a loop that blocks: it never occupies the Swift cooperative pool.
///
/// Started by `start`, ended by its body returning; whoever started it joins it.
public final class NamedThread: Sendable {
    /// Enough for our loops; the default of 8 MB would count against the address space of small machines.
    public static let defaultStackBytes = 512 * 1024

    // Sendable because everything here is touched only under the monitor.
    private final class State: @unchecked Sendable {
        let monitor = Monitor()
        var handle = pthread_t()
        var hasEnded = false
        var isJoined = false
    }

    public let name: String
    private let state: State

    private init(name: String, state: State) {
        self.name = name
        self.state = state
    }

    /// Starts a thread. `name` shows in `top -H` and debuggers, its first 15 bytes at least.
    public static func start(
        name: String, stackBytes: Int = defaultStackBytes, body: @escaping @Sendable () -> Void
    ) throws(SystemFailure) -> NamedThread {
        let state = State()
        let start = Start(
            name: name,
            body: {
                body()
                state.monitor.lock()
                state.hasEnded = true
                state.monitor.broadcast()
                state.monitor.unlock()
            })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        // The kernel wants whole pages, and at least the platform's minimum.
        pthread_attr_setstacksize(&attributes, (min(max(stackBytes, 65536), 1 << 30) + 4095) & ~4095)
        let context = Unmanaged.passRetained(start)
        // Under the lock because the thread itself may ask for its handle as soon as it runs.
        state.monitor.lock()
        let code = pthread_create(&state.handle, &attributes, runThread, context.toOpaque())
        state.monitor.unlock()
        guard code == 0 else {
            context.release()
            throw SystemFailure("cannot start thread \(name)", code: code)
        }
        return NamedThread(name: name, state: state)
    }

    /// Waits until the body has returned. Idempotent; returns at once on the thread itself.
    public func join() { _ = join(untilNs: nil) }

    /// Waits up to `timeoutMs` for the body to return; false if it still runs.
    public func join(timeoutMs: Int) -> Bool { join(untilNs: Clock.monotonicNs(afterMs: timeoutMs)) }

    private func join(untilNs: Int64?) -> Bool {
        state.monitor.lock()
        guard pthread_equal(pthread_self(), state.handle) == 0 || state.hasEnded else {
            state.monitor.unlock()
            return false
        }
        while !state.hasEnded {
            if let untilNs {
                guard state.monitor.wait(untilNs: untilNs) else { break }
            } else {
                state.monitor.wait()
            }
        }
        let mayJoin = state.hasEnded && !state.isJoined
        if mayJoin { state.isJoined = true }
        let hasEnded = state.hasEnded
        state.monitor.unlock()
        if mayJoin { pthread_join(state.handle, nil) }
        return hasEnded
    }

    /// Sends a signal to this very thread: the tests of `StopSignal` cannot block signals in a test runner's threads.
    func deliver(_ signal: CInt) {
        state.monitor.lock()
        if !state.hasEnded { pthread_kill(state.handle, signal) }
        state.monitor.unlock()
    }

    deinit {
        if !state.isJoined { pthread_detach(state.handle) }
    }
}

/// What a new thread is given.
private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Runs on the new thread.
@c(bellwether_runtime_runThread)
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    csystem_name_thread(start.name)
    start.body()
    return nil
}
