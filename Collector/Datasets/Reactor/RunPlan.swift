import Model

/// What happens in one run of a reactor, decided before it starts.
struct RunPlan: Sendable, Equatable {
    /// In three out of ten runs nothing happens.
    private static let calmPerScenario = 3.0 / 7

    let number: Int
    /// Of the simulator.
    let seed: UInt64
    /// A place in the asset kind's scenarios; nil: an undisturbed run.
    let scenario: Int?
    let severity: Double
    let seconds: Int
    /// The true onset, in seconds since the run's start, and how long the scenario takes to reach its severity.
    let onsetS: Int
    let rampS: Int
    /// When the cause begins to be removed; nil: not within the run. It takes as long as the ramp.
    let endS: Int?
    let split: Int

    static let splits = ["train", "validation", "test"]

    init(number: Int, of kind: AssetKind, seconds: Int, seed: UInt64) {
        self.number = number
        self.seconds = seconds
        let seed = RunPlan.seed(seed, of: kind)
        var random = SeededRandom(seed: seed, .runs, number)
        self.seed = random.next()
        scenario = RunPlan.scenario(number, of: kind, seed: seed)
        severity = random.uniform(0.2...1).rounded(digits: 2)
        let length = Double(seconds)
        onsetS = Int(random.uniform(0.1...0.5) * length)
        rampS = Int(random.uniform(0...0.1) * min(length, 1200))
        // Two in five are mended before the run is over.
        let stays = random.uniform(0.2...0.35) * length
        let end = onsetS + rampS + Int(stays)
        endS = random.unit() < 0.4 && end + rampS < seconds ? end : nil
        split = RunPlan.split(number, seed: seed)
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

    /// The scenario's strength during the second that ends at `second`.
    func level(second: Int) -> Double {
        guard scenario != nil, second > onsetS else { return 0 }
        if let endS, second > endS {
            guard rampS > 0 else { return 0 }
            return severity * max(1 - Double(second - endS) / Double(rampS), 0)
        }
        return rampS > 0 ? severity * min(Double(second - onsetS) / Double(rampS), 1) : severity
    }
}
