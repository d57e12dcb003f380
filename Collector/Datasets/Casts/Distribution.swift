import Assets
import Model
import Runtime

/// How a parameter varies from cast to cast: always the same, evenly within a range, or normally within a range.
enum Distribution: Sendable, Equatable {
    case constant(Double)
    case uniform(ClosedRange<Double>)
    /// Cut off at the ends of the range: what falls outside is drawn again.
    case normal(mean: Double, deviation: Double, within: ClosedRange<Double>)

    /// Draws a value; the same random numbers give the same value on every platform.
    func draw(_ random: inout SeededRandom) -> Double {
        switch self {
        case .constant(let value): return value
        case .uniform(let range): return range.lowerBound + (range.upperBound - range.lowerBound) * random.unit()
        case .normal(let mean, let deviation, let range):
            for _ in 0..<100 {
                let value = mean + deviation * random.normal()
                if range.contains(value) { return value }
            }
            return mean
        }
    }

    /// Draws a value as it is reported, with so many digits after the point.
    func draw(decimals: Int, _ random: inout SeededRandom) -> Double {
        Distribution.rounded(draw(&random), decimals: decimals)
    }

    /// Share of the values up to `x`.
    func share(upTo x: Double) -> Double {
        switch self {
        case .constant(let value): return x >= value ? 1 : 0
        case .uniform(let range):
            let width = range.upperBound - range.lowerBound
            return width > 0 ? min(max((x - range.lowerBound) / width, 0), 1) : (x >= range.lowerBound ? 1 : 0)
        case .normal(let mean, let deviation, let range):
            guard deviation > 0 else { return x >= mean ? 1 : 0 }
            func whole(_ x: Double) -> Double { 0.5 * (1 + Maths.erf((x - mean) / (deviation * 2.0.squareRoot()))) }
            let (low, high) = (whole(range.lowerBound), whole(range.upperBound))
            return high > low ? min(max((whole(x) - low) / (high - low), 0), 1) : 0
        }
    }

    /// Without the cut-off; what the plant draws later heats of a cast from.
    var moments: (mean: Double, deviation: Double) {
        switch self {
        case .constant(let value): (value, 0)
        case .uniform(let range):
            ((range.lowerBound + range.upperBound) / 2, (range.upperBound - range.lowerBound) / 12.0.squareRoot())
        case .normal(let mean, let deviation, _): (mean, deviation)
        }
    }

    var range: ClosedRange<Double> {
        switch self {
        case .constant(let value): value...value
        case .uniform(let range), .normal(_, _, let range): range
        }
    }

    /// The value at a share of the way through the range; the middle of the range at one half.
    func value(at share: Double) -> Double { range.lowerBound + (range.upperBound - range.lowerBound) * share }

    static func rounded(_ value: Double, decimals: Int) -> Double {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        return (value * scale).rounded() / scale
    }
}

extension ConfigReader {
    /// A distribution: `{value: 1}`, `{min: 1, max: 2}` or `{mean: 1.5, deviation: 0.2, min: 1, max: 2}`, all within
    /// `allowed`; required unless there is a default.
    func distribution(
        _ key: String, in allowed: ClosedRange<Double>, default fallback: Distribution? = nil
    ) -> Distribution {
        guard let section = optionalSection(key) else {
            if fallback == nil { _ = section(key).double("min", in: allowed) }
            return fallback ?? .constant(allowed.lowerBound)
        }
        if section.has("value") { return .constant(section.double("value", in: allowed)) }
        let low = section.double("min", in: allowed)
        let high = section.double("max", in: allowed)
        guard low <= high else {
            section.fail("min", "is above max: exchange the two")
            return .constant(low)
        }
        guard section.has("mean") || section.has("deviation") else { return .uniform(low...high) }
        let mean = section.double("mean", in: allowed)
        let deviation = section.double("deviation", in: 0...(allowed.upperBound - allowed.lowerBound))
        if !(low...high).contains(mean) {
            section.fail("mean", "lies outside min to max: move it, or widen the range")
        } else if deviation > high - low {
            section.fail("deviation", "is larger than max - min: widen the range, or leave out mean and deviation")
        }
        return .normal(mean: mean, deviation: deviation, within: low...high)
    }
}
