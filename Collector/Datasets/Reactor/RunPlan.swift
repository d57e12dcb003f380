import Model
import Scenarios

/// What happens in one run of a reactor, decided before it starts.
struct RunPlan: Sendable, Equatable {
    /// In three out of ten runs nothing happens.
    private static let calmPerScenario = 3.0 / 7

    let number: Int
    /// Of the simulator.
    let seed: UInt64
    /// A place in the asset kind's scenarios; nil: an undisturbed run.
    let scenario: Int?
    /// Its course, counted from the run's start, as the scenarios' module has it everywhere.
    let part: ScenarioPart?
    let seconds: Int
    let split: Int

    static let splits = ["train", "validation", "test"]

    init(number: Int, of kind: AssetKind, seconds: Int, seed: UInt64) {
        self.number = number
        self.seconds = seconds
        let seed = RunPlan.seed(seed, of: kind)
        var random = SeededRandom(seed: seed, .runs, number)
        self.seed = random.next()
        scenario = RunPlan.scenario(number, of: kind, seed: seed)
        part = scenario.map { RunPlan.part($0, of: kind, seconds: seconds, &random) }
        split = RunPlan.split(number, seed: seed)
    }

    /// Ramp, duration and recovery are the scenario's usual ones, half as long to half as long again, in whole seconds;
    /// the full severity is reached within the run, whether or not its end is.
    private static func part(
        _ scenario: Int, of kind: AssetKind, seconds: Int, _ random: inout SeededRandom
    ) -> ScenarioPart {
        var part = DeclaredScenario(kind.scenarios[scenario], of: kind).parts[0]
        func varied(_ ms: Int64) -> Int64 { Int64(random.uniform(0.5...1.5) * Double(ms) / 1000) * 1000 }
        part.severity = random.uniform(0.2...1).rounded(digits: 2)
        part.onsetMs = Int64(random.uniform(0.1...0.5) * Double(seconds)) * 1000
        part.rampMs = min(varied(part.rampMs), Int64(seconds / 4) * 1000)
        part.durationMs = part.durationMs.map { max(varied($0), 1000) }
        part.recoveryMs = varied(part.recoveryMs)
        return part
    }

    /// Each kind has plans of its own.
    private static func seed(_ seed: UInt64, of kind: AssetKind) -> UInt64 {
        kind.id.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// All scenarios come equally often: each cycle goes through them, and the calm runs, in a new order.
    private static func scenario(_ number: Int, of kind: AssetKind, seed: UInt64) -> Int? {
        let count = kind.scenarios.count
        let cycle = count + Int((Double(count) * calmPerScenario).rounded())
        var random = SeededRandom(seed: seed, .runCycles, number / cycle)
        let place = random.permutation(cycle)[number % cycle]
        return place < count ? place : nil
    }

    /// Whole runs, 14 : 3 : 3.
    private static func split(_ number: Int, seed: UInt64) -> Int {
        var random = SeededRandom(seed: seed, .runSplits, number / 20)
        let place = random.permutation(20)[number % 20]
        return place < 14 ? 0 : place < 17 ? 1 : 2
    }

    var id: String { "R-\((number + 1).padded(6))" }

    /// When it is over, in seconds since the run's start; nil: not within the run.
    var endS: Int? {
        part?.endNs().map { Int($0 / 1_000_000_000) }.flatMap { $0 < seconds ? $0 : nil }
    }

    /// The scenario's strength during the second that ends at `second`.
    func level(second: Int) -> Double { part.map { RunPlan.level(second: second, of: $0) } ?? 0 }

    static func level(second: Int, of part: ScenarioPart) -> Double {
        part.level(sinceStartNs: Int64(second - 1) * 1_000_000_000)
    }
}
