import Glibc
import Runtime

/// Threads that run handlers, so that the loop never waits for one.
final class WorkerPool<Job: Sendable>: Sendable {
    private let queue: JobQueue<Job>
    private let threads: [NamedThread]

    init(count: Int, capacity: Int, run: @escaping @Sendable (Job) -> Void) throws(SystemFailure) {
        let queue = JobQueue<Job>(capacity: capacity)
        self.queue = queue
        var threads: [NamedThread] = []
        do throws(SystemFailure) {
            for index in 0..<max(count, 1) {
                // A handler may build a large answer with deep calls into libraries: more stack than our own loops.
                threads.append(
                    try NamedThread.start(name: "web-worker-\(index)", stackBytes: 1 << 20) {
                        while let job = queue.take() { run(job) }
                    })
            }
        } catch {
            queue.close()
            threads.forEach { $0.join() }
            throw error
        }
        self.threads = threads
    }

    /// False when the queue is full or closed.
    func offer(_ job: Job) -> Bool { queue.offer(job) }

    /// Ends the threads after the jobs they run; what still waits is dropped. False if one still runs.
    func stop(timeoutMs: Int) -> Bool {
        queue.close()
        return threads.reduce(true) { $1.join(timeoutMs: timeoutMs) && $0 }
    }
}

/// A bounded queue of many takers.
private final class JobQueue<Job: Sendable>: @unchecked Sendable {
    // Sendable because the fields below are touched only under the mutex.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job?]
    private var head = 0
    private var count = 0
    private var isClosed = false

    init(capacity: Int) {
        jobs = Array(repeating: nil, count: max(capacity, 1))
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func offer(_ job: Job) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, count < jobs.count else { return false }
        jobs[(head + count) % jobs.count] = job
        count += 1
        pthread_cond_signal(condition)
        return true
    }

    /// Waits for a job; nil when the queue was closed.
    func take() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while count == 0, !isClosed { pthread_cond_wait(condition, mutex) }
        guard !isClosed, let job = jobs[head] else { return nil }
        jobs[head] = nil
        head = (head + 1) % jobs.count
        count -= 1
        return job
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        jobs = Array(repeating: nil, count: jobs.count)
        count = 0
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
