import Model

extension SMRPlant {
    static let health = HealthProfile(
        subsystems: [
            Subsystem(
                "reactor-core", "Reactor core",
                [
                    "neutron_flux", "neutron_flux_b", "neutron_flux_c", "startup_rate", "reactor_power",
                    "thermal_power", "xenon_reactivity", "control_rod_position", "shutdown_bank_position",
                    "boron_concentration",
                ]),
            Subsystem(
                "primary-circuit", "Primary circuit",
                [
                    "core_inlet_temperature", "core_outlet_temperature", "core_outlet_temperature_b",
                    "subcooling_margin", "primary_pressure", "primary_pressure_b", "pressurizer_level",
                    "coolant_flow", "riser_vibration",
                ]),
            Subsystem(
                "steam", "Steam and feedwater",
                [
                    "steam_pressure", "steam_temperature", "steam_flow", "feedwater_flow",
                    "feedwater_pump_vibration", "feedwater_pump_speed", "generator_power", "secondary_activity",
                ]),
            Subsystem(
                "protection", "Protection and decay heat removal",
                [
                    "scrammed", "decay_heat_removal_open", "containment_isolated",
                ]),
            Subsystem(
                "containment", "Containment, pool and effluents",
                [
                    "containment_pressure", "containment_radiation", "pool_temperature", "pool_level",
                    "tritium_concentration",
                ]),
        ])
}
