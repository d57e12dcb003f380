import Glibc
import Synchronization

/// The thread that starts every child process and lives as long as the test process.
///
/// The kernel delivers a child's parent-death signal when the *thread* that started it ends, so that a child started
/// from a short-lived thread would be killed early.
enum SpawnThread {
    /// Runs `work` on the thread and waits for it.
    static func run<T: Sendable>(_ work: @escaping @Sendable () -> T) -> T {
        let result = Mutex<T?>(nil)
        let request = Request {
            let value = work()
            result.withLock { $0 = value }
        }
        queue.put(request)
        request.wait()
        guard let value = result.withLock({ $0 }) else { fatalError("the spawn thread answered without a result") }
        return value
    }

    private static let queue: Queue = {
        let queue = Queue()
        startThread {
            while true { queue.take().perform() }
        }
        return queue
    }()
}

private final class Semaphore: @unchecked Sendable {
    // POSIX semaphores may be used from any thread; the memory lives as long as this object.
    private let raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    init() { sem_init(raw, 0, 0) }
    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }
    func signal() { sem_post(raw) }
    func wait() { while sem_wait(raw) != 0 && errno == EINTR {} }
}

private final class Request: Sendable {
    private let work: @Sendable () -> Void
    private let done = Semaphore()
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    func perform() {
        work()
        done.signal()
    }
    func wait() { done.wait() }
}

private final class Queue: Sendable {
    private let requests = Mutex<[Request]>([])
    private let filled = Semaphore()
    func put(_ request: Request) {
        requests.withLock { $0.append(request) }
        filled.signal()
    }
    func take() -> Request {
        filled.wait()
        return requests.withLock { $0.removeFirst() }
    }
}
