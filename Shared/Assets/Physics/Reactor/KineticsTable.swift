/// The weights of one collocation step of point kinetics: Radau IIA nodes for the neutrons (order 2 s - 1, L-stable:
/// a prompt mode faster than the step is damped, never amplified; Hairer & Wanner, Solving ODE II, IV.5), with the
/// precursors integrated exactly over the collocation polynomial. Depends on the groups and the step alone, so that
/// all reactors of a kind share one.
final class KineticsTable: Sendable {
    /// Most stages there are.
    static let maxStages = 5

    let stepS: Double
    let lifeS: Double
    let stages: Int
    let nodes: [Double]
    /// Row by row: derivatives of the polynomial at the stages by the stages' increments, per step, less what the
    /// increments give back through the precursors, plus beta / L on the diagonal.
    let matrix: [Double]
    /// Group by group and stage by stage: beta_i / L times what is left of an old imbalance.
    let old: [Double]
    /// Group by group: how far the imbalance relaxes in the step.
    let relax: [Double]
    /// Group by group and stage by stage: what an increment adds to the precursors at the end.
    let gain: [Double]

    /// Stage by stage: the increments' weights in the integral of power until then, in steps.
    let areas: [Double]

    /// `stages` of 2, 3 or 5.
    init(_ parameters: KineticsParameters, stepS: Double, stages: Int) {
        let nodes = KineticsTable.radauNodes(stages)
        let basis = KineticsTable.lagrange(nodes)
        let life = parameters.generationTimeS
        var matrix = Array(repeating: 0.0, count: stages * stages)
        for row in 0..<stages {
            for column in 0..<stages {
                // d/dt of t (b0 + b1 t + ...), at the node.
                var slope = 0.0
                for power in (0..<stages).reversed() {
                    slope = slope * nodes[row] + basis[column][power] * Double(power + 1)
                }
                matrix[row * stages + column] = slope / stepS
            }
            matrix[row * stages + row] += parameters.beta / life
        }
        var (old, relax, gain) = ([Double](), [Double](), [Double]())
        for group in parameters.groups {
            let x = group.decayPerS * stepS
            let loss = group.fraction / life
            for row in 0..<stages {
                let weights = KineticsTable.weights(x, upTo: nodes[row], basis)
                old.append(loss * Maths.exp(-x * nodes[row]))
                for column in 0..<stages { matrix[row * stages + column] -= loss * x * weights[column] }
                if row == stages - 1 { gain += weights.map { x * $0 } }
            }
            relax.append(-Maths.expm1(-x))
        }
        areas = nodes.flatMap { KineticsTable.weights(0, upTo: $0, basis) }
        self.stepS = stepS
        self.stages = stages
        self.nodes = nodes
        self.matrix = matrix
        (self.old, self.relax, self.gain) = (old, relax, gain)
        lifeS = life
    }

    private static func radauNodes(_ stages: Int) -> [Double] {
        let root6 = 6.0.squareRoot()
        switch stages {
        case 2: return [1.0 / 3, 1]
        case 3: return [(4 - root6) / 10, (4 + root6) / 10, 1]
        default:
            return [
                0.057_104_196_114_517_68, 0.276_843_013_638_123_83, 0.583_590_432_368_916_83,
                0.860_240_135_656_219_45, 1,
            ]
        }
    }

    /// Lagrange polynomials of the nodes and 0, each divided by t: coefficients of 1, t, t^2 ...
    private static func lagrange(_ nodes: [Double]) -> [[Double]] {
        nodes.indices.map { own in
            var polynomial = [1 / nodes[own]]
            for other in nodes.indices where other != own {
                let scale = 1 / (nodes[own] - nodes[other])
                var product = Array(repeating: 0.0, count: polynomial.count + 1)
                for power in polynomial.indices {
                    product[power] -= polynomial[power] * nodes[other] * scale
                    product[power + 1] += polynomial[power] * scale
                }
                polynomial = product
            }
            return polynomial
        }
    }

    /// Integrals over 0...theta of exp(-x (theta - t)) times the Lagrange polynomials.
    private static func weights(_ x: Double, upTo theta: Double, _ basis: [[Double]]) -> [Double] {
        // The integral of exp(-x (theta - t)) t^m is theta^(m+1) m! phi_(m+1)(-x theta).
        let phi = phiFunctions(-x * theta, count: basis.count + 2)
        var moments: [Double] = []
        var factor = theta
        for power in 1...basis.count {
            factor *= theta * Double(power)
            moments.append(factor * phi[power + 1])
        }
        return basis.map { polynomial in zip(polynomial, moments).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    /// phi_0 = e^z, phi_(k+1) = (phi_k - 1/k!) / z, for z <= 0.
    private static func phiFunctions(_ z: Double, count: Int) -> [Double] {
        if z < -2 {
            var phi = [Maths.exp(z)]
            var inverse = 1.0
            for k in 1..<count {
                phi.append((phi[k - 1] - inverse) / z)
                inverse /= Double(k)
            }
            return phi
        }
        // Near zero the recurrence cancels; the series sum z^j / (j + k)! does not.
        var inverse = 1.0
        return (0..<count).map { k in
            if k > 0 { inverse /= Double(k) }
            var (term, sum) = (inverse, 0.0)
            for j in 1...40 {
                sum += term
                term *= z / Double(j + k)
            }
            return sum
        }
    }
}
