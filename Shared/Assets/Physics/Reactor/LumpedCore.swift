/// Fuel and coolant of a core as two lumps (Lewis, Fundamentals of Nuclear Reactor Physics, ch. 8):
///
///     Mf Cf Tf' = P - U (Tf - Tc)
///     Mc Cc Tc' = U (Tf - Tc) - 2 W cp (Tc - Tin)          Tout = 2 Tc - Tin
public struct LumpedCore: Sendable, Equatable {
    public struct Parameters: Sendable, Equatable {
        /// Heat capacities in MJ/K.
        public var fuelMJPerK: Double
        public var coolantMJPerK: Double
        /// Heat transfer from fuel to coolant in MW/K.
        public var transferMWPerK: Double

        public init(fuelMJPerK: Double, coolantMJPerK: Double, transferMWPerK: Double) {
            self.fuelMJPerK = fuelMJPerK
            self.coolantMJPerK = coolantMJPerK
            self.transferMWPerK = transferMWPerK
        }
    }

    public let parameters: Parameters
    public var fuelC: Double
    public var coolantC: Double

    public init(_ parameters: Parameters, fuelC: Double, coolantC: Double) {
        self.parameters = parameters
        self.fuelC = fuelC
        self.coolantC = coolantC
    }

    /// The steady state at `powerMW`, with `flowMWPerK` = 2 W cp.
    public init(_ parameters: Parameters, steadyAt powerMW: Double, inletC: Double, flowMWPerK: Double) {
        let coolantC = inletC + powerMW / flowMWPerK
        self.init(parameters, fuelC: coolantC + powerMW / parameters.transferMWPerK, coolantC: coolantC)
    }

    public func outletC(inletC: Double) -> Double { 2 * coolantC - inletC }

    /// Heat given to the coolant, in MW.
    public var heatToCoolantMW: Double { parameters.transferMWPerK * (fuelC - coolantC) }

    /// Advances by `seconds` while power goes linearly from `powerMW` to `end`, by TR-BDF2 with gamma = 2 - sqrt 2
    /// (Bank et al. 1985): second order, and L-stable, so that a step longer than the lumps' own times does no harm.
    public mutating func advance(
        seconds h: Double, powerMW: Double, to end: Double, inletC: Double, flowMWPerK: Double
    ) {
        let (mf, mc, u) = (parameters.fuelMJPerK, parameters.coolantMJPerK, parameters.transferMWPerK)
        let gamma = 2 - 2.0.squareRoot()
        func solve(_ weight: Double, _ rightF: Double, _ rightC: Double) -> (Double, Double) {
            // (mf + w u) f - w u c = rightF ;  -w u f + (mc + w (u + F)) c = rightC
            let a = mf + weight * u
            let d = mc + weight * (u + flowMWPerK)
            let b = weight * u
            let determinant = a * d - b * b
            return ((rightF * d + b * rightC) / determinant, (a * rightC + b * rightF) / determinant)
        }
        let middlePower = powerMW + (end - powerMW) * gamma
        let half = gamma * h / 2
        let fuelRate = powerMW - u * (fuelC - coolantC)
        let coolantRate = u * (fuelC - coolantC) - flowMWPerK * (coolantC - inletC)
        let (f1, c1) = solve(
            half, mf * fuelC + half * (fuelRate + middlePower),
            mc * coolantC + half * (coolantRate + flowMWPerK * inletC))
        let k1 = 1 / (gamma * (2 - gamma))
        let k0 = (1 - gamma) * (1 - gamma) / (gamma * (2 - gamma))
        let weight = (1 - gamma) / (2 - gamma) * h
        (fuelC, coolantC) = solve(
            weight, mf * (k1 * f1 - k0 * fuelC) + weight * end,
            mc * (k1 * c1 - k0 * coolantC) + weight * flowMWPerK * inletC)
    }
}
