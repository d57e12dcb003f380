import Synchronization
import TestSupport

/// Runs blocking jobs side by side and waits for all of them. Throws what they threw, all in one.
func together(_ jobs: [@Sendable () throws -> Void]) throws {
    let failures = Mutex<[String]>([])
    let left = Atomic<Int>(jobs.count)
    for job in jobs {
        startThread {
            do { try job() } catch { failures.withLock { $0.append("\(error)") } }
            left.subtract(1, ordering: .releasing)
        }
    }
    try waitUntil("jobs side by side", within: .seconds(280)) { left.load(ordering: .acquiring) == 0 }
    let all = failures.withLock { $0 }
    if !all.isEmpty { throw SupportFailure(all.joined(separator: "\n")) }
}
