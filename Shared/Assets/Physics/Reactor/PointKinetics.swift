import Model

/// Point reactor kinetics with any number of delayed groups and an external source (Keepin 1965, ch. 7):
///
///     n'   = (r - beta) / L * n + sum l_i c_i + s
///     c_i' = beta_i / L * n - l_i c_i
///
/// with reactivity and source linear in time within a step. Solved by collocation of order 9 on an interval that is
/// halved until halving no longer matters: exact to the tolerance at any step and at any stiffness.
public struct PointKinetics: Sendable {
    public let parameters: KineticsParameters
    /// Largest change that halving an interval may make, relative to the power.
    public let tolerance: Double
    /// Neutron density (or power) n, in any unit.
    public var power: Double { state.power }
    /// Precursors as the power they would be in equilibrium with: p_i = l_i c_i L / beta_i. Then
    /// p_i' = l_i (n - p_i), and in a steady state every p_i is exactly n.
    public var equivalents: [Double] { state.equivalents }

    var state: KineticsState
    /// Weights for the last step asked for, and for its half, quarter, ...
    private var tables: [KineticsTable] = []
    private static let maxHalvings = 44

    /// In equilibrium at `power`: c_i = beta_i n / (L l_i).
    public init(_ parameters: KineticsParameters, power: Double, tolerance: Double = 1e-12) {
        self.parameters = parameters
        self.tolerance = tolerance
        state = KineticsState(power: power, groups: parameters.groups.count)
    }

    /// The precursors c_i in the unit of `power`.
    public var precursors: [Double] {
        zip(equivalents, parameters.groups).map { equivalent, group in
            equivalent * group.fraction / (parameters.generationTimeS * group.decayPerS)
        }
    }

    /// Advances by `seconds`, while reactivity goes linearly from `reactivity` to `end` (nil: stays) and the source
    /// (in power per second) from `source` to `sourceEnd`.
    public mutating func advance(
        seconds: Double, reactivity: Double, to end: Double? = nil, source: Double = 0, to sourceEnd: Double? = nil
    ) {
        guard seconds > 0, seconds.isFinite else { return }
        if tables.first?.stepS != seconds {
            tables = [KineticsTable(parameters, stepS: seconds, stages: KineticsTable.maxStages)]
        }
        let drive = KineticsDrive(
            reactivity: reactivity, reactivityEnd: end ?? reactivity, source: source,
            sourceEnd: sourceEnd ?? source)
        var whole = state
        whole.step(tables[0], drive)
        advance(level: 0, drive, coarse: whole)
    }

    /// Advances over one interval, of which `coarse` is the result in a single step.
    private mutating func advance(level: Int, _ drive: KineticsDrive, coarse: KineticsState) {
        if tables.count <= level + 1 {
            let half = tables[level].stepS / 2
            tables.append(KineticsTable(parameters, stepS: half, stages: KineticsTable.maxStages))
        }
        let (first, second) = drive.halves
        var middle = state
        middle.step(tables[level + 1], first)
        var fine = middle
        fine.step(tables[level + 1], second)
        if fine.distance(to: coarse) <= tolerance || level >= PointKinetics.maxHalvings {
            state = fine
            return
        }
        advance(level: level + 1, first, coarse: middle)
        var last = state
        last.step(tables[level + 1], second)
        advance(level: level + 1, second, coarse: last)
    }
}

/// What acts on the neutrons during a step: both linear in time.
struct KineticsDrive: Sendable {
    var reactivity: Double
    var reactivityEnd: Double
    var source = 0.0
    var sourceEnd = 0.0

    var halves: (KineticsDrive, KineticsDrive) {
        let middle = (reactivity + reactivityEnd) / 2
        let sourceMiddle = (source + sourceEnd) / 2
        return (
            KineticsDrive(reactivity: reactivity, reactivityEnd: middle, source: source, sourceEnd: sourceMiddle),
            KineticsDrive(reactivity: middle, reactivityEnd: reactivityEnd, source: sourceMiddle, sourceEnd: sourceEnd)
        )
    }
}

/// Neutrons and precursors. Moves by single collocation steps; a steady state is held exactly.
struct KineticsState: Sendable, Equatable {
    private(set) var power: Double
    private(set) var equivalents: [Double]

    init(power: Double, groups: Int) {
        self.power = power
        equivalents = Array(repeating: power, count: groups)
    }

    /// One step of `table.stepS`.
    mutating func step(_ table: KineticsTable, _ drive: KineticsDrive) {
        let stages = table.stages
        var matrix = InlineArray<25, Double>(repeating: 0)
        var right = InlineArray<5, Double>(repeating: 0)
        for group in equivalents.indices {
            let lack = power - equivalents[group]
            for stage in 0..<stages { right[stage] -= table.old[group * stages + stage] * lack }
        }
        for stage in 0..<stages {
            let node = table.nodes[stage]
            let rate = (drive.reactivity + (drive.reactivityEnd - drive.reactivity) * node) / table.lifeS
            right[stage] += rate * power + drive.source + (drive.sourceEnd - drive.source) * node
            for column in 0..<stages { matrix[stage * stages + column] = table.matrix[stage * stages + column] }
            matrix[stage * stages + stage] -= rate
        }
        KineticsState.solve(&matrix, &right, stages)
        for group in equivalents.indices {
            var change = table.relax[group] * (power - equivalents[group])
            for stage in 0..<stages { change += table.gain[group * stages + stage] * right[stage] }
            equivalents[group] += change
        }
        power += right[stages - 1]
    }

    /// Gaussian elimination with row pivoting, in place.
    private static func solve(_ matrix: inout [25 of Double], _ right: inout [5 of Double], _ size: Int) {
        for column in 0..<size {
            var pivot = column
            for row in (column + 1)..<max(size, column + 1)
            where abs(matrix[row * size + column]) > abs(matrix[pivot * size + column]) { pivot = row }
            if pivot != column {
                for index in column..<size {
                    let kept = matrix[column * size + index]
                    matrix[column * size + index] = matrix[pivot * size + index]
                    matrix[pivot * size + index] = kept
                }
                let kept = right[column]
                right[column] = right[pivot]
                right[pivot] = kept
            }
            let inverse = 1 / matrix[column * size + column]
            for row in (column + 1)..<max(size, column + 1) {
                let factor = matrix[row * size + column] * inverse
                for index in column..<size { matrix[row * size + index] -= factor * matrix[column * size + index] }
                right[row] -= factor * right[column]
            }
        }
        for row in stride(from: size - 1, through: 0, by: -1) {
            var sum = right[row]
            for index in (row + 1)..<max(size, row + 1) { sum -= matrix[row * size + index] * right[index] }
            right[row] = sum / matrix[row * size + row]
        }
    }

    /// Largest difference from `other`, relative to the power.
    func distance(to other: KineticsState) -> Double {
        var largest = abs(power - other.power)
        for index in equivalents.indices { largest = max(largest, abs(equivalents[index] - other.equivalents[index])) }
        return largest / max(abs(power), 1e-300)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&power)
        archive.visit(&equivalents)
    }
}
