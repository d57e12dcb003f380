/// A core that heats itself and feels it: exact kinetics, two thermal lumps, and linear feedback
/// r = r_ext + aF (Tf - Tf0) + aC (Tc - Tc0). The reference for the simulators' cores.
public struct CoupledCore: Sendable {
    public struct Feedback: Sendable, Equatable {
        /// Reactivity per kelvin.
        public var fuelPerK: Double
        public var coolantPerK: Double

        public init(fuelPerK: Double, coolantPerK: Double) {
            self.fuelPerK = fuelPerK
            self.coolantPerK = coolantPerK
        }
    }

    public private(set) var kinetics: PointKinetics
    public private(set) var core: LumpedCore
    public let feedback: Feedback
    public let ratedMW: Double
    public let inletC: Double
    /// 2 W cp.
    public let flowMWPerK: Double
    private let fuelAtStartC: Double
    private let coolantAtStartC: Double

    /// Critical in the steady state at rated power; `kinetics.power` is the share of it.
    public init(
        _ parameters: KineticsParameters, core: LumpedCore.Parameters, feedback: Feedback, ratedMW: Double,
        inletC: Double, flowMWPerK: Double
    ) {
        kinetics = PointKinetics(parameters, power: 1)
        self.core = LumpedCore(core, steadyAt: ratedMW, inletC: inletC, flowMWPerK: flowMWPerK)
        self.feedback = feedback
        self.ratedMW = ratedMW
        self.inletC = inletC
        self.flowMWPerK = flowMWPerK
        fuelAtStartC = self.core.fuelC
        coolantAtStartC = self.core.coolantC
    }

    public var feedbackReactivity: Double {
        feedback.fuelPerK * (core.fuelC - fuelAtStartC) + feedback.coolantPerK * (core.coolantC - coolantAtStartC)
    }

    /// Where a step of external reactivity settles when temperatures have followed:
    /// dn = r / (|aF| (P0 / 2Wcp + P0 / U) + |aC| P0 / 2Wcp).
    public func settledChange(externalReactivity: Double) -> Double {
        let perFlow = ratedMW / flowMWPerK
        let perTransfer = ratedMW / core.parameters.transferMWPerK
        return externalReactivity / -(feedback.fuelPerK * (perFlow + perTransfer) + feedback.coolantPerK * perFlow)
    }

    /// One step of `seconds` with constant external reactivity; second order in the step. The feedback at its end is
    /// found by repetition.
    public mutating func step(seconds: Double, externalReactivity: Double) {
        let reactivity = externalReactivity + feedbackReactivity
        var end = reactivity
        let (kineticsBefore, coreBefore) = (kinetics, core)
        for _ in 0..<3 {
            kinetics = kineticsBefore
            core = coreBefore
            kinetics.advance(seconds: seconds, reactivity: reactivity, to: end)
            core.advance(
                seconds: seconds, powerMW: kineticsBefore.power * ratedMW, to: kinetics.power * ratedMW,
                inletC: inletC, flowMWPerK: flowMWPerK)
            end = externalReactivity + feedbackReactivity
        }
    }
}
