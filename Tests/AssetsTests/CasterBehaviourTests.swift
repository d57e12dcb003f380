import Model
import Testing

@testable import Assets

@Suite(.timeLimit(.minutes(10))) struct CasterBehaviourTests {
    private let caster = AssetKind.caster

    private func cast(seed: UInt64, seconds: Int) -> Series {
        var recording = Recording(caster, seed: seed)
        var series = Series(caster)
        for _ in 0..<seconds {
            recording.advance(1)
            for frame in recording.readAll() { series.append(frame) }
        }
        return series
    }

    /// The statistics that physics.md B10 asks of a set of casts.
    @Test func castsLookLikeCasts() {
        var (slopes, corrections, levels, lags): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for seed in 1...5 as ClosedRange<UInt64> {
            let series = cast(seed: seed, seconds: 2700)
            let time = (0..<2700).map(Double.init)
            let tundish = series["tundish_temperature"]
            slopes.append(Stats.correlation(time, tundish))
            let rise = zip(series["mold_water_outlet_temperature"], series["mold_water_inlet_temperature"]).map {
                $0 - $1
            }
            // Compare over ten seconds: water follows the speed with a lag.
            func slow(_ x: [Double]) -> [Double] {
                stride(from: 0, to: x.count - 20, by: 20).map { Stats.mean(x[$0..<($0 + 20)]) }
            }
            corrections.append(Stats.correlation(slow(series["casting_speed"]), slow(rise)))
            levels.append(Stats.deviation(series["mold_level"]))
            lags.append(Stats.lagOne(series["mold_level"]))
        }
        #expect(slopes.allSatisfy { $0 < -0.5 }, "tundish temperature falls within a heat: \(slopes)")
        #expect(Stats.mean(corrections) > 0.5, "speed and mould water rise: \(corrections)")
        #expect(levels.allSatisfy { $0 > 1 && $0 < 3 }, "\(levels)")
        #expect(lags.allSatisfy { $0 > 0.5 && $0 < 0.95 }, "\(lags)")
    }

    /// Superheat thins the shell: their correlation over casts is negative.
    @Test func superheatThinsTheShellAtTheMouldsExit() {
        var (superheats, shells): ([Double], [Double]) = ([], [])
        for superheat in stride(from: 5.0, through: 60, by: 5) {
            superheats.append(superheat)
            shells.append(CasterCooling.shellMm(depthM: 0.8, speedMPerMin: 1.2, superheatK: superheat))
        }
        #expect(Stats.correlation(superheats, shells) < -0.9)
        #expect(shells.allSatisfy { $0 > 15 && $0 < 25 }, "\(shells)")
    }

    /// The laboratory's analyses of a grade follow its distribution: Kolmogorov and Smirnov at 1 %.
    @Test func compositionsFollowTheirGrade() {
        var random = SeededRandom(seed: 17)
        for grade in Heat.grades.indices {
            let made = Heat.grades[grade].manganese
            let drawn = (0..<800).map { _ in Heat.draw(grade: grade, from: Heat.grades, &random).composition.manganese }
                .sorted()
            var largest = 0.0
            for (index, value) in drawn.enumerated() {
                // Rounded to the third decimal: the step lies half of it further on.
                let expected = 0.5 * Maths.erfc((made.0 - value - 0.0005) / made.1 / 2.0.squareRoot())
                let below = 0.5 * Maths.erfc((made.0 - value + 0.0005) / made.1 / 2.0.squareRoot())
                largest = max(largest, Double(index) / 800 - expected, below - Double(index + 1) / 800)
            }
            #expect(largest < 1.63 / 800.0.squareRoot(), "\(Heat.grades[grade].name): \(largest)")
        }
    }

    /// A zone's controller makes up for a little clogging; what is beyond its valve shows.
    @Test func zoneControllersHoldTheirFlow() throws {
        let place = try #require(caster.place(of: "zone_3_water_flow"))
        var lost: [Double] = []
        for level in [0.0, 0.1, 0.4, 1] {
            var recording = Recording(caster, seed: 14)
            try recording.set("cooling-zone-failure", level)
            recording.advance(240)
            var sum = 0.0
            for _ in 0..<60 {
                recording.advance(1)
                sum += recording.read(place.group).values[place.signal]
            }
            lost.append(sum / 60)
        }
        expect(lost[1], lost[0], within: 0.02)
        expect(lost[2] / lost[0], (1 - 0.26) * 1.1, within: 0.03)
        expect(lost[3] / lost[0], 0.35 * 1.1, within: 0.03)
    }

    @Test func everyGradeIsCast() throws {
        let place = try #require(caster.place(of: "grade"))
        var counts = [0, 0, 0, 0]
        for seed in 0..<400 as Range<UInt64> {
            var random = SeededRandom(seed: seed, stream: 3)
            counts[Heat.drawGrade(&random)] += 1
        }
        for (count, grade) in zip(counts, Heat.grades) {
            expect(Double(count) / 400, grade.share, plusMinus: 0.08, grade.name)
        }
        var recording = Recording(caster, seed: 1)
        recording.advance(1)
        #expect((0...3).contains(recording.read(place.group).values[place.signal]))
    }

    /// Check point B-9: the level's spectrum peaks where rolls pass, and the peak moves with the speed.
    @Test func bulgingShowsInTheSpectrum() {
        for seed in [3, 11] as [UInt64] {
            let series = cast(seed: seed, seconds: 1800)
            // Over ten-minute windows, in which the speed hardly changes.
            var ratios: [Double] = []
            for start in [0, 600, 1200] {
                let level = Array(series["mold_level"][start..<(start + 600)])
                let speed = Stats.mean(series["casting_speed"][start..<(start + 600)])
                let expected = Bulging.frequencyHz(speedMPerMin: speed, rollPitchM: 0.25)
                var best = (frequency: 0.0, power: 0.0)
                for step in 0..<200 {
                    let frequency = 0.04 + 0.0005 * Double(step)
                    // Smoothed over neighbours: a line broadened by the speed's wandering.
                    let power = (-2...2).reduce(0) {
                        $0 + Stats.power(level, atFrequency: frequency + 0.0008 * Double($1))
                    }
                    if power > best.power { best = (frequency, power) }
                }
                ratios.append(best.frequency / expected)
            }
            #expect(abs(Stats.mean(ratios) - 1) < 0.05, "seed \(seed): \(ratios)")
        }
    }

    /// Check point B-11: the tear passes the rows one after the other, at 0.7 of the casting speed.
    @Test func aStickerTravelsDown() throws {
        var recording = Recording(caster, seed: 6)
        recording.advance(60)
        try recording.set("breakout-sticker", 1)
        let upper = try #require(caster.place(of: "mold_thermocouple_upper"))
        let lower = try #require(caster.place(of: "mold_thermocouple_lower"))
        let speed = try #require(caster.place(of: "casting_speed"))
        var (up, low): ([Double], [Double]) = ([], [])
        var speeds: [Double] = []
        for _ in 0..<600 {
            recording.advance(0.1)
            let frame = recording.read(0)
            up.append(frame.values[upper.signal])
            low.append(frame.values[lower.signal])
            if speeds.count < 200 { speeds.append(frame.values[speed.signal]) }
        }
        let first = try #require(up.indices.max { up[$0] < up[$1] })
        let second = try #require(low.indices.max { low[$0] < low[$1] })
        let expected = StickerTear.lagS(
            rowDistanceMm: 120, speedMPerMin: Stats.mean(speeds), tearShare: CasterSticker.tearShare)
        expect(Double(second - first) / 10, expected, within: 0.1)
        // The rise is steeper than the alarm rate; then prevention slows the machine down.
        let rate = (10..<600).map { up[$0] - up[$0 - 10] }.max() ?? 0
        #expect(rate > 2.2)
        let alarm = try #require(caster.place(of: "breakout_alarm"))
        #expect(recording.read(alarm.group).values[alarm.signal] == 1)
        #expect(recording.read(0).values[speed.signal] < 0.85 * Stats.mean(speeds))
    }

    /// Natural noise never comes near a gross excursion; a stuck stopper does.
    @Test func onlyFaultsBreakTheLevelRule() throws {
        let calm = cast(seed: 8, seconds: 3600)
        #expect(calm["mold_level"].allSatisfy { abs($0 - 100) < 8 })
        let twin = try Twin(caster, scenario: "stopper-fault", seconds: 500)
        var rules = DefectRules(.init(zoneShares: (0..<6).map { CasterCooling.zoneShares[$0] }))
        for second in 0..<500 {
            var readings = DefectRules.Readings()
            readings.levelMm = twin.upset["mold_level"][second]
            readings.levelTargetMm = twin.upset["mold_level_target"][second]
            rules.observe(readings)
        }
        #expect(rules.isBroken(.surfaceCracks))
        // The operator keeps the steel in the mould.
        #expect(twin.upset["mold_level"].allSatisfy { $0 < 240 && $0 > 20 })
        #expect(twin.upset["level_control_manual"].last == 1)
    }

    /// Check point B-10: rules evaluated again from the published readings, by other code, agree in every cast; every
    /// defect has a scenario that brings it about.
    @Test(
        arguments: [
            ("stopper-fault", DefectRules.Defect.surfaceCracks), ("tundish-temperature-drop", .internalCracks),
            ("oscillation-out-of-band", .cornerCracks), ("cooling-zone-failure", .inclusions),
            ("roller-vibration", .shape), ("oscillator-vibration", .shape), ("sensor-drift", nil),
            ("high-superheat", nil),
        ] as [(String, DefectRules.Defect?)]) func rulesCanBeRecomputed(
            _ scenario: String, _ defect: DefectRules.Defect?
        )
        throws
    {
        var recording = Recording(caster, seed: 31)
        var series = Series(caster)
        if defect == .inclusions { try recording.set("high-superheat", 1) }
        var streamed = DefectRules(.init(zoneShares: (0..<6).map { CasterCooling.zoneShares[$0] }))
        for second in 0..<1500 {
            if second == 600 { try recording.set(scenario, 1) }
            recording.advance(1)
            for frame in recording.readAll() { series.append(frame) }
            var readings = DefectRules.Readings()
            readings.levelMm = series["mold_level"][second]
            readings.levelTargetMm = series["mold_level_target"][second]
            readings.tundishC = series["tundish_temperature"][second]
            readings.speedMPerMin = series["casting_speed"][second]
            readings.oscillationPerMin = series["mold_oscillation_frequency"][second]
            readings.superheatK = series["superheat"][second]
            readings.zoneFlowsLPerMin = (1...6).map { series["zone_\($0)_water_flow"][second] }
            readings.vibrationsMmPerS =
                [series["oscillator_vibration"][second]] + (1...3).map { series["roller_vibration_\($0)"][second] }
            streamed.observe(readings)
        }
        let broken = Set(DefectRules.Defect.allCases.filter { streamed.isBroken($0) })
        #expect(broken == again(series))
        if let defect { #expect(broken.contains(defect), "\(broken)") } else { #expect(broken.isEmpty, "\(broken)") }
    }

    /// The rules over whole columns.
    private func again(_ series: Series) -> Set<DefectRules.Defect> {
        var broken: Set<DefectRules.Defect> = []
        func longest(_ isOut: [Bool]) -> Int {
            isOut.reduce(into: (run: 0, best: 0)) { state, out in
                state.run = out ? state.run + 1 : 0
                state.best = max(state.best, state.run)
            }.best
        }
        if longest(series["mold_level"].map { abs($0 - 100) > 20 }) > 60 { broken.insert(.surfaceCracks) }
        let (tundish, speed) = (series["tundish_temperature"], series["casting_speed"])
        if tundish.indices.contains(where: { $0 >= 30 && tundish[$0 - 30] - tundish[$0] > 50 && speed[$0] > 1 }) {
            broken.insert(.internalCracks)
        }
        if longest(series["mold_oscillation_frequency"].map { !(60...200).contains($0) }) > 10 {
            broken.insert(.cornerCracks)
        }
        let shares = [0.14, 0.25, 0.22, 0.18, 0.13, 0.08]
        let zones = (1...6).map { series["zone_\($0)_water_flow"] }
        let uneven = tundish.indices.map { second in
            let total = zones.reduce(0) { $0 + $1[second] }
            let worst = zip(zones, shares).map { abs($0[second] / (total * $1) - 1) }.max() ?? 0
            return series["superheat"][second] > 40 && worst > 0.15
        }
        if longest(uneven) > 30 { broken.insert(.inclusions) }
        let shaking = ["oscillator_vibration", "roller_vibration_1", "roller_vibration_2", "roller_vibration_3"]
        if shaking.contains(where: { series[$0].contains { $0 > 7.1 } }) { broken.insert(.shape) }
        return broken
    }

    @Test func heatsFollowOneAnother() throws {
        var recording = Recording(caster, seed: 2)
        var checker = PhysicalChecker(caster)
        var series = Series(caster)
        // Ten hours: more than one cast.
        for minute in 0..<600 {
            recording.advance(60)
            let frames = recording.readAll()
            checker.check(frames, at: minute * 60)
            for frame in frames { series.append(frame) }
        }
        #expect(checker.violations.isEmpty, "\(checker.violations)")
        #expect(Set(series["heat_number"]).count == 8 && series["cast_number"].last == 2)
        #expect(series["caster_state"].contains(1) && series["caster_state"].contains(2))
        #expect(Set(series["carbon"]).count > 5)
        #expect((series["cast_length"].max() ?? 0) > 400)
    }
}
