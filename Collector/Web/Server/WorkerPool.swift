import Glibc
import Runtime

/// Threads that run handlers, so that the loop never waits for one.
final class WorkerPool<Job: Sendable>: Sendable {
    private let queue: JobQueue<Job>
    private let threads: [NamedThread]

    init(count: Int, run: @escaping @Sendable (Job) -> Void) throws(SystemFailure) {
        let queue = JobQueue<Job>()
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

    /// Hands jobs over. They are dropped once the pool has stopped. The caller bounds how many are under way.
    func offer(_ jobs: [Job]) { queue.offer(jobs) }

    /// Ends the threads after the jobs they run; what still waits is dropped. False if one still runs.
    func stop(timeoutMs: Int) -> Bool {
        queue.close()
        return threads.reduce(true) { $1.join(timeoutMs: timeoutMs) && $0 }
    }
}

/// A queue of many takers, each of whom takes one: a slow job holds up no other.
private final class JobQueue<Job: Sendable>: @unchecked Sendable {
    // Sendable because the fields below are touched only under the mutex.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [Job] = []
    /// Those before are taken.
    private var next = 0
    private var isClosed = false

    init() {
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

    /// Wakes the takers once, however many jobs there are.
    func offer(_ more: [Job]) {
        pthread_mutex_lock(mutex)
        if !isClosed { jobs += more }
        pthread_mutex_unlock(mutex)
        if more.count == 1 { pthread_cond_signal(condition) } else { pthread_cond_broadcast(condition) }
    }

    /// Waits for a job; nil when the queue was closed.
    func take() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while next == jobs.count, !isClosed { pthread_cond_wait(condition, mutex) }
        guard !isClosed else { return nil }
        let job = jobs[next]
        next += 1
        if next == jobs.count || next >= 1024 {
            jobs.removeFirst(next)
            next = 0
        }
        return job
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        jobs = []
        next = 0
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
