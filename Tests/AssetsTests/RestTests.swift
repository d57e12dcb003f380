import Model
import TestSupport
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

    /// The users' document, signal by signal: which of them each kind shows.
    private static let usersRanges: [String: [(signals: [String], range: ClosedRange<Double>)]] = [
        "candu": [
            (["neutron_flux", "neutron_flux_b", "neutron_flux_c"], 1.0e13...1.5e13),
            (["core_inlet_temperature", "core_outlet_temperature", "core_outlet_temperature_b"], 260...320),
            (["primary_pressure", "primary_pressure_b"], 10...15),
            (["pump_1_vibration", "pump_2_vibration", "pump_3_vibration", "pump_4_vibration"], 0...5),
            (["tritium_concentration"], 0...1000),
        ],
        "smr": [
            (["neutron_flux", "neutron_flux_b", "neutron_flux_c"], 1.0e13...1.5e13),
            (["core_outlet_temperature", "core_outlet_temperature_b"], 260...320),
            (["primary_pressure", "primary_pressure_b"], 10...15),
            (["riser_vibration", "feedwater_pump_vibration"], 0...5), (["tritium_concentration"], 0...1000),
        ],
    ]

    @Test(arguments: ["candu", "smr"]) func aDayAtRestIsInTheUsersRanges(_ id: String) throws {
        let kind = try #require(AssetCatalog[id])
        var recording = Recording(kind, seed: 24)
        let ranges = try #require(RestTests.usersRanges[id])
        var outside: Set<String> = []
        for _ in 0..<8640 {
            recording.advance(10)
            let frame = recording.read(0)
            for (signals, range) in ranges {
                for signal in signals {
                    let place = try #require(kind.place(of: signal))
                    if !range.contains(frame.values[place.signal]) { outside.insert(signal) }
                }
            }
        }
        #expect(outside.isEmpty)
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
            if !(0.3...0.95).contains(rho) { failures[signal.name] = rho }
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

    /// The same bytes in debug and release builds (Tests/Bench/fingerprints.sh compares them), and on every machine. They
    /// change whenever physics, instruments or tables change; then they are renewed on purpose.
    @Test(arguments: [
        ("candu", "86554f6ca2391097"), ("smr", "ed7f42ec34fb151d"), ("caster", "8e2acc66e7b12826"),
        ("tailings", "e4e251357689711f"),
    ]) func readingsAreTheSameEverywhere(_ id: String, _ expected: String) throws {
        let kind = try #require(AssetCatalog[id])
        #expect(kind.fingerprint() == expected, "\(id)")
    }
}
