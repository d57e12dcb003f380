/// Point reactor kinetics with any number of delayed groups and an external source (Keepin 1965, ch. 7):
///
///     n'   = (r - beta) / L * n + sum l_i c_i + s
///     c_i' = beta_i / L * n - l_i c_i
///
/// Solved by collocation of order 9 on an interval that is halved until halving no longer matters: exact to the tolerance
/// at any step and at any stiffness. Reactivity is linear within a step, or any smooth function of time, or of time and of
/// the energy released; a kink belongs between two steps.
///
/// Steps that are not positive, values that are not finite and parameters that are not sound change nothing. Power that
/// would pass 1e290 stays where it is from then on.
public struct PointKinetics: Sendable {
    public let parameters: KineticsParameters
    /// Largest change that halving an interval may make, relative to each quantity.
    public let tolerance: Double
    /// Neutron density (or power) n, in any unit.
    public var power: Double { state.power }
    /// Precursors as the power they would be in equilibrium with: p_i = l_i c_i L / beta_i. Then
    /// p_i' = l_i (n - p_i), and in a steady state every p_i is exactly n.
    public var equivalents: [Double] { state.equivalents }
    /// The integral of power over time since the start, in power times seconds.
    public private(set) var energy = 0.0

    private var state: KineticsState
    /// Weights for the last step asked for, and for its half, quarter, ...
    private var tables: [KineticsTable] = []
    private var stepsLeft = 0
    private var isBeyond = false
    private static let maxHalvings = 44
    /// Of one call, so that it always ends; the stiffest sets need a few thousand.
    private static let maxSteps = 400_000
    private static let maxPower = 1e290

    /// At `power`, all precursors in equilibrium with it: c_i = beta_i n / (L l_i).
    public init(_ parameters: KineticsParameters, power: Double, tolerance: Double = 1e-12) {
        self.init(parameters, power: power, operationS: .infinity, tolerance: tolerance)
    }

    /// At `power` for `operationS` seconds, before which there were no precursors: long-lived groups, such as
    /// photoneutrons, need days. c_i = beta_i n / (L l_i) (1 - e^(-l_i T)).
    public init(_ parameters: KineticsParameters, power: Double, operationS: Double, tolerance: Double = 1e-12) {
        self.parameters = parameters
        self.tolerance = max(tolerance, 1e-13)
        let built = operationS < .infinity ? parameters.groups.map { $0.builtUp(after: operationS) * power } : nil
        state = KineticsState(
            power: power, equivalents: built ?? Array(repeating: power, count: parameters.groups.count))
    }

    /// The steady power of a subcritical reactor with a source in power per second, n = -L s / r; nil when not subcritical.
    public static func subcriticalPower(
        _ parameters: KineticsParameters, reactivity: Double, source: Double
    ) -> Double? {
        reactivity < 0 ? -parameters.generationTimeS * source / reactivity : nil
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
        let drive = LinearDrive(
            reactivity: reactivity, reactivityEnd: end ?? reactivity, source: source, sourceEnd: sourceEnd ?? source,
            length: seconds)
        guard drive.reactivity.isFinite, drive.reactivityEnd.isFinite else { return }
        guard drive.source.isFinite, drive.sourceEnd.isFinite else { return }
        advance(seconds: seconds, drive)
    }

    /// Advances from the first of `corners` to the last, with reactivity linear from one to the next; two corners at the same
    /// time are a step. Corners out of order are left out.
    public mutating func advance(along corners: [(seconds: Double, reactivity: Double)], source: Double = 0) {
        for (from, to) in zip(corners, corners.dropFirst()) {
            advance(seconds: to.seconds - from.seconds, reactivity: from.reactivity, to: to.reactivity, source: source)
        }
    }

    /// Advances by `seconds` under reactivity and source that are functions of the seconds since the call.
    public mutating func advance(
        seconds: Double, reactivity: (_ seconds: Double) -> Double, source: (_ seconds: Double) -> Double = { _ in 0 }
    ) {
        withoutActuallyEscaping(reactivity) { reactivity in
            withoutActuallyEscaping(source) { source in
                advance(
                    seconds: seconds,
                    FunctionDrive(feelsEnergy: false, reactivity: { time, _ in reactivity(time) }, source: source))
            }
        }
    }

    /// Advances by `seconds` under reactivity that also answers to the energy released since the call, in power times
    /// seconds (Nordheim-Fuchs; Hetrick, Dynamics of Nuclear Reactors, ch. 5).
    public mutating func advance(
        seconds: Double, reactivity: (_ seconds: Double, _ energy: Double) -> Double,
        source: (_ seconds: Double) -> Double = { _ in 0 }
    ) {
        withoutActuallyEscaping(reactivity) { reactivity in
            withoutActuallyEscaping(source) { source in
                advance(seconds: seconds, FunctionDrive(feelsEnergy: true, reactivity: reactivity, source: source))
            }
        }
    }

    private mutating func advance(seconds: Double, _ drive: some KineticsDrive) {
        guard seconds > 0, seconds.isFinite, parameters.isSound, state.power.isFinite, !isBeyond else { return }
        if tables.first?.stepS != seconds {
            tables = [KineticsTable(parameters, stepS: seconds, stages: KineticsTable.maxStages)]
        }
        stepsLeft = PointKinetics.maxSteps
        let start = Moment(seconds: 0, energy: 0)
        let whole = step(state, tables[0], drive, from: start)
        energy += advance(level: 0, drive, from: start, coarse: whole)
    }

    /// Advances over one interval, of which `coarse` is the result in a single step; returns the energy released.
    private mutating func advance(
        level: Int, _ drive: some KineticsDrive, from start: Moment, coarse: Outcome
    ) -> Double {
        guard !isBeyond else { return 0 }
        if tables.count <= level + 1 {
            let half = tables[level].stepS / 2
            tables.append(KineticsTable(parameters, stepS: half, stages: KineticsTable.maxStages))
        }
        let table = tables[level + 1]
        let first = step(state, table, drive, from: start)
        let middle = Moment(seconds: start.seconds + table.stepS, energy: start.energy + first.energy)
        let second = step(first.state, table, drive, from: middle)
        let isAgreed = first.isAgreed && second.isAgreed && second.state.distance(to: coarse.state) <= tolerance
        if isAgreed || level >= PointKinetics.maxHalvings || stepsLeft <= 0 {
            guard abs(second.state.power) < PointKinetics.maxPower else {
                isBeyond = true
                return 0
            }
            state = second.state
            return first.energy + second.energy
        }
        var released = advance(level: level + 1, drive, from: start, coarse: first)
        let here = Moment(seconds: middle.seconds, energy: start.energy + released)
        let last = step(state, table, drive, from: here)
        released += advance(level: level + 1, drive, from: here, coarse: last)
        return released
    }

    /// Since the beginning of a call.
    private struct Moment {
        let seconds: Double
        let energy: Double
    }

    private struct Outcome {
        var state: KineticsState
        var energy: Double
        /// Whether reactivity and energy agree with each other.
        var isAgreed: Bool
    }

    private mutating func step(
        _ before: KineticsState, _ table: KineticsTable, _ drive: some KineticsDrive, from start: Moment
    ) -> Outcome {
        stepsLeft -= 1
        var outcome = Outcome(state: before, energy: 0, isAgreed: !drive.feelsEnergy)
        var increments = InlineArray<5, Double>(repeating: 0)
        var reactivities = increments
        var sources = increments
        for stage in 0..<table.stages {
            sources[stage] = drive.source(atS: start.seconds + table.nodes[stage] * table.stepS)
        }
        for _ in 0..<(drive.feelsEnergy ? 25 : 1) {
            for stage in 0..<table.stages {
                let released = drive.feelsEnergy ? before.energy(table, increments, until: stage) : 0
                reactivities[stage] = drive.reactivity(
                    atS: start.seconds + table.nodes[stage] * table.stepS, energy: start.energy + released)
            }
            let last = increments[table.stages - 1]
            increments = before.increments(table, reactivities, sources)
            let change = increments[table.stages - 1] - last
            if drive.feelsEnergy, abs(change) <= 0.1 * tolerance * (abs(before.power) + abs(last)) {
                outcome.isAgreed = true
                break
            }
        }
        outcome.energy = before.energy(table, increments, until: table.stages - 1)
        outcome.state.accept(table, increments)
        return outcome
    }
}
