import Model

extension CasterPlant {
    static let health = HealthProfile(
        subsystems: [
            Subsystem(
                "steel", "Ladle and tundish",
                [
                    "tundish_temperature", "superheat", "tundish_weight", "cleanliness_index",
                ]),
            Subsystem(
                "mould", "Mould",
                [
                    "casting_speed", "stopper_position", "mold_steel_temperature", "mold_level",
                    "mold_level_fluctuation", "mold_thermocouple_upper", "mold_thermocouple_lower",
                    "stirring_current", "mold_water_flow_wide", "mold_water_flow_narrow",
                    "mold_water_outlet_temperature", "mold_heat_flux", "breakout_alarm", "level_control_manual",
                ]),
            Subsystem(
                "oscillation", "Oscillation",
                [
                    "mold_oscillation_frequency", "mold_oscillation_stroke", "oscillator_vibration",
                    "hydraulic_pressure_oscillator", "oscillator_motor_current",
                ]),
            Subsystem(
                "secondary-cooling", "Secondary cooling",
                [
                    "zone_1_water_flow", "zone_2_water_flow", "zone_3_water_flow", "zone_4_water_flow",
                    "zone_5_water_flow", "zone_6_water_flow", "strand_surface_temperature",
                    "water_supply_temperature", "water_supply_pressure",
                ]),
            Subsystem(
                "strand-guide", "Strand guide and withdrawal",
                [
                    "roller_vibration_1", "roller_vibration_2", "roller_vibration_3", "hydraulic_pressure_segment",
                    "withdrawal_current_1", "withdrawal_current_2",
                ]),
        ])
}
