import Glibc
import Model
import Runtime
import Synchronization
import TestSupport

/// Faults drawn by a seed, on several lanes at once, against a plant with two collectors; at the end everything is
/// healed, and the account is asked for.
final class ChaosRun: Sendable {
    /// One sort of fault. `strike` brings it about, lasts as long as it lasts, and heals it.
    struct Fault: Sendable {
        let name: String
        /// How often it is drawn, relative to the others of its lane.
        let weight: Int
        /// What the plant must have for it.
        var needs = Need.nothing
        let strike: @Sendable (ChaosRun, inout Draw) throws -> Void
    }

    enum Need: Sendable {
        case nothing
        /// Agents with disks of their own.
        case disks
        /// A run of many faults, so that one of them may last a minute.
        case patience
    }

    /// What a fault may choose: its random numbers, and for the agents' lanes the agent.
    struct Draw {
        var random: SeededRandom
        let agent: Int

        mutating func milliseconds(_ range: ClosedRange<Int>) -> Int {
            range.lowerBound + random.below(range.count)
        }
        mutating func pause(_ range: ClosedRange<Int>) { usleep(UInt32(milliseconds(range)) * 1_000) }
        mutating func pick<T>(_ list: [T]) -> T { list[random.below(list.count)] }
    }

    let plant: Plant
    let seed: UInt64
    let recovery: Recovery
    let clocks: [ProgramClock]
    let collectorClocks: [ProgramClock]
    /// One for each agent, or none.
    let disks: [TestDisk]
    let hostile = HostileLane()
    private let wanted: Int
    private let state = Mutex(State())
    private let startMs = Clock.monotonicMs()

    private struct State {
        var begun = 0
        var counts: [String: Int] = [:]
        var failures: [String] = []
        var lanes = 0
        var claimed: Set<Int> = []
    }

    init(
        _ plant: Plant, seed: UInt64, faults: Int, clocks: [ProgramClock], collectorClocks: [ProgramClock],
        disks: [TestDisk]
    ) {
        self.plant = plant
        self.seed = seed
        self.clocks = clocks
        self.collectorClocks = collectorClocks
        self.disks = disks
        wanted = faults
        recovery = Recovery(plant)
    }

    var counts: [String: Int] { state.withLock { $0.counts } }
    var failures: [String] { state.withLock { $0.failures } }
    var secondsSoFar: Double { Double(Clock.monotonicMs() - startMs) / 1000 }

    /// Runs until so many faults have struck on all lanes together, and everything is healed. A run of a hundred or
    /// more goes on until every lane has drawn each of its faults.
    func run() {
        recovery.start()
        let agents = Array(plant.agents.indices)
        let half = (agents.count + 1) / 2
        start(lane: 1, Array(agents[..<half]), ChaosRun.agentFaults, affectsAll: false)
        start(lane: 2, Array(agents[half...]), ChaosRun.agentFaults, affectsAll: false)
        start(lane: 3, agents, ChaosRun.plantFaults, affectsAll: true)
        start(lane: 4, agents, ChaosRun.hostileFaults, affectsAll: false)
        while state.withLock({ $0.lanes }) > 0 { usleep(20_000) }
        hostile.close()
        recovery.stop()
    }

    private func start(lane: Int, _ agents: [Int], _ faults: [Fault], affectsAll: Bool) {
        guard !agents.isEmpty else { return }
        state.withLock { $0.lanes += 1 }
        startThread { [self] in
            var random = SeededRandom(seed: seed, stream: UInt64(lane))
            var deck = Deck(faults.filter(isPossible), &random)
            while let number = next(isComplete: deck.isComplete) {
                let fault = deck.draw(&random)
                var draw = Draw(random: SeededRandom(seed: random.next()), agent: agents[random.below(agents.count)])
                let affected = affectsAll ? Set(agents) : [draw.agent]
                strike(fault, number, affected, &draw)
                // Often the next fault waits until this one is overcome, and often enough it does not.
                if random.unit() < 0.6 {
                    let deadline = Clock.monotonicMs() + 20_000
                    while !recovery.isDone(affected), Clock.monotonicMs() < deadline { usleep(20_000) }
                }
                usleep(UInt32(random.below(900_000)))
            }
            state.withLock { $0.lanes -= 1 }
        }
    }

    private func isPossible(_ fault: Fault) -> Bool {
        switch fault.needs {
        case .nothing: true
        case .disks: !disks.isEmpty
        case .patience: wanted >= 400
        }
    }

    /// The number of the next fault; nil when there were enough.
    private func next(isComplete: Bool) -> Int? {
        state.withLock { state in
            guard state.failures.isEmpty, state.begun < wanted || wanted >= 100 && !isComplete else { return nil }
            state.begun += 1
            return state.begun
        }
    }

    /// The faults of a lane: each of them once, in random order, then by their weights.
    private struct Deck {
        private let faults: [Fault]
        private var firstPass: [Fault]

        init(_ faults: [Fault], _ random: inout SeededRandom) {
            self.faults = faults
            firstPass = faults
            for last in stride(from: faults.count - 1, to: 0, by: -1) {
                firstPass.swapAt(last, random.below(last + 1))
            }
        }

        var isComplete: Bool { firstPass.isEmpty }

        mutating func draw(_ random: inout SeededRandom) -> Fault {
            if let fault = firstPass.popLast() { return fault }
            var ticket = random.below(faults.reduce(0) { $0 + $1.weight })
            for fault in faults {
                if ticket < fault.weight { return fault }
                ticket -= fault.weight
            }
            return faults[0]
        }
    }

    /// Keeps the others' hands off these agents' processes and folders meanwhile.
    func exclusively<T>(_ agents: Set<Int>, _ body: () throws -> T) rethrows -> T {
        while true {
            let isMine = state.withLock { state in
                guard state.claimed.isDisjoint(with: agents) else { return false }
                state.claimed.formUnion(agents)
                return true
            }
            if isMine { break }
            usleep(5_000)
        }
        defer { state.withLock { $0.claimed.subtract(agents) } }
        return try body()
    }

    private func strike(_ fault: Fault, _ number: Int, _ affected: Set<Int>, _ draw: inout Draw) {
        let who = affected.count == 1 ? " (\(plant.agents[draw.agent].name))" : ""
        let seconds = String(Int(secondsSoFar * 10))
        print("  \(seconds.dropLast()).\(seconds.suffix(1)) s  #\(number) \(fault.name)\(who)")
        fflush(nil)
        recovery.faultBegins(affected)
        do {
            try fault.strike(self, &draw)
        } catch {
            state.withLock { $0.failures.append("#\(number) \(fault.name): \(error)") }
        }
        state.withLock { $0.counts[fault.name, default: 0] += 1 }
        recovery.faultEnds(fault.name, affected)
    }
}
