import Runtime
import Synchronization

/// How the writer is doing, for those who decide whether the collector may be online.
final class WriterState: Sendable {
    private let state = Locked<(failingSinceMs: Int64?, problem: String)>((nil, ""))
    private let isGivingUp = Atomic<Bool>(false)

    func succeeded() { state.withLock { $0 = (nil, "") } }

    func failed(_ problem: String, atMs now: Int64) {
        state.withLock { $0 = ($0.failingSinceMs ?? now, problem) }
    }

    /// For how long commits have been failing; nil if they do not.
    func failingForMs(atMs now: Int64) -> Int64? { state.withLock { $0.failingSinceMs.map { now - $0 } } }
    var problem: String { state.withLock { $0.problem } }

    /// The process ends: what cannot be stored now is left to the agents.
    func giveUp() { isGivingUp.store(true, ordering: .releasing) }
    var mustGiveUp: Bool { isGivingUp.load(ordering: .acquiring) }

    func pause(ms: Int) {
        let untilMs = Clock.monotonicMs() + Int64(ms)
        while !mustGiveUp, Clock.monotonicMs() < untilMs { Clock.sleep(ms: 10) }
    }
}
