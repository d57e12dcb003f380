import Model

extension CanduPlant {
    static let health = HealthProfile(
        subsystems: [
            Subsystem(
                "reactor-core", "Reactor core",
                [
                    "neutron_flux", "neutron_flux_b", "neutron_flux_c", "flux_log_rate", "reactor_power",
                    "thermal_power", "xenon_reactivity", "zone_level_average", "moderator_temperature",
                ]),
            Subsystem(
                "heat-transport", "Primary heat transport",
                [
                    "core_inlet_temperature", "core_outlet_temperature", "core_outlet_temperature_b",
                    "primary_pressure", "primary_pressure_b", "pressurizer_level", "coolant_flow",
                    "storage_tank_level", "pumps_running",
                    "pump_1_vibration", "pump_2_vibration", "pump_3_vibration", "pump_4_vibration",
                    "pump_1_speed", "pump_2_speed", "pump_3_speed", "pump_4_speed",
                ]),
            Subsystem(
                "steam", "Steam generators and turbine",
                [
                    "steam_generator_level", "steam_pressure", "steam_flow", "feedwater_flow", "generator_power",
                    "secondary_activity",
                ]),
            Subsystem(
                "protection", "Shutdown systems",
                [
                    "sds1_tripped", "sds2_tripped",
                ]),
            Subsystem(
                "containment", "Building and effluents",
                [
                    "building_pressure", "building_sump_level", "building_radiation", "tritium_concentration",
                ]),
        ])
}
