import Model

/// How a caster's faults show.
enum CasterSignatures {
    static let all: [FaultSignature] = steel + machine + instruments

    private static let steel: [FaultSignature] = [
        FaultSignature(
            "breakout-sticker", "Sticker travelling down the mould",
            response: "Slow down at once, let the shell heal, then speed up step by step.",
            evidence: [
                Evidence("mold_thermocouple_upper", .up, weight: 2), Evidence("mold-copper-heat", .up, weight: 2),
                Evidence("mold-copper", .spread, weight: 3), Evidence("mold_thermocouple_upper", .spread, weight: 2),
                Evidence("mold_thermocouple_lower", .up), Evidence("mold_thermocouple_lower", .spread),
                Evidence("breakout_alarm", .up),
            ]),
        FaultSignature(
            "nozzle-clogging", "Submerged entry nozzle clogs",
            response: "Check argon; shake the stopper; plan a nozzle change or the end of the sequence.",
            evidence: [
                Evidence("level-mass-balance", .up, weight: 3), Evidence("stopper_position", .up, weight: 2),
                Evidence("mold_level_fluctuation", .up),
            ]),
        FaultSignature(
            "level-oscillation", "Mould level oscillates",
            response: "Change the casting speed by 10 %; check the support rolls' gap and alignment.",
            evidence: [
                Evidence("mold_level", .spread, weight: 3), Evidence("mold_level_fluctuation", .up, weight: 2),
                Evidence("level-mass-balance", .spread, weight: 2), Evidence("stopper_position", .spread),
            ]),
        FaultSignature(
            "stopper-fault", "Stopper rod sticks open",
            response: "Hold the level with the speed; free or exchange the stopper's drive.",
            evidence: [
                Evidence("mold_level", .up, weight: 4), Evidence("stopper_position", .frozen, weight: 2),
                Evidence("mold_level_fluctuation", .up), Evidence("casting_speed", .down),
                Evidence("casting_speed", .spread, weight: 2), Evidence("level_control_manual", .up, weight: 3),
            ]),
        FaultSignature(
            "high-superheat", "Ladle arrives too hot",
            response: "Reduce the speed, cool the tundish with scrap, return the ladle if it lasts.",
            evidence: [
                Evidence("tundish_temperature", .up, weight: 2), Evidence("superheat", .up, weight: 2),
                Evidence("mold_steel_temperature", .up, weight: 2),
            ]),
        FaultSignature(
            "tundish-temperature-drop", "Tundish temperature drops",
            response: "Speed up, heat the tundish, be ready to end the cast before the nozzle freezes.",
            evidence: [
                Evidence("tundish_temperature", .down, weight: 2), Evidence("superheat", .down, weight: 2),
                Evidence("steel-temperature", .down), Evidence("mold_steel_temperature", .down, weight: 2),
            ]),
    ]

    private static let machine: [FaultSignature] = [
        FaultSignature(
            "oscillation-out-of-band", "Oscillation frequency runs out of its band",
            response: "Take over the frequency by hand; check drive and servo valve.",
            evidence: [
                Evidence("oscillation-speed", .up, weight: 3), Evidence("mold_oscillation_frequency", .up, weight: 2),
                Evidence("oscillator_motor_current", .up), Evidence("negative_strip_time", .down),
                Evidence("hydraulic_pressure_oscillator", .up),
            ]),
        FaultSignature(
            "cooling-zone-failure", "Spray nozzles of zone 3 clog",
            response: "Clean filter and nozzles of zone 3; slow down while the strand comes out too hot.",
            evidence: [
                Evidence("zone-3-share", .down, weight: 3), Evidence("zone_3_water_flow", .down, weight: 2),
                Evidence("spray-speed", .down), Evidence("strand_surface_temperature", .up),
                Evidence("zone_3_water_temperature", .up),
            ]),
        FaultSignature(
            "roller-vibration", "Roller bearing of segment 2 fails",
            response: "Exchange segment 2 at the next end of a sequence; check the gap.",
            evidence: [
                Evidence("roller-vibration", .up, weight: 3), Evidence("roller_vibration_2", .up, weight: 2),
                Evidence("withdrawal_current_1", .up), Evidence("withdrawal-drives", .up),
            ]),
        FaultSignature(
            "oscillator-vibration", "Oscillator bearing wears",
            response: "Grease and inspect the oscillator's bearings at the next end of a cast.",
            evidence: [
                Evidence("oscillator_vibration", .up, weight: 3), Evidence("oscillator-effort", .up, weight: 2),
                Evidence("oscillator_motor_current", .up),
            ]),
    ]

    private static let instruments: [FaultSignature] = [
        FaultSignature(
            "sensor-drift", "Tundish thermocouple drifts", response: "Check by a dip measurement; exchange the sheath.",
            evidence: [
                Evidence("steel-temperature", .down, weight: 3), Evidence("tundish_temperature", .down),
                Evidence("superheat", .down),
            ]),
        FaultSignature(
            "sensor-stuck", "Level sensor is stuck",
            response: "Take the level control into manual; exchange the sensor.",
            evidence: [Evidence("mold_level", .frozen, weight: 3)]),
        FaultSignature(
            "sensor-spike", "Mould water outlet thermometer spikes", response: "Check its connector and cable.",
            evidence: [
                Evidence("mold_water_outlet_temperature", .spread, weight: 3),
                Evidence("mold-heat-balance", .spread, weight: 2), Evidence("mold_heat_flux", .spread),
            ]),
        FaultSignature(
            "sensor-dropout", "Flow meter of zone 3 drops out", response: "Check its loop supply and transmitter.",
            evidence: [Evidence("zone_3_water_flow", .missing, weight: 3)]),
        FaultSignature(
            "sensor-bias", "Strand pyrometer reads high", response: "Clean the optics; check emissivity and aim.",
            evidence: [Evidence("strand_surface_temperature", .up, weight: 3)]),
    ]
}
