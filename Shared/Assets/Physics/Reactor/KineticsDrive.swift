/// What acts on the neutrons during a step: reactivity and source at a time since its start. Reactivity may also answer to
/// the energy released since the start, as in a core that heats itself adiabatically.
protocol KineticsDrive {
    /// Whether `reactivity` depends on the energy: then each step is repeated until it agrees with itself.
    var feelsEnergy: Bool { get }
    func reactivity(atS seconds: Double, energy: Double) -> Double
    func source(atS seconds: Double) -> Double
}

/// Both linear in time, which is counted in steps.
struct LinearDrive: KineticsDrive, Sendable {
    var reactivity: Double
    var reactivityEnd: Double
    var source = 0.0
    var sourceEnd = 0.0
    /// Length of the step, in the unit of the times asked for.
    var length = 1.0

    var feelsEnergy: Bool { false }
    func reactivity(atS seconds: Double, energy: Double) -> Double {
        reactivity + (reactivityEnd - reactivity) * (seconds / length)
    }
    func source(atS seconds: Double) -> Double { source + (sourceEnd - source) * (seconds / length) }
}

/// Any functions of time and energy.
struct FunctionDrive: KineticsDrive {
    let feelsEnergy: Bool
    let reactivity: (_ seconds: Double, _ energy: Double) -> Double
    let source: (_ seconds: Double) -> Double

    func reactivity(atS seconds: Double, energy: Double) -> Double { reactivity(seconds, energy) }
    func source(atS seconds: Double) -> Double { source(seconds) }
}
