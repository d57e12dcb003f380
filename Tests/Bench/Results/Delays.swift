/// Delays in quarters of a millisecond, counted rather than kept: millions of them take no more memory than one.
struct Delays: Sendable {
    private static let perMs = 4.0
    private static let buckets = 40_000

    private var counts: [UInt32] = []
    private(set) var count = 0
    private(set) var longestMs = 0.0

    mutating func add(_ ms: Double) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Delays.buckets) }
        counts[Int(min(max(ms, 0) * Delays.perMs, Double(Delays.buckets - 1)))] += 1
        count += 1
        longestMs = max(longestMs, ms)
    }

    mutating func removeAll() { self = Delays() }

    /// Milliseconds that a share of all delays does not exceed; 0 without any.
    func percentile(_ share: Double) -> Double {
        let wanted = (share * Double(count)).rounded(.up)
        var seen = 0.0
        for (bucket, count) in counts.enumerated() where count > 0 {
            seen += Double(count)
            if seen >= wanted { return min(Double(bucket + 1) / Delays.perMs, longestMs) }
        }
        return 0
    }
}
