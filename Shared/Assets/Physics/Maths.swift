// For linking only: squareRoot() and rounded() are calls into libm in debug builds. Both are exact by IEEE 754.
import Glibc

/// Elementary functions from nothing but IEEE 754 addition, multiplication, division and square root, so that a
/// simulation gives the same bits on every machine and with every C library. Relative error below 6e-16 each,
/// except where stated; arguments out of range give the limits and NaN that the C functions give.
public enum Maths {
    public static let ln2 = 0.693_147_180_559_945_3
    private static let ln2High = 6.931_471_803_691_238_16e-1
    private static let ln2Low = 1.908_214_929_270_587_70e-10
    private static let log2e = 1.442_695_040_888_963_4

    public static func exp(_ x: Double) -> Double {
        guard x == x else { return .nan }
        guard x > -745.2 else { return 0 }
        guard x < 709.8 else { return .infinity }
        let k = (x * log2e + 0x1.8p52) - 0x1.8p52
        let r = (x - k * ln2High) - k * ln2Low
        // Taylor series; |r| <= ln 2 / 2, so that the fourteenth term is below 5e-18.
        var sum = 1.0 / 6_227_020_800
        sum = sum * r + 1.0 / 479_001_600
        sum = sum * r + 1.0 / 39_916_800
        sum = sum * r + 1.0 / 3_628_800
        sum = sum * r + 1.0 / 362_880
        sum = sum * r + 1.0 / 40_320
        sum = sum * r + 1.0 / 5_040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r * r + r + 1
        return scaled(sum, by: Int(k))
    }

    /// `value` * 2^k, with k in the range that `exp` needs.
    private static func scaled(_ value: Double, by k: Int) -> Double {
        if k > 1023 { return value * 0x1p1023 * power2(k - 1023) }
        if k < -1022 { return value * power2(k + 200) * 0x1p-200 }
        return value * power2(k)
    }

    private static func power2(_ k: Int) -> Double {
        Double(bitPattern: UInt64(truncatingIfNeeded: k + 1023) << 52)
    }

    /// exp(x) - 1 without cancellation near zero.
    public static func expm1(_ x: Double) -> Double {
        guard x > -0.5, x < 0.5 else { return exp(x) - 1 }
        var term = x
        var sum = x
        for n in 2...18 {
            term *= x / Double(n)
            sum += term
        }
        return sum
    }

    public static func log(_ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? -.infinity : .nan }
        guard x < .infinity else { return .infinity }
        var exponent = 0
        var m = x
        if x < 0x1p-1022 {
            m *= 0x1p54
            exponent = -54
        }
        // Exponent and significand taken from the bits: the library's getters cost as much as the series.
        let bits = m.bitPattern
        exponent += Int(bits >> 52) - 1023
        m = Double(bitPattern: (bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000)
        if m > 1.414_213_562_373_095_1 {
            m /= 2
            exponent += 1
        }
        let s = (m - 1) / (m + 1)
        let s2 = s * s
        var sum = 1.0 / 23
        sum = sum * s2 + 1.0 / 21
        sum = sum * s2 + 1.0 / 19
        sum = sum * s2 + 1.0 / 17
        sum = sum * s2 + 1.0 / 15
        sum = sum * s2 + 1.0 / 13
        sum = sum * s2 + 1.0 / 11
        sum = sum * s2 + 1.0 / 9
        sum = sum * s2 + 1.0 / 7
        sum = sum * s2 + 0.2
        sum = sum * s2 + 1.0 / 3
        let logM = 2 * s + 2 * s * s2 * sum
        return Double(exponent) * ln2High + (logM + Double(exponent) * ln2Low)
    }

    /// `base` ^ `exponent` for a base >= 0; the relative error grows with |exponent * ln base|.
    public static func pow(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 0 { return 1 }
        if base == 0 { return exponent > 0 ? 0 : .infinity }
        return exp(exponent * log(base))
    }

    public static func cbrt(_ x: Double) -> Double {
        guard x != 0, x.isFinite else { return x }
        let magnitude = abs(x)
        var root = exp(log(magnitude) / 3)
        root -= (root * root * root - magnitude) / (3 * root * root)
        return x < 0 ? -root : root
    }

    public static func tanh(_ x: Double) -> Double {
        if x > 20 { return 1 }
        if x < -20 { return -1 }
        let e = expm1(2 * x)
        return e / (e + 2)
    }

    /// Accurate for |x| up to 1e5.
    public static func sin(_ x: Double) -> Double { sincos(x).sin }
    public static func cos(_ x: Double) -> Double { sincos(x).cos }
    public static func tan(_ x: Double) -> Double {
        let both = sincos(x)
        return both.sin / both.cos
    }

    public static func sincos(_ x: Double) -> (sin: Double, cos: Double) {
        guard abs(x) < 1e9 else { return (.nan, .nan) }
        let k = (x * 0.636_619_772_367_581_34 + 0x1.8p52) - 0x1.8p52
        // pi / 2 in three parts of 33 bits (fdlibm's constants), so that k times each is exact.
        var r = x - k * 1.570_796_326_734_125_61
        r -= k * 6.077_100_506_303_966_0e-11
        r -= k * 2.022_266_248_795_950_63e-21
        let r2 = r * r
        var s = -1.0 / 1_307_674_368_000
        s = s * r2 + 1.0 / 6_227_020_800
        s = s * r2 - 1.0 / 39_916_800
        s = s * r2 + 1.0 / 362_880
        s = s * r2 - 1.0 / 5_040
        s = s * r2 + 1.0 / 120
        s = s * r2 - 1.0 / 6
        s = r + r * r2 * s
        var c = 1.0 / 20_922_789_888_000
        c = c * r2 - 1.0 / 87_178_291_200
        c = c * r2 + 1.0 / 479_001_600
        c = c * r2 - 1.0 / 3_628_800
        c = c * r2 + 1.0 / 40_320
        c = c * r2 - 1.0 / 720
        c = c * r2 + 1.0 / 24
        c = c * r2 - 0.5
        c = 1 + r2 * c
        switch Int(k) & 3 {
        case 0: return (s, c)
        case 1: return (c, -s)
        case 2: return (-s, -c)
        default: return (-c, s)
        }
    }

    public static func atan(_ x: Double) -> Double {
        guard x == x else { return .nan }
        if x < 0 { return -atan(-x) }
        if x > 1 { return .pi / 2 - atan(1 / x) }
        // Halving the angle twice leaves |y| <= tan(pi / 16) = 0.199.
        let half = x / (1 + (1 + x * x).squareRoot())
        let y = half / (1 + (1 + half * half).squareRoot())
        let y2 = y * y
        var sum = 0.0
        for n in stride(from: 23, through: 3, by: -2) {
            let sign: Double = (n / 2) % 2 == 0 ? 1 : -1
            sum = (sum + sign / Double(n)) * y2
        }
        return 4 * (y + y * sum)
    }

    /// NaN outside -1 ... 1.
    public static func acos(_ x: Double) -> Double {
        guard x >= -1, x <= 1 else { return .nan }
        if x == -1 { return .pi }
        return 2 * atan(((1 - x) / (1 + x)).squareRoot())
    }

    public static func asin(_ x: Double) -> Double {
        guard x >= -1, x <= 1 else { return .nan }
        if x == 1 { return .pi / 2 }
        if x == -1 { return -.pi / 2 }
        return atan(x / ((1 - x) * (1 + x)).squareRoot())
    }

    /// The error function; relative error below 2e-15.
    public static func erf(_ x: Double) -> Double {
        guard x == x else { return .nan }
        if x < 0 { return -erf(-x) }
        if x > 2.5 { return 1 - erfc(x) }
        // Abramowitz & Stegun 7.1.6: all terms positive, no cancellation.
        var term = x
        var sum = x
        var n = 1.0
        while term > sum * 1e-17, n < 200 {
            term *= 2 * x * x / (2 * n + 1)
            sum += term
            n += 1
        }
        return 2 / Double.pi.squareRoot() * exp(-x * x) * sum
    }

    /// 1 - erf(x), without cancellation for large x; relative error below 1e-14.
    public static func erfc(_ x: Double) -> Double {
        guard x == x else { return .nan }
        if x < 1.5 { return 1 - erf(x) }
        if x > 27.3 { return 0 }
        // Abramowitz & Stegun 7.1.14, the continued fraction evaluated from its tail.
        var tail = x
        for k in stride(from: 120, through: 1, by: -1) { tail = x + Double(k) / 2 / tail }
        // x^2 in two parts, or its rounding would be multiplied by x^2.
        let high = Double(Float(x))
        return exp(-high * high) * exp((high - x) * (high + x)) / Double.pi.squareRoot() / tail
    }
}
