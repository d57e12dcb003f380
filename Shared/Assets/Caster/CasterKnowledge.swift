import Model

/// What is known of a caster beyond its signals.
extension Knowledge {
    static let caster = Knowledge(
        relations: CasterRelations.all, regimes: CasterRelations.regimes, signatures: CasterSignatures.all,
        keySignals: ["mold_level", "stopper_position", "mold_thermocouple_upper", "mold_thermocouple_lower"])
}

/// Relations between a caster's signals.
enum CasterRelations {
    static let all: [Relation] = steel + mould + water + machine

    private static let steel: [Relation] = [
        // On its way into the mould steel loses a few kelvin, the more, the slower it goes. After a change of the tundish
        // the mould takes some minutes to see the new steel.
        Relation(
            "steel-temperature", "Steel in the mould against steel in the tundish", unit: "K",
            signals: ["tundish_temperature", "mold_steel_temperature", "casting_speed", "cast_length"],
            signs: [1, -1, 1, 0]
        ) { $0[2] > 0.2 && $0[3] > freshM ? $0[0] - $0[1] - 8.4 / max($0[2], 0.4) : .nan },
        // A dh/dt = q_in - A v: at a steady level, what the stopper lets in at the tundish's head is what is cast.
        Relation(
            "level-mass-balance", "Stopper opening and steel head against casting speed", unit: "%",
            signals: ["stopper_position", "casting_speed", "tundish_weight"], signs: [1, -1, 1]
        ) {
            let head = max($0[2] / CasterSequence.tundishT, 0).squareRoot()
            return Relation.percent(20 * ($0[0] - 8) / 34 * head, of: $0[1] * 1000 / 60, least: 2)
        },
    ]

    private static let mould: [Relation] = [
        // Savage & Pritchard's mean flux over the time in the mould; superheat adds a little.
        Relation(
            "mold-heat-balance", "Heat in the mould water against what the strand gives", unit: "%",
            signals: ["mold_heat_flux", "casting_speed", "mold_level", "superheat", "cast_length"],
            signs: [1, -1, -1, -1, 0]
        ) {
            guard $0[1] > 0.2, $0[4] > freshM else { return .nan }
            let lengthM = CasterCooling.mouldLengthM + ($0[2] - CasterLevel.targetMm) / 1000
            let stay = MouldHeat.staySeconds(lengthM: max(lengthM, 0.1), speedMPerMin: $0[1])
            let expected =
                savage.meanFluxKWPerM2(seconds: stay) * lengthM / CasterCooling.mouldLengthM
                * intensity(superheatK: $0[3])
            return Relation.percent($0[0], of: expected, least: 100)
        },
        // Both rows see the same film between strand and copper.
        Relation(
            "mold-copper", "Lower thermocouples against the upper ones", unit: "K",
            signals: [
                "mold_thermocouple_lower", "mold_thermocouple_upper", "casting_speed", "mold_water_inlet_temperature",
                "mold_level",
            ], signs: [1, -1, -1, -1, -1]
        ) {
            let upper = copperFlux(CasterCooling.upperRowM, speedMPerMin: $0[2], levelMm: $0[4])
            let lowerRowM = CasterCooling.upperRowM + CasterCooling.rowDistanceM
            let lower = copperFlux(lowerRowM, speedMPerMin: $0[2], levelMm: $0[4])
            guard upper > 100, lower > 100 else { return .nan }
            return $0[0] - $0[3] - 3 - ($0[1] - $0[3] - 2) * (0.056 * lower) / (0.061 * upper)
        },
        Relation(
            "mold-copper-heat", "Upper thermocouples against what the strand gives", unit: "K",
            signals: [
                "mold_thermocouple_upper", "casting_speed", "mold_water_inlet_temperature", "mold_level", "superheat",
            ], signs: [1, -1, -1, 1, -1]
        ) {
            let flux = copperFlux(CasterCooling.upperRowM, speedMPerMin: $0[1], levelMm: $0[3])
            return $0[0] - $0[2] - 2 - 0.061 * flux * intensity(superheatK: $0[4])
        },
        Relation(
            "oscillation-speed", "Oscillation frequency follows the casting speed", unit: "%",
            signals: ["mold_oscillation_frequency", "casting_speed"], signs: [1, -1]
        ) { Relation.percent($0[0], of: 90 + 35 * $0[1], least: 10) },
        Relation(
            "stroke-speed", "Oscillation stroke follows the casting speed", unit: "%",
            signals: ["mold_oscillation_stroke", "casting_speed"], signs: [1, -1]
        ) { Relation.percent($0[0], of: 3.5 + 2 * $0[1], least: 0.5) },
    ]

    private static let water: [Relation] =
        [
            .proportion(
                "mold-water-faces", "Wide and narrow faces share the mould water", "mold_water_flow_wide",
                to: "mold_water_flow_narrow", usual: 7, least: 100),
            .twins(
                "mold-water-inlet", "Mould water comes from the supply", unit: "K", "mold_water_inlet_temperature",
                "water_supply_temperature"),
            Relation(
                "spray-speed", "Spray water follows the casting speed", unit: "%",
                signals: ["casting_speed"] + zones, signs: [-1] + zones.map { _ in 1 }
            ) { inputs in
                let total = (1...6).reduce(0) { $0 + inputs[$1] }
                return Relation.percent(total, of: 4214 * inputs[0], least: 200)
            },
        ]
        + (0..<6).map { zone in
            Relation(
                "zone-\(zone + 1)-share", "Zone \(zone + 1) takes its share of the spray water", unit: "%",
                signals: zones, signs: (0..<6).map { $0 == zone ? 1 : -0.2 }
            ) { inputs in
                // Against the middle of the other zones: one that fails does not accuse the sound ones.
                var others: [5 of Double] = [0, 0, 0, 0, 0]
                var count = 0
                for other in 0..<6 where other != zone {
                    let share = inputs[other] / CasterCooling.zoneShares[other]
                    var place = count
                    while place > 0, others[place - 1] > share {
                        others[place] = others[place - 1]
                        place -= 1
                    }
                    others[place] = share
                    count += 1
                }
                return Relation.percent(inputs[zone] / CasterCooling.zoneShares[zone], of: others[2], least: 200)
            }
        }

    private static let machine: [Relation] = [
        .proportion(
            "withdrawal-drives", "Withdrawal drives share the load", "withdrawal_current_1", to: "withdrawal_current_2",
            usual: 82.0 / 88, least: 5),
        Relation(
            "oscillator-effort", "Oscillator current goes with frequency and stroke", unit: "%",
            signals: ["oscillator_motor_current", "mold_oscillation_frequency", "mold_oscillation_stroke"],
            signs: [1, -1, -1]
        ) { Relation.percent($0[0], of: 55 * (0.4 + 0.6 * effort($0[1], $0[2])), least: 5) },
        Relation(
            "oscillator-hydraulics", "Oscillator pressure goes with frequency and stroke", unit: "%",
            signals: ["hydraulic_pressure_oscillator", "mold_oscillation_frequency", "mold_oscillation_stroke"],
            signs: [1, -1, -1]
        ) { Relation.percent($0[0], of: 18 * (0.85 + 0.15 * effort($0[1], $0[2])), least: 1) },
        Relation(
            "roller-vibration", "Segment 2 shakes as segments 1 and 3 do", unit: "mm/s",
            signals: ["roller_vibration_2", "roller_vibration_1", "roller_vibration_3"], signs: [1, -0.5, -0.5]
        ) { $0[0] - ($0[1] + $0[2]) / 2 },
    ]

    private static let zones = (1...6).map { "zone_\($0)_water_flow" }
    /// Length cast with a new tundish before its steel is judged.
    private static let freshM = 8.0
    private static let savage = MouldHeat()
    /// Flux into the copper at a depth below the usual meniscus; NaN when nothing is cast.
    private static func copperFlux(_ depthM: Double, speedMPerMin: Double, levelMm: Double) -> Double {
        guard speedMPerMin > 0.2 else { return .nan }
        let belowM = max(depthM + (levelMm - CasterLevel.targetMm) / 1000, 0.02)
        return savage.fluxKWPerM2(seconds: MouldHeat.staySeconds(lengthM: belowM, speedMPerMin: speedMPerMin))
    }
    /// Hotter steel gives a little more heat.
    private static func intensity(superheatK: Double) -> Double { 1 + 0.002 * (min(max(superheatK, -20), 80) - 25) }
    private static func effort(_ frequencyPerMin: Double, _ strokeMm: Double) -> Double {
        frequencyPerMin * strokeMm / (132 * 5.9)
    }

    static let regimes = Regimes(
        names: ["steady", "ladle change", "heat change", "start-up", "slow", "stopped"],
        signals: ["casting_speed", "caster_state", "tundish_weight", "casting_speed_aim"]
    ) {
        if $0[0] < 0.1 || $0[1] == 3 { return 5 }
        if $0[1] == 1 { return 1 }
        // A fresh ladle fills the tundish up again, and brings its own temperature.
        if $0[2] < CasterSequence.tundishT - 0.6 { return 2 }
        if $0[1] == 2 { return 3 }
        return $0[0] < 0.8 * $0[3] ? 4 : 0
    }
}
