import Glibc

private final class ThreadBody {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}

@c(bellwether_testsupport_threadMain)
private func threadMain(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let body { Unmanaged<ThreadBody>.fromOpaque(body).takeRetainedValue().run() }
    return nil
}

/// Starts a detached thread of its own for blocking work.
public func startThread(_ body: @escaping @Sendable () -> Void) {
    let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, threadMain, context)
    guard code == 0 else { fatalError("pthread_create: \(errorText(code))") }
    pthread_detach(thread)
}

/// One thread for each job: whoever blocks holds up nobody else.
private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        startThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs blocking work on a thread of its own instead of the cooperative pool, which has only as many threads as there
/// are processors. Expectations inside still belong to the calling test.
@discardableResult
public func offPool<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await Task(executorPreference: ThreadExecutor.shared) { try work() }.value
}

/// Waits until `condition` holds, asking it every few milliseconds, off the cooperative pool. Throws when `limit`
/// passes first, naming `what` was waited for; an error of the condition itself ends the wait.
public func eventually(
    _ what: String = "condition", within limit: Duration = .seconds(20),
    _ condition: @escaping @Sendable () throws -> Bool
) async throws {
    try await offPool { try waitUntil(what, within: limit, condition) }
}

/// `eventually` for code that is already on a thread of its own.
public func waitUntil(
    _ what: String = "condition", within limit: Duration = .seconds(20), _ condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + limit
    var pauseMicroseconds: UInt32 = 500
    while true {
        if try condition() { return }
        guard ContinuousClock.now < deadline else { throw SupportFailure("\(what): not within \(limit)") }
        usleep(pauseMicroseconds)
        pauseMicroseconds = min(pauseMicroseconds * 2, 20_000)
    }
}
