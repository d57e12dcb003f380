/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every platform and in every Swift version,
/// which `Double.random(in:using:)` does not promise.
public struct SeededRandom: RandomNumberGenerator, Sendable, Equatable {
    var state: UInt64

    /// `stream` separates independent sequences of one seed: one per sensor, so that a new sensor changes no old one.
    public init(seed: UInt64, stream: UInt64 = 0) {
        var mixer = SeededRandom(state: stream &+ 0x9E37_79B9_7F4A_7C15)
        state = seed ^ mixer.next()
    }

    private init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Leaves out the next `draws` numbers, at the cost of one. Makes a stream addressable: the noise of tick k
    /// does not depend on whether tick k - 1 was ever asked for.
    public mutating func skip(_ draws: UInt64) { state &+= draws &* 0x9E37_79B9_7F4A_7C15 }

    /// Uniform in 0 ..< 1.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in the range; `bound` must be positive. The bias is below bound / 2^64.
    public mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
    }

    /// Approximately normal with mean 0 and deviation 1: the sum of twelve uniforms (Irwin-Hall), within ±6.
    /// Chosen over Box-Muller because it needs no libm, whose last bits differ between versions.
    public mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<6 {
            let bits = next()
            sum += Double(bits >> 32) * 0x1p-32 + Double(bits & 0xFFFF_FFFF) * 0x1p-32
        }
        return sum
    }
}
