import Model
import Testing

@testable import Assets

/// CANDU and SMR are two different machines.
@Suite(.timeLimit(.minutes(10))) struct ReactorBehaviourTests {
    private let candu = AssetKind.candu
    private let smr = AssetKind.smr

    /// Check point A-15: voiding adds reactivity in CANDU and takes it away in light water.
    @Test func aLeakRaisesPowerInCanduAndNotInTheSMR() throws {
        for (kind, signal, expected) in [(candu, "sds1_tripped", true), (smr, "scrammed", false)] {
            let twin = try Twin(kind, scenario: "coolant-leak", seconds: 240)
            let trip = try #require(twin.upset[signal].firstIndex(of: 1))
            let power = twin.difference("neutron_flux")[twin.onset..<max(trip, twin.onset + 1)]
            let change = Stats.mean(power) / 1.25e13
            if expected { #expect(change > 0.003, "\(change)") } else { #expect(change <= 0, "\(change)") }
            // Pressure and level fall together, before the temperature moves (physics.md A13).
            let pressure = try #require(twin.firstMove("primary_pressure"))
            let level = try #require(twin.firstMove("pressurizer_level"))
            #expect(pressure.direction == .down && level.direction == .down)
            #expect(abs(pressure.after - level.after) < 10)
        }
    }

    /// A spoilt sensor leaves its redundant twin by more than five deviations of their usual difference.
    @Test(arguments: ["candu", "smr"]) func aSpoiltSensorLeavesItsTwin(_ id: String) throws {
        let kind = try #require(AssetCatalog[id])
        for (scenario, seconds) in [("sensor-bias", 200), ("sensor-drift", 1200)] {
            let twin = try Twin(
                kind, scenario: scenario, seconds: seconds,
                spoilt: ["core_outlet_temperature", "core_outlet_temperature_b"])
            func residual(_ series: Series) -> [Double] {
                zip(series["core_outlet_temperature"], series["core_outlet_temperature_b"]).map { $0 - $1 }
            }
            let usual = Stats.deviation(residual(twin.calm))
            #expect(abs(residual(twin.upset).last ?? 0) > 5 * usual, "\(scenario)")
            let pressure = zip(twin.upset["primary_pressure"], twin.upset["primary_pressure_b"]).map { $0 - $1 }
            #expect(pressure == zip(twin.calm["primary_pressure"], twin.calm["primary_pressure_b"]).map { $0 - $1 })
        }
    }

    /// After a trip light water dies away with the 80 s of its slowest group; heavy water keeps its photoneutrons.
    @Test func heavyWaterKeepsItsNeutrons() throws {
        var left: [Double] = []
        for kind in [candu, smr] {
            var recording = Recording(kind, seed: 4)
            try recording.set("loss-of-flow", 1)
            var series = Series(kind)
            for _ in 0..<900 {
                recording.advance(1)
                series.append(recording.read(0))
            }
            let flux = series["neutron_flux"]
            left.append(flux[899] / flux[0])
            if kind.id == "smr" {
                let period = 100 / Maths.log(flux[500] / flux[400])
                #expect(period < -70 && period > -90, "\(period)")
            }
        }
        #expect(left[0] > 50 * left[1], "\(left)")
        #expect(left[0] > 2e-4)
    }

    /// No pumps: flow follows the cube root of the power.
    @Test func naturalCirculationCarriesTheSMR() throws {
        var recording = Recording(smr, seed: 4)
        try recording.set("load-change", 1)
        var series = Series(smr)
        for _ in 0..<300 {
            recording.advance(10)
            series.append(recording.read(0))
        }
        let power = Stats.mean(series["thermal_power"].suffix(60)) / 160
        let flow = Stats.mean(series["coolant_flow"].suffix(60)) / 587
        #expect(power > 0.55 && power < 0.68)
        expect(flow, PrimaryFlow.naturalCirculation(powerFraction: power), within: 0.02)
        #expect(smr.place(of: "pump_1_vibration") == nil && candu.place(of: "pump_4_vibration") != nil)
    }

    @Test func aPumpRunsDownLikeItsFlywheel() throws {
        let twin = try Twin(candu, scenario: "loss-of-flow", onset: 60, seconds: 120)
        for seconds in [5, 20, 50] {
            let speed = twin.upset["pump_2_speed"][twin.onset + seconds - 1] / 1788
            expect(speed, PrimaryFlow.rundown(seconds: Double(seconds), timeConstantS: 16), plusMinus: 0.01)
        }
        // Flow first, within two seconds; then the outlet warms, then the trip.
        let flow = try #require(twin.firstMove("coolant_flow"))
        let outlet = try #require(twin.firstMove("core_outlet_temperature"))
        let trip = try #require(twin.upset["sds1_tripped"].firstIndex(of: 1))
        #expect(flow.after <= 3 && flow.after < outlet.after && outlet.direction == .up)
        #expect(outlet.after + twin.onset <= trip)
    }

    /// When the cause has gone, operators bring the reactor back.
    @Test(arguments: ["candu", "smr"]) func reactorsComeBack(_ id: String) throws {
        let kind = try #require(AssetCatalog[id])
        var recording = Recording(kind, seed: 9)
        var checker = PhysicalChecker(kind)
        try recording.set("coolant-leak", 0.3)
        var lowest = 1e9
        for tick in 0..<1100 {
            if tick == 20 { try recording.set("coolant-leak", 0) }
            recording.advance(10)
            let frames = recording.readAll()
            checker.check(frames, at: tick * 10)
            if tick < 100, let place = kind.place(of: "reactor_power") {
                lowest = min(lowest, frames[place.group].values[place.signal])
            }
        }
        let place = try #require(kind.place(of: "reactor_power"))
        #expect(lowest < 2)
        #expect(recording.read(place.group).values[place.signal] > 95)
        #expect(checker.violations.isEmpty, "\(checker.violations)")
    }

    /// Xenon builds up after a reduction, peaks hours later, and is burnt away again.
    @Test func xenonTransient() throws {
        var recording = Recording(candu, seed: 9)
        try recording.set("xenon-transient", 1)
        let place = try #require(candu.place(of: "xenon_reactivity"))
        var hours: [Double] = []
        for _ in 0..<5 {
            recording.advance(3600)
            hours.append(recording.read(place.group).values[place.signal])
        }
        #expect(hours[0] < -33 && hours[3] < hours[0])
        #expect(hours[4] > hours[3] + 0.2, "past its peak: \(hours)")
    }
}
