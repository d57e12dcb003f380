import Glibc

/// What a column's numbers are like, gathered one by one.
struct ColumnStatistics {
    private(set) var count = 0
    private(set) var missing = 0
    private(set) var least = Double.infinity
    private(set) var greatest = -Double.infinity
    /// Sums of differences from the first value, which keeps them small.
    private var origin = 0.0
    private var sum = 0.0
    private var squares = 0.0
    /// Of each value with the one before in its group.
    private var pairs = 0
    private var products = 0.0
    private var firsts = 0.0
    private var seconds = 0.0
    private var last = Double.nan

    mutating func add(_ value: Double) {
        guard value.isFinite else {
            missing += 1
            last = .nan
            return
        }
        if count == 0 { origin = value }
        count += 1
        least = min(least, value)
        greatest = max(greatest, value)
        let difference = value - origin
        sum += difference
        squares += difference * difference
        if !last.isNaN {
            pairs += 1
            products += last * difference
            firsts += last
            seconds += difference
        }
        last = difference
    }

    /// The next value does not follow the last one: another cast, another facility.
    mutating func breakSeries() { last = .nan }

    var mean: Double { count > 0 ? origin + sum / Double(count) : .nan }

    var deviation: Double {
        guard count > 1 else { return 0 }
        let mean = sum / Double(count)
        return max(squares / Double(count) - mean * mean, 0).squareRoot()
    }

    /// The correlation of a value with the next; nil without a series, or of a constant.
    var autocorrelation: Double? {
        guard pairs > 2, deviation > 0 else { return nil }
        let count = Double(pairs)
        let covariance = products / count - firsts / count * (seconds / count)
        return min(max(covariance / (deviation * deviation), -1), 1)
    }
}

/// How often values lie in each of equal parts of a range.
struct Histogram {
    static let bins = 40
    private(set) var counts = [Int](repeating: 0, count: bins)
    let low: Double
    let high: Double

    init(_ statistics: ColumnStatistics) {
        low = statistics.count > 0 ? statistics.least : 0
        high = statistics.count > 0 ? statistics.greatest : 1
    }

    mutating func add(_ value: Double) {
        guard value.isFinite, value >= low, value <= high else { return }
        let share = high > low ? (value - low) / (high - low) : 0.5
        counts[min(Int(share * Double(Histogram.bins)), Histogram.bins - 1)] += 1
    }
}

/// How columns of one table move together.
struct Correlations {
    private let size: Int
    private var origins: [Double]
    private var count = 0
    private var sums: [Double]
    private var products: [Double]

    init(_ size: Int) {
        self.size = size
        origins = Array(repeating: 0, count: size)
        sums = origins
        products = Array(repeating: 0, count: size * size)
    }

    /// A row with a missing value is left out.
    mutating func add(_ row: [Double]) {
        guard row.count == size, row.allSatisfy(\.isFinite) else { return }
        if count == 0 { origins = row }
        count += 1
        for first in 0..<size {
            let left = row[first] - origins[first]
            sums[first] += left
            for second in first..<size { products[first * size + second] += left * (row[second] - origins[second]) }
        }
    }

    /// Nil when either is constant.
    func coefficient(_ first: Int, _ second: Int) -> Double? {
        guard count > 1 else { return nil }
        let (first, second) = (min(first, second), max(first, second))
        func covariance(_ left: Int, _ right: Int) -> Double {
            products[left * size + right] / Double(count) - sums[left] / Double(count) * (sums[right] / Double(count))
        }
        let variances = covariance(first, first) * covariance(second, second)
        guard variances > 1e-300 else { return nil }
        return min(max(covariance(first, second) / variances.squareRoot(), -1), 1)
    }
}

/// Wilson's interval for a share that was counted: with 95 % probability the true one is inside.
enum WilsonInterval {
    static func of(_ hits: Int, _ count: Int) -> ClosedRange<Double> {
        guard count > 0 else { return 0...1 }
        let z = 1.959964
        let n = Double(count)
        let share = Double(hits) / n
        let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max(middle - half, 0)...min(middle + half, 1)
    }
}
