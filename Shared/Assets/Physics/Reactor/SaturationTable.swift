/// A saturation line looked up instead of solved: ln p against temperature, every kelvin, by cubic interpolation.
/// Within 1e-6 K of the line it is made from.
struct SaturationTable: Sendable {
    private let firstC: Double
    private let logs: [Double]

    init(_ water: Saturation, from lowMPa: Double, to highMPa: Double) {
        firstC = water.celsius(pressureMPa: lowMPa).rounded(.down) - 2
        let lastC = water.celsius(pressureMPa: highMPa).rounded(.up) + 3
        logs = (0...Int(lastC - firstC)).map { [firstC] in Maths.log(water.pressureMPa(celsius: firstC + Double($0))) }
    }

    /// Clamped to the table's range.
    func pressureMPa(celsius: Double) -> Double {
        guard celsius == celsius else { return .nan }
        let place = min(max(celsius - firstC, 1), Double(logs.count) - 2.000001)
        let index = Int(place)
        return Maths.exp(interpolate(index, place - Double(index)))
    }

    /// Clamped to the table's range.
    func celsius(pressureMPa: Double) -> Double {
        let wanted = Maths.log(max(pressureMPa, 1e-9))
        var low = 1
        var high = logs.count - 2
        guard wanted > logs[low] else { return firstC + 1 }
        guard wanted < logs[high] else { return firstC + Double(high) }
        while high - low > 1 {
            let middle = (low + high) / 2
            if logs[middle] <= wanted { low = middle } else { high = middle }
        }
        var part = (wanted - logs[low]) / (logs[low + 1] - logs[low])
        for _ in 0..<2 { part -= (interpolate(low, part) - wanted) / (logs[low + 1] - logs[low]) }
        return firstC + Double(low) + part
    }

    /// The cubic through four neighbours.
    private func interpolate(_ index: Int, _ part: Double) -> Double {
        let (a, b, c, d) = (logs[index - 1], logs[index], logs[index + 1], logs[index + 2])
        let third = (d - 3 * c + 3 * b - a) / 6
        let second = (c + a) / 2 - b
        let slope = c - b - second - third
        return b + part * (slope + part * (second + part * third))
    }
}
