/// Seeds for tests with random histories: fixed ones, so that a run is repeatable, and a fresh one, so that every run
/// sees something new. `BELLWETHER_SEED=n` replaces them all, to replay a failure.
public enum Seeds {
    public static func list(fixed: Int = 5, fresh: Int = 1) -> [UInt64] {
        if let text = environmentVariable("BELLWETHER_SEED"), let seed = UInt64(text) { return [seed] }
        var random = SystemRandomNumberGenerator()
        return (0..<fixed).map { UInt64($0 + 1) } + (0..<fresh).map { _ in random.next() >> 16 }
    }
}

/// The comment for an expectation over a random history: how to run it again with the same seed.
public func replayHint(_ seed: UInt64, _ filter: String = #function) -> String {
    let name = filter.prefix { $0 != "(" }
    return "replay with: BELLWETHER_SEED=\(seed) swift test --filter '\(name)'"
}
