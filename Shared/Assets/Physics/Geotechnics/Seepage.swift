/// Unconfined flow to a drain under Dupuit's assumption (Harr, Groundwater and Seepage, ch. 2).
public struct DupuitFlow: Sendable, Equatable {
    /// Conductivity in m/s.
    public var conductivityMPerS: Double
    public var lengthM: Double
    /// Heads above the base at x = 0 and at x = L.
    public var upstreamM: Double
    public var downstreamM: Double
    /// Recharge from above in m/s.
    public var rechargeMPerS: Double

    public init(
        conductivityMPerS: Double, lengthM: Double, upstreamM: Double, downstreamM: Double, rechargeMPerS: Double = 0
    ) {
        self.conductivityMPerS = conductivityMPerS
        self.lengthM = lengthM
        self.upstreamM = upstreamM
        self.downstreamM = downstreamM
        self.rechargeMPerS = rechargeMPerS
    }

    /// Discharge at x, m2/s per metre of dam: q = k (h1^2 - h2^2) / (2 L) - w (L / 2 - x).
    public func dischargeM2PerS(atM x: Double) -> Double {
        conductivityMPerS * (upstreamM * upstreamM - downstreamM * downstreamM) / (2 * lengthM)
            - rechargeMPerS * (lengthM / 2 - x)
    }

    /// h(x)^2 = h1^2 - (h1^2 - h2^2) x / L + (w / k) (L - x) x.
    public func headM(atM x: Double) -> Double {
        let mound = rechargeMPerS == 0 ? 0 : rechargeMPerS / conductivityMPerS * (lengthM - x) * x
        let square =
            upstreamM * upstreamM - (upstreamM * upstreamM - downstreamM * downstreamM) * x / lengthM + mound
        return max(square, 0).squareRoot()
    }
}

/// How a water table answers a sudden rise of the pond: the linearised Boussinesq equation,
/// dh(x, t) = dh0 erfc(x / (2 sqrt(D t))) with D = k b / Sy.
public struct BoussinesqStep: Sendable, Equatable {
    public var diffusivityM2PerS: Double

    public init(conductivityMPerS: Double, thicknessM: Double, specificYield: Double) {
        diffusivityM2PerS = conductivityMPerS * thicknessM / specificYield
    }

    public func riseM(atM x: Double, seconds: Double, pondRiseM: Double) -> Double {
        guard seconds > 0 else { return x > 0 ? 0 : pondRiseM }
        return pondRiseM * Maths.erfc(x / (2 * (diffusivityM2PerS * seconds).squareRoot()))
    }
}

/// The phreatic surface between pond and toe in time: Boussinesq's equation
/// Sy dh/dt = d/dx (k h dh/dx) + w, implicit in h with the conductance of the step before; any step is stable.
public struct PhreaticSurface: Sendable, Equatable {
    public let conductivityMPerS: Double
    public let lengthM: Double
    public let specificYield: Double
    /// Heads above the base at equal distances from the pond (first) to the toe (last).
    public private(set) var headsM: [Double]
    private var upper: [Double]
    private var right: [Double]

    /// In Dupuit's steady state between two heads.
    public init(
        conductivityMPerS: Double, lengthM: Double, specificYield: Double, upstreamM: Double, downstreamM: Double,
        rechargeMPerS: Double = 0, nodes: Int
    ) {
        self.conductivityMPerS = conductivityMPerS
        self.lengthM = lengthM
        self.specificYield = specificYield
        let count = min(max(nodes, 3), 100_000)
        let steady = DupuitFlow(
            conductivityMPerS: conductivityMPerS, lengthM: lengthM, upstreamM: upstreamM, downstreamM: downstreamM,
            rechargeMPerS: rechargeMPerS)
        headsM = (0..<count).map { steady.headM(atM: lengthM * Double($0) / Double(count - 1)) }
        upper = Array(repeating: 0, count: count)
        right = Array(repeating: 0, count: count)
    }

    public var spacingM: Double { lengthM / Double(headsM.count - 1) }

    /// Advances by `seconds` with the ends held at the given heads and recharge from the pond as far as `rechargedM`.
    public mutating func advance(
        seconds: Double, upstreamM: Double, downstreamM: Double, rechargeMPerS: Double = 0,
        rechargedM: Double = .infinity
    ) {
        guard seconds > 0, seconds.isFinite else { return }
        let last = headsM.count - 1
        let weight = seconds * conductivityMPerS / (specificYield * spacingM * spacingM)
        let source = seconds * rechargeMPerS / specificYield
        // Thomas algorithm; the ends are given.
        headsM[0] = upstreamM
        headsM[last] = downstreamM
        upper[0] = 0
        right[0] = upstreamM
        for index in 1..<last {
            let before = weight * (headsM[index - 1] + headsM[index]) / 2
            let after = weight * (headsM[index] + headsM[index + 1]) / 2
            let diagonal = 1 + before + after - before * upper[index - 1]
            upper[index] = after / diagonal
            let rain = Double(index) * spacingM <= rechargedM ? source : 0
            right[index] = (headsM[index] + rain + before * right[index - 1]) / diagonal
        }
        for index in stride(from: last - 1, through: 1, by: -1) {
            headsM[index] = right[index] + upper[index] * headsM[index + 1]
        }
    }

    /// Linear between the nodes.
    public func headM(atM x: Double) -> Double {
        guard x == x else { return .nan }
        let place = min(max(x / spacingM, 0), Double(headsM.count - 1))
        let index = min(Int(place), headsM.count - 2)
        return headsM[index] + (headsM[index + 1] - headsM[index]) * (place - Double(index))
    }

    /// Discharge into the toe, m2/s per metre of dam.
    public var toeDischargeM2PerS: Double {
        let last = headsM.count - 1
        let (a, b) = (headsM[last - 1], headsM[last])
        return conductivityMPerS * (a * a - b * b) / (2 * spacingM)
    }

    /// For saving and restoring.
    mutating func replaceHeads(_ body: (inout [Double]) -> Void) { body(&headsM) }
}
