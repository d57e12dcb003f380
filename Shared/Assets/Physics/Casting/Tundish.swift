/// Heat and mass of the tundish, well mixed: M cp dT/dt = W cp (T_in - T) - Q_loss, dM/dt = W_in - W_out.
public struct Tundish: Sendable, Equatable {
    public var massT: Double
    public var steelC: Double
    /// kJ/kgK.
    public let heatKJPerKgK: Double

    public init(massT: Double, steelC: Double, heatKJPerKgK: Double = 0.75) {
        self.massT = massT
        self.steelC = steelC
        self.heatKJPerKgK = heatKJPerKgK
    }

    /// How far the tundish settles below the inflow, in K.
    public static func steadyDropK(lossKW: Double, inflowTPerMin: Double, heatKJPerKgK: Double = 0.75) -> Double {
        lossKW / (inflowTPerMin * 1000 / 60 * heatKJPerKgK)
    }

    /// M / W in minutes.
    public static func timeConstantMin(massT: Double, inflowTPerMin: Double) -> Double { massT / inflowTPerMin }

    /// Advances by `seconds` of steady flows. Exact in temperature and mass for any step, as long as steel is left:
    /// with M = M0 + D t, heat obeys (T - T_end)' = -(W_in / M) (T - T_end). Nothing happens unless `seconds` is positive
    /// and finite; a kilogram always stays.
    public mutating func advance(
        seconds: Double, inflowTPerMin: Double, inflowC: Double, outflowTPerMin: Double, lossKW: Double
    ) {
        guard seconds > 0, seconds.isFinite else { return }
        massT = max(massT, 0.001)
        guard inflowTPerMin > 0 else {
            let lossTKPerS = lossKW / 1000 / heatKJPerKgK
            let end = max(massT - outflowTPerMin / 60 * seconds, 0.001)
            if outflowTPerMin > 0, end < massT {
                steelC -= lossTKPerS / (outflowTPerMin / 60) * Maths.log(massT / end)
            } else {
                steelC -= lossTKPerS / massT * seconds
            }
            massT = end
            return
        }
        let endC =
            inflowC
            - Tundish.steadyDropK(lossKW: lossKW, inflowTPerMin: inflowTPerMin, heatKJPerKgK: heatKJPerKgK)
        let change = (inflowTPerMin - outflowTPerMin) / 60 * seconds
        let left: Double
        if abs(change) < 1e-6 * massT {
            left = Maths.exp(-inflowTPerMin / 60 / (massT + change / 2) * seconds)
        } else {
            let end = max(massT + change, 0.001)
            left = Maths.pow(end / massT, -inflowTPerMin / (inflowTPerMin - outflowTPerMin))
        }
        steelC = endC + (steelC - endC) * left
        massT = max(massT + change, 0.001)
    }
}
