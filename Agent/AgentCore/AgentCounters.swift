import Runtime
import Synchronization

/// What the agent has done since it started; written by its threads, read by whoever asks.
final class AgentCounters: Sendable {
    /// One number that several threads may change.
    struct Counter: ~Copyable, Sendable {
        private let value = Atomic<Int>(0)
        func add(_ count: Int) { value.wrappingAdd(count, ordering: .relaxed) }
        var now: Int { value.load(ordering: .relaxed) }
    }

    /// One switch that several threads may set.
    struct Switch: ~Copyable, Sendable {
        private let value = Atomic<Bool>(false)
        func store(_ new: Bool) { value.store(new, ordering: .releasing) }
        /// Reads and clears.
        func take() -> Bool { value.exchange(false, ordering: .acquiringAndReleasing) }
    }

    /// Records published, repeats included.
    let sent = Counter()
    /// Records sent more than once.
    let resent = Counter()
    let receipts = Counter()
    /// Receipts for another epoch or for what was never sent.
    let ignoredReceipts = Counter()
    /// Ticks whose readings were not accepted because the outbox was full.
    let refusedTicks = Counter()
    /// Ticks that were missed and not made up.
    let skippedTicks = Counter()
    let journalFailures = Counter()
    let connections = Counter()
    let births = Counter()
    let refusedCommands = Counter()
    /// Of the recording that is played; nil when there is none, or none of its rows was due yet.
    let replay: Locked<ReplayProgress?>

    init(replay: Locked<ReplayProgress?> = Locked(nil)) { self.replay = replay }

    /// The sampler could not tell the link something: the link must look for itself.
    let linkMustResync = Switch()

    private let linkAliveAtMs = Atomic<Int64>(0)

    func linkAlive(atMs now: Int64) { linkAliveAtMs.store(now, ordering: .relaxed) }
    func linkSilenceMs(atMs now: Int64) -> Int64 { now - linkAliveAtMs.load(ordering: .relaxed) }
}
