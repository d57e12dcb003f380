import Model

/// Neutrons and precursors. Moves by single collocation steps; a steady state is held exactly.
struct KineticsState: Sendable, Equatable {
    private(set) var power: Double
    private(set) var equivalents: [Double]

    init(power: Double, groups: Int) {
        self.power = power
        equivalents = Array(repeating: power, count: groups)
    }

    /// With the precursors given as the power they would be in equilibrium with.
    init(power: Double, equivalents: [Double]) {
        self.power = power
        self.equivalents = equivalents
    }

    /// One step of `table.stepS` with reactivity (and source) linear in time.
    mutating func step(_ table: KineticsTable, _ drive: LinearDrive) {
        var reactivities = InlineArray<5, Double>(repeating: 0)
        var sources = InlineArray<5, Double>(repeating: 0)
        for stage in 0..<table.stages {
            reactivities[stage] = drive.reactivity(atS: table.nodes[stage], energy: 0)
            sources[stage] = drive.source(atS: table.nodes[stage])
        }
        let increments = increments(table, reactivities, sources)
        accept(table, increments)
    }

    /// How far power rises above its present value until each stage.
    func increments(
        _ table: KineticsTable, _ reactivities: [5 of Double], _ sources: [5 of Double]
    ) -> [5 of Double] {
        let stages = table.stages
        var matrix = InlineArray<25, Double>(repeating: 0)
        var right = InlineArray<5, Double>(repeating: 0)
        for group in equivalents.indices {
            let lack = power - equivalents[group]
            for stage in 0..<stages { right[stage] -= table.old[group * stages + stage] * lack }
        }
        for stage in 0..<stages {
            let rate = reactivities[stage] / table.lifeS
            right[stage] += rate * power + sources[stage]
            for column in 0..<stages { matrix[stage * stages + column] = table.matrix[stage * stages + column] }
            matrix[stage * stages + stage] -= rate
        }
        KineticsState.solve(&matrix, &right, stages)
        return right
    }

    /// The integral of power from the start of a step to one of its stages.
    func energy(_ table: KineticsTable, _ increments: [5 of Double], until stage: Int) -> Double {
        var sum = power * table.nodes[stage]
        for column in 0..<table.stages { sum += table.areas[stage * table.stages + column] * increments[column] }
        return sum * table.stepS
    }

    /// Moves to the end of the step.
    mutating func accept(_ table: KineticsTable, _ increments: [5 of Double]) {
        let stages = table.stages
        for group in equivalents.indices {
            var change = table.relax[group] * (power - equivalents[group])
            for stage in 0..<stages { change += table.gain[group * stages + stage] * increments[stage] }
            equivalents[group] += change
        }
        power += increments[stages - 1]
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

    /// Largest difference from `other`, each quantity relative to itself or to the power if that is larger.
    func distance(to other: KineticsState) -> Double {
        let own = max(abs(power), 1e-300)
        var largest = abs(power - other.power) / own
        for index in equivalents.indices {
            let scale = max(abs(equivalents[index]), own)
            largest = max(largest, abs(equivalents[index] - other.equivalents[index]) / scale)
        }
        return largest
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&power)
        archive.visit(&equivalents)
    }
}
