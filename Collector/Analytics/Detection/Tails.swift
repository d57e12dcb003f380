/// Tail probabilities as the distance from the middle of a normal distribution that has the same tail, and as
/// -log10 p. Own arithmetic instead of libm: the last bits of `log` differ between its versions, and a detector that
/// fails over to another machine must go on bit for bit.
enum Tails {
    static let ln10 = 2.302585092994046
    private static let ln2 = 0.6931471805599453

    /// The natural logarithm of a positive finite number, to about 1e-11.
    @inline(__always)
    static func ln(_ x: Double) -> Double {
        guard x > 1e-300 else { return -690 }
        guard x < 1e300 else { return 690 }
        let bits = x.bitPattern
        var exponent = Double(Int(bits >> 52) - 1023)
        var mantissa = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        if mantissa > 1.4142135623730951 {
            mantissa *= 0.5
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let s2 = s * s
        let series = 1 + s2 * (1 / 3 + s2 * (1 / 5 + s2 * (1 / 7 + s2 * (1 / 9 + s2 * (1 / 11 + s2 / 13)))))
        return exponent * ln2 + 2 * s * series
    }

    /// The exponential, to about 1e-11.
    static func exp(_ x: Double) -> Double {
        let x = min(max(x, -700), 700)
        let whole = (x / ln2).rounded()
        let part = (x - whole * ln2) / 8
        var sum = 1.0
        for term in stride(from: 9.0, through: 1, by: -1) { sum = 1 + sum * part / term }
        let square = sum * sum
        let fourth = square * square
        return fourth * fourth * Double(sign: .plus, exponent: Int(whole), significand: 1)
    }

    @inline(__always)
    static func log10(_ x: Double) -> Double { ln(x) / ln10 }

    /// -log10 of the two-sided tail of a standard normal beyond ±x; never negative.
    @inline(__always)
    static func surprise(_ x: Double) -> Double {
        let x = min(abs(x), 1e6)
        let tail = 0.2257913526447274 + 0.5 * x * x + ln((3 * x + (x * x + 8).squareRoot()) * 0.25)
        return max(0, tail / ln10)
    }

    /// The x at which `surprise` is `s`, to about 1 %.
    static func distance(surprise s: Double) -> Double {
        var low = 0.0
        var high = 60.0
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if surprise(middle) < s { low = middle } else { high = middle }
        }
        return high
    }

    /// The normal distance that is as far out as |t| of Student's distribution with `freedom` degrees (Wallace 1959).
    @inline(__always)
    static func normal(t: Double, freedom: Double) -> Double {
        let size = abs(t)
        guard size > 1 else { return size }
        return (8 * freedom + 1) / (8 * freedom + 3) * (freedom * ln(1 + size * size / freedom)).squareRoot()
    }

    /// The normal distance of a chi-square of `freedom` degrees, upper tail (Wilson and Hilferty 1931).
    static func normal(chiSquare value: Double, freedom: Double) -> Double {
        let part = 2 / (9 * freedom)
        return (cubeRoot(max(value, 0) / freedom) - (1 - part)) / part.squareRoot()
    }

    /// The cube root of a number that is not negative.
    static func cubeRoot(_ x: Double) -> Double {
        guard x > 1e-300, x < 1e300 else { return x <= 1e-300 ? 0 : 1e100 }
        // A third of the exponent is close enough for Newton to end in five steps.
        var root = Double(bitPattern: x.bitPattern / 3 + 0x2A9F_7893_782D_A1CE)
        for _ in 0..<5 { root -= (root * root * root - x) / (3 * root * root) }
        return root
    }
}
