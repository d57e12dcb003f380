/// How a block finds its model anew, and who is to blame when it does not fit.
extension Block {
    /// Finds scale, factor and directions anew from the covariance.
    mutating func refresh() {
        figures.untilRefresh = figures.learned < 2_000 ? Block.refreshFrames : Block.lateRefreshFrames
        let count = members.count
        for index in 0..<count {
            let variance = covariance[index * count + index]
            let least = abs(mean[index]) * 1e-8
            perDeviation[index] =
                variance > max(least * least, 1e-280) && variance < 1e280 ? 1 / variance.squareRoot() : 0
        }
        findFactor()
        for _ in 0..<(figures.isReady > 0 ? 1 : 4) { turn() }
        figures.isReady = 1
    }

    func correlation(_ row: Int, _ column: Int) -> Double {
        let (low, high) = row < column ? (row, column) : (column, row)
        let value = covariance[high * members.count + low] * perDeviation[low] * perDeviation[high]
        return value.isFinite ? min(max(value, -1), 1) : 0
    }

    /// Cholesky's factor of the correlations; the ridge keeps it from ending early.
    private mutating func findFactor() {
        let count = members.count
        for row in 0..<count {
            for column in 0..<row {
                var sum = correlation(row, column) / (1 + Block.ridge)
                for inner in 0..<column { sum -= factor[row * count + inner] * factor[column * count + inner] }
                factor[row * count + column] = sum * factor[column * count + column]
            }
            var sum = 1.0
            for inner in 0..<row { sum -= factor[row * count + inner] * factor[row * count + inner] }
            factor[row * count + row] = 1 / max(sum, Block.ridge / 4).squareRoot()
        }
    }

    /// One step of orthogonal iteration: the directions times the correlations, made orthonormal again.
    private mutating func turn() {
        let count = members.count
        var turned = [Double](repeating: 0, count: directions * count)
        for row in 0..<count {
            for column in 0..<count {
                let common = row == column ? 1 : correlation(row, column)
                guard common != 0 else { continue }
                for direction in 0..<directions {
                    turned[direction * count + row] += common * basis[direction * count + column]
                }
            }
        }
        for direction in 0..<directions {
            let line = direction * count
            for earlier in 0..<direction {
                var along = 0.0
                for index in 0..<count { along += turned[line + index] * turned[earlier * count + index] }
                for index in 0..<count { turned[line + index] -= along * turned[earlier * count + index] }
            }
            var length = 0.0
            for index in 0..<count { length += turned[line + index] * turned[line + index] }
            let scale = length > 1e-20 ? 1 / length.squareRoot() : 0
            for index in 0..<count { turned[line + index] *= scale }
        }
        basis = turned
    }

    /// How much of T2 each member would explain if it alone had moved: (S^-1 m)_j^2 / (S^-1)_jj, with its sign.
    func blame() -> [Double] {
        let count = members.count
        guard figures.isReady > 0 else { return Array(repeating: 0, count: count) }
        // The inverse of the factor, column by column; its columns' squares are the inverse's diagonal.
        var result = [Double](repeating: 0, count: count)
        var forward = [Double](repeating: 0, count: count)
        for row in 0..<count {
            var rest = shift[row]
            for column in 0..<row { rest -= factor[row * count + column] * forward[column] }
            forward[row] = rest * factor[row * count + row]
        }
        var column = [Double](repeating: 0, count: count)
        for index in 0..<count {
            var along = 0.0
            var square = 0.0
            for row in index..<count {
                var rest = row == index ? 1.0 : 0
                for inner in index..<row { rest -= factor[row * count + inner] * column[inner] }
                column[row] = rest * factor[row * count + row]
                along += column[row] * forward[row]
                square += column[row] * column[row]
            }
            let part = along * along / max(square, 1e-12)
            result[index] = along < 0 ? -part : part
        }
        return result
    }

    func write(to out: inout StateWriter) {
        out.plain(figures)
        out.plain(regimes)
        for values in [mean, covariance, perDeviation, factor, basis, shift] { out.plain(values) }
    }

    mutating func read(from input: inout StateReader) {
        input.plain(&figures)
        input.plain(&regimes)
        input.plain(&mean)
        input.plain(&covariance)
        input.plain(&perDeviation)
        input.plain(&factor)
        input.plain(&basis)
        input.plain(&shift)
    }
}
