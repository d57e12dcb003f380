import Model

extension SeededRandom {
    /// An independent sequence for one thing of one purpose, such as facility 12's documents: what is drawn for it does
    /// not depend on how many others there are.
    init(seed: UInt64, _ purpose: RecordPurpose, _ number: Int = 0) {
        let base = (0xDA7A << 48 | purpose.rawValue) &* 0x9E37_79B9_7F4A_7C15
        self.init(seed: seed, stream: base &+ UInt64(truncatingIfNeeded: number) &* 0xD1B5_4A32_D192_ED03)
    }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// An index by weight.
    mutating func weighted(_ weights: [Double]) -> Int {
        var left = unit() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        return weights.count - 1
    }

    /// The numbers below `count` in random order (Fisher-Yates).
    mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, below(index + 1)) }
        return order
    }
}

/// What a random sequence is for; the raw values decide what a seed gives and stay as they are.
enum RecordPurpose: UInt64 {
    case names = 1
    case facility, design, monitoring, episodes, documents, compliance, statuses, geotechnical, environmental, financial
    case stations, people, owners, runs, runCycles, runSplits, failures
}

extension Double {
    /// To a number of digits after the point.
    func rounded(digits: Int) -> Double {
        let scale = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9][Swift.min(Swift.max(digits, 0), 9)]
        return (self * scale).rounded() / scale
    }
}

extension Int {
    /// With leading zeros: 7 as "0007".
    func padded(_ digits: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: Swift.max(digits - text.count, 0)) + text
    }
}
