import Glibc
import Model
import Postgres
import Runtime
import Synchronization
import TestSupport

/// Measures how long after the end of a fault each agent's next reading is committed.
///
/// A measurement is given up when another fault strikes the same agent before it is done: only clean ones count.
final class Recovery: Sendable {
    private struct Wait {
        let fault: String
        let sinceMs: Int64
        /// The last record that was accepted before the fault ended; any later one will do.
        let newest: (epoch: Epoch, sequence: Int64)?
    }

    struct Sample: Sendable {
        let fault: String
        let ms: Int64
    }

    private struct State {
        var waits: [Int: Wait] = [:]
        var samples: [Sample] = []
        var disturbed = 0
        var residentPeak = 0
    }

    private let plant: Plant
    private let state = Mutex(State())
    private let isOver = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)

    init(_ plant: Plant) { self.plant = plant }

    func start() {
        startThread { [self] in
            watch()
            ended.store(true, ordering: .releasing)
        }
    }

    func stop() {
        isOver.store(true, ordering: .releasing)
        while !ended.load(ordering: .acquiring) { usleep(1_000) }
    }

    var samples: [Sample] { state.withLock { $0.samples } }
    var disturbed: Int { state.withLock { $0.disturbed } }
    /// The most memory that a collector was seen to use.
    var residentPeakBytes: Int { state.withLock { $0.residentPeak } }

    func faultBegins(_ agents: Set<Int>) {
        state.withLock { state in
            for agent in agents where state.waits.removeValue(forKey: agent) != nil { state.disturbed += 1 }
        }
    }

    func faultEnds(_ fault: String, _ agents: Set<Int>) {
        let now = Clock.monotonicMs()
        for agent in agents {
            let wait = Wait(
                fault: fault, sinceMs: now, newest: JournalBook.newest(plant.agents[agent].journalPath))
            state.withLock { $0.waits[agent] = wait }
        }
    }

    /// Whether nothing is being waited for any more of these agents.
    func isDone(_ agents: Set<Int>) -> Bool { state.withLock { $0.waits.keys.allSatisfy { !agents.contains($0) } } }

    private func watch() {
        var connection: PostgresConnection?
        while !isOver.load(ordering: .acquiring) {
            usleep(50_000)
            let resident = plant.collectors.map(\.unit.residentBytes).max() ?? 0
            state.withLock { $0.residentPeak = max($0.residentPeak, resident) }
            do {
                let open = try connection ?? PostgresConnection(PostgresOptions(plant.postgres.url(plant.database)))
                connection = open
                try look(open)
            } catch {
                connection = nil
            }
        }
    }

    private func look(_ connection: PostgresConnection) throws {
        let waits = state.withLock { $0.waits }
        guard !waits.isEmpty else { return }
        var committed: [String: [Epoch: Int64]] = [:]
        for row in try connection.query(
            "select agent, epoch, upper(committed) - 1 from streams where epoch <> 0 and committed <> '{}'")
        {
            let (agent, bits, highest): (String, Int64, Int64) = (try row[0], try row[1], try row[2])
            guard let epoch = Epoch(bits: UInt64(bitPattern: bits)) else { continue }
            committed[agent, default: [:]][epoch] = highest
        }
        let now = Clock.monotonicMs()
        for (index, wait) in waits {
            let agent = plant.agents[index]
            guard let newest = JournalBook.newest(agent.journalPath),
                let highest = committed[agent.name]?[newest.epoch]
            else { continue }
            guard newest.epoch != wait.newest?.epoch || highest > wait.newest?.sequence ?? 0 else { continue }
            state.withLock { state in
                guard state.waits[index]?.sinceMs == wait.sinceMs else { return }
                state.waits[index] = nil
                state.samples.append(Sample(fault: wait.fault, ms: now - wait.sinceMs))
            }
        }
    }
}
