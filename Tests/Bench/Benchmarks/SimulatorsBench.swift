import Assets
import Glibc
import Model
import TestSupport

/// What simulated time costs: each kind read at 1 Hz as an agent reads it, and the physics' solvers by the step.
/// Processor time of the calling thread, so that other work on the machine disturbs little.
struct SimulatorsBench: Benchmark {
    static let name = "simulators"
    private static let rounds = 5
    private static let seconds = 20_000

    func run(_ bench: inout Bench) throws {
        for kind in AssetCatalog.all {
            let ns = best { simulate(kind) / Double(SimulatorsBench.seconds) }
            try bench.report.add(
                Figure(
                    name: SimulatorsBench.name, figure: kind.id, value: 1e9 / ns, unit: "x real time, one core",
                    bar: kind.id == "caster" ? .valueAtLeast(150_000) : .none,
                    note: "\(Figure.text(ns)) ns for a second of \(kind.signalCount) signals"))
        }
        for (name, microseconds) in SolverWork.all() {
            try bench.report.add(
                Figure(
                    name: SimulatorsBench.name, figure: name, value: microseconds, unit: "us",
                    bar: name.hasPrefix("kinetics") ? .valueAtMost(5) : .none))
        }
    }

    /// The least disturbed of several measurements.
    private func best(_ measure: () -> Double) -> Double {
        (0..<SimulatorsBench.rounds).map { _ in measure() }.min() ?? 0
    }

    private func simulate(_ kind: AssetKind) -> Double {
        var simulator = kind.makeSimulator(7)
        let disturbances = Disturbances(count: kind.scenarios.count)
        var readings = kind.groups.map { Readings(count: $0.signals.count) }
        let periods = kind.groups.map { group in
            if case .every(let seconds) = group.cadence { Int(seconds) } else { 1 }
        }
        var sum = 0.0
        let start = threadNs()
        for second in 1...SimulatorsBench.seconds {
            simulator.advance(seconds: 1, under: disturbances)
            for group in kind.groups.indices where second % periods[group] == 0 {
                simulator.read(group: group, into: &readings[group])
                sum += readings[group].values[0]
            }
        }
        let spent = threadNs() - start
        precondition(sum.isFinite, "the work must not be optimised away")
        return spent
    }
}

/// The solvers, each over many steps.
private enum SolverWork {
    static func all() -> [(String, Double)] {
        [
            ("kinetics, exact, CANDU, step of 0.1 s", kinetics(.candu15)),
            ("kinetics, exact, U-235, step of 0.1 s", kinetics(.uranium235)),
            ("decay heat, step", decayHeat()), ("shell, 40 cells, second", shell()),
            ("phreatic surface, 47 nodes, step", phreaticSurface()), ("Bishop, 24 slices", bishop()),
        ]
    }

    private static func cost(_ count: Int, _ work: (Int) -> Double) -> Double {
        var best = Double.infinity
        for _ in 0..<5 {
            let start = threadNs()
            var sum = 0.0
            for index in 0..<count { sum += work(index) }
            best = min(best, (threadNs() - start) / Double(count) / 1000)
            precondition(!sum.isNaN, "the work must not be optimised away")
        }
        return best
    }

    private static func kinetics(_ set: KineticsParameters) -> Double {
        var core = PointKinetics(set, power: 1)
        let swing = 0.1 * set.beta
        return cost(20_000) { index in
            let phase = Double(index % 200) * 0.02
            core.advance(seconds: 0.1, reactivity: swing * (phase - 2), to: swing * (phase - 1.98))
            return core.power
        }
    }

    private static func decayHeat() -> Double {
        var decay = DecayHeat(power: 1, operation: 1e7)
        return cost(100_000) { index in
            decay.advance(seconds: 0.1, power: index % 7 == 0 ? 0.9 : 1)
            return decay.heat
        }
    }

    private static func shell() -> Double {
        let steel = StefanProblem.Material(conductivityWPerMK: 30, densityKgPerM3: 7400, heatJPerKgK: 700)
        var shell = ShellModel(
            .init(material: steel, latentJPerKg: 271_000, solidusC: 1490, liquidusC: 1520), depthMm: 30, nodes: 40,
            pouringC: 1540)
        return cost(2_000) { _ in
            shell.advance(seconds: 1, surface: .flux(kWPerM2: 1))
            return shell.surfaceC
        }
    }

    private static func phreaticSurface() -> Double {
        var surface = PhreaticSurface(
            conductivityMPerS: 3e-6, lengthM: 230, specificYield: 0.12, upstreamM: 26, downstreamM: 2, nodes: 47)
        return cost(20_000) { index in
            surface.advance(seconds: 60, upstreamM: 26 + Double(index % 10) * 0.01, downstreamM: 2)
            return surface.headM(atM: 100)
        }
    }

    private static func bishop() -> Double {
        let circle = SlipCircle(
            centerX: 235, centerY: 90, radius: 95, surface: [(160, 30), (250, 0)], count: 24)
        var slices = circle.dry(Strength(cohesion: 7, frictionDeg: 31.5, unitWeight: 19.5))
        return cost(20_000) { index in
            for place in slices.indices { slices[place].porePressure = Double((place + index) % 50) }
            return LimitEquilibrium.factorOfSafety(.bishop, slices)
        }
    }
}

private func threadNs() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}
