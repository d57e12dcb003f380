import Model
import Testing

@testable import Assets

/// An undisturbed day of each kind.
@Suite(.timeLimit(.minutes(10))) struct RestTests {
    /// Every reading stays in its normal range, and no frame shows what cannot be.
    @Test(arguments: AssetCatalog.all) func aDayAtRestIsNormal(_ kind: AssetKind) {
        var recording = Recording(kind, seed: 20)
        var checker = PhysicalChecker(kind)
        var outside: [String: Int] = [:]
        // Bishop's method is slow in debug builds.
        let every = kind.id == "tailings" ? 20 : 2
        for second in stride(from: every, through: 86_400, by: every) {
            recording.advance(Double(every))
            let frames = recording.readAll()
            checker.check(frames, at: second)
            for (group, frame) in frames.enumerated() {
                for (index, signal) in kind.groups[group].signals.enumerated() {
                    if frame.quality(at: index) != .good { outside[signal.name, default: 0] += 1_000_000 }
                    if let normal = signal.normal, !normal.contains(frame.values[index]) {
                        outside[signal.name, default: 0] += 1
                    }
                }
            }
        }
        // The level's noise passes five deviations once in a day or two.
        outside["mold_level"] = (outside["mold_level"] ?? 0) > 4 ? outside["mold_level"] : nil
        #expect(outside.isEmpty, "\(outside)")
        #expect(checker.violations.isEmpty, "\(checker.violations)")
    }

    /// Process noise is autocorrelated, neither white nor frozen (physics.md A14).
    @Test(arguments: AssetCatalog.all) func processNoiseIsAutocorrelated(_ kind: AssetKind) {
        var recording = Recording(kind, seed: 21)
        var series = Series(kind)
        for _ in 0..<1000 {
            recording.advance(1)
            series.append(recording.read(0))
        }
        var failures: [String: Double] = [:]
        var count = 0
        for signal in kind.groups[0].signals where signal.form == .number {
            let left = Stats.detrended(series[signal.name], width: 61)
            guard Stats.deviation(left) > 0 else { continue }
            count += 1
            let rho = Stats.lagOne(left)
            if !(0.25...0.98).contains(rho) { failures[signal.name] = rho }
            // More power at low frequencies than at high ones.
            let slow = (1...20).reduce(0) { $0 + Stats.power(left, atFrequency: 0.02 + 0.003 * Double($1)) }
            let fast = (1...20).reduce(0) { $0 + Stats.power(left, atFrequency: 0.40 + 0.003 * Double($1)) }
            if slow < fast { failures[signal.name + " spectrum"] = slow / fast }
        }
        #expect(count >= 20, "\(count) signals with noise")
        #expect(failures.isEmpty, "\(failures)")
    }

    @Test(arguments: ["candu", "smr"]) func redundantChannelsAgree(_ id: String) throws {
        let kind = try #require(AssetCatalog[id])
        var recording = Recording(kind, seed: 22)
        var series = Series(kind)
        for _ in 0..<1200 {
            recording.advance(1)
            series.append(recording.read(0))
        }
        for (one, other) in [
            ("neutron_flux", "neutron_flux_b"), ("neutron_flux", "neutron_flux_c"),
            ("primary_pressure", "primary_pressure_b"), ("core_outlet_temperature", "core_outlet_temperature_b"),
        ] {
            #expect(Stats.correlation(series[one], series[other]) > 0.8, "\(one), \(other)")
            #expect(series[one] != series[other])
        }
        // Neutron noise of half a per cent to one per cent.
        let noise = Stats.deviation(series["neutron_flux"]) / Stats.mean(series["neutron_flux"])
        #expect(noise > 0.003 && noise < 0.012, "\(noise)")
    }

    /// The same bytes in debug and release builds, and on every machine: sums over the bits of the readings of an hour
    /// with scenarios. They change whenever physics, instruments or tables change; then they are renewed on purpose.
    @Test(arguments: [
        ("candu", 0xa7ea253ebf1c3d34 as UInt64),
        ("smr", 0xc6925cdb6ce45e1e),
        ("caster", 0x49ee35f29c8dc4bb),
        ("tailings", 0x26f91b519e72b33a),
    ]) func readingsAreTheSameEverywhere(_ id: String, _ expected: UInt64) throws {
        let kind = try #require(AssetCatalog[id])
        var recording = Recording(kind, seed: 42)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for second in 1...3600 {
            if second == 600 { for index in kind.scenarios.indices { recording.disturbances[index] = 0.2 } }
            if second == 1800 { recording.disturbances = Disturbances(count: kind.scenarios.count) }
            recording.advance(1)
            for frame in recording.readAll() {
                for value in frame.values { hash = (hash ^ value.bitPattern) &* 0x100_0000_01B3 }
            }
        }
        #expect(hash == expected, "\(id): 0x\(String(hash, radix: 16))")
    }
}
