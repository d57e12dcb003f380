import Model

@testable import Assets

/// Readings of a whole run, signal by signal.
struct Series {
    let kind: AssetKind
    private var values: [String: [Double]] = [:]
    private(set) var missing: [String: Int] = [:]

    init(_ kind: AssetKind) { self.kind = kind }

    subscript(name: String) -> [Double] { values[name] ?? [] }

    mutating func append(_ frame: Frame) {
        for (index, signal) in kind.groups[Int(frame.group)].signals.enumerated() {
            values[signal.name, default: []].append(frame.values[index])
            if frame.quality(at: index) != .good { missing[signal.name, default: 0] += 1 }
        }
    }
}

/// Statistics of a series.
enum Stats {
    static func mean(_ x: some Collection<Double>) -> Double { x.reduce(0, +) / Double(max(x.count, 1)) }

    static func deviation(_ x: some Collection<Double>) -> Double {
        let m = mean(x)
        return (x.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(max(x.count, 1))).squareRoot()
    }

    static func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let (mx, my) = (mean(x), mean(y))
        var (xy, xx, yy) = (0.0, 0.0, 0.0)
        for (a, b) in zip(x, y) {
            xy += (a - mx) * (b - my)
            xx += (a - mx) * (a - mx)
            yy += (b - my) * (b - my)
        }
        return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
    }

    /// Correlation of a series with itself one reading later.
    static func lagOne(_ x: [Double]) -> Double { correlation(Array(x.dropLast()), Array(x.dropFirst())) }

    /// What is left after a moving mean over `width` readings is taken away.
    static func detrended(_ x: [Double], width: Int) -> [Double] {
        guard x.count > width else { return [] }
        var sum = x[0..<width].reduce(0, +)
        var left: [Double] = []
        for end in width..<x.count {
            left.append(x[end - width / 2] - sum / Double(width))
            sum += x[end] - x[end - width]
        }
        return left
    }

    /// Power at a frequency in cycles per reading.
    static func power(_ x: [Double], atFrequency frequency: Double) -> Double {
        let m = mean(x)
        var (c, s) = (0.0, 0.0)
        for (index, value) in x.enumerated() {
            let both = Maths.sincos(2 * .pi * frequency * Double(index))
            c += (value - m) * both.cos
            s += (value - m) * both.sin
        }
        return (c * c + s * s) / Double(x.count)
    }

    /// The lag (in readings, 0 ... most) at which `y` follows `x` best.
    static func bestLag(_ x: [Double], _ y: [Double], most: Int) -> Int {
        var best = (lag: 0, value: -2.0)
        for lag in 0...most where x.count > lag + 2 {
            let value = correlation(Array(x.dropLast(lag)), Array(y.dropFirst(lag)))
            if value > best.value { best = (lag, value) }
        }
        return best.lag
    }
}
