import Model
import Testing

@testable import Assets

/// Whatever is asked of a simulator, it neither traps nor shows what cannot be.
@Suite(.timeLimit(.minutes(10))) struct HostileTests {
    /// Random scenarios at random strengths, all at once, coming and going.
    @Test(arguments: AssetCatalog.all, [1, 2, 3] as [UInt64]) func anyMixOfScenariosStaysPhysical(
        _ kind: AssetKind, _ seed: UInt64
    ) {
        var random = SeededRandom(seed: seed, stream: 77)
        var recording = Recording(kind, seed: seed)
        var checker = PhysicalChecker(kind)
        // Spoilt sensors may show anything.
        for scenario in kind.scenarios where scenario.id.hasPrefix("sensor-") {
            for effect in scenario.effects { checker.spoilt.insert(effect.signal) }
        }
        if kind.id == "caster" { checker.spoilt.formUnion(["mold_heat_flux", "superheat"]) }
        for tick in 0..<150 {
            if tick % 5 == 0 {
                for index in kind.scenarios.indices {
                    recording.disturbances[index] = random.unit() < 0.25 ? random.unit() : 0
                }
            }
            recording.advance(kind.id == "tailings" ? 600 : 10)
            checker.check(recording.readAll(), at: tick)
        }
        #expect(checker.violations.isEmpty, "seed \(seed): \(checker.violations.prefix(4))")
    }

    /// A damaged state is restored to something: wrong perhaps, but it runs.
    @Test(arguments: AssetCatalog.all) func damagedStatesDoNotTrap(_ kind: AssetKind) {
        var original = Recording(kind, seed: 1)
        original.advance(100)
        let words = original.save()
        var random = SeededRandom(seed: 8)
        for _ in 0..<40 {
            var damaged = words
            for _ in 0..<(1 + random.below(20)) {
                let index = random.below(damaged.count)
                switch random.below(4) {
                case 0: damaged[index] = random.next()
                case 1: damaged[index] ^= 1 << UInt64(random.below(64))
                case 2: damaged[index] = Double.nan.bitPattern
                default: damaged[index] = (random.unit() * 1e300).bitPattern
                }
            }
            var recording = Recording(kind, seed: 1)
            _ = recording.restore(damaged)
            // The counters alone decide how much noise has to be made up for.
            _ = recording.restore([UInt64(random.below(10_000)), 0] + damaged.dropFirst(2))
            recording.advance(5)
            _ = recording.readAll()
        }
    }

    @Test(arguments: AssetCatalog.all) func oddRequestsAreIgnored(_ kind: AssetKind) {
        var recording = Recording(kind, seed: 2)
        let before = recording.save()
        for seconds in [0, -1, -Double.infinity, Double.nan] { recording.advance(seconds) }
        let after = recording.save()
        #expect(before == after)
        recording.disturbances = Disturbances(count: 0)
        recording.advance(1)
        recording.disturbances = Disturbances(count: 1000)
        recording.disturbances[0] = .nan
        recording.advance(1)
        var small = Readings(count: 1)
        var simulator = recording.simulator
        simulator.read(group: 0, into: &small)
        simulator.read(group: -1, into: &small)
        simulator.read(group: 99, into: &small)
        #expect(small == Readings(count: 1))
    }
}
