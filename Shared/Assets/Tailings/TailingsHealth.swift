import Model

extension TailingsPlant {
    /// The status is the level of the trigger action response plan: yellow and orange are warnings, red is critical.
    static let health = HealthProfile(
        subsystems: [
            Subsystem(
                "water", "Pond and water balance",
                [
                    "pond_level", "freeboard", "beach_width", "rainfall_intensity", "decant_flow",
                ]),
            Subsystem(
                "pore-pressure", "Pore pressures and stability",
                [
                    "piezometer_1", "piezometer_2", "piezometer_3", "piezometer_4", "piezometer_5", "piezometer_6",
                    "phreatic_level", "factor_of_safety", "tarp_level",
                ]),
            Subsystem(
                "deformation", "Deformation",
                [
                    "settlement_1", "settlement_2", "settlement_3", "displacement_1", "displacement_2",
                    "displacement_3", "displacement_rate", "tilt",
                ]),
            Subsystem(
                "seepage", "Seepage",
                [
                    "seepage_rate", "seepage_turbidity", "seepage_ph", "conductivity", "sulfate",
                ]),
            Subsystem(
                "environment", "Environment",
                [
                    "pond_ph", "arsenic", "groundwater_conductivity", "dust_pm10",
                ]),
        ],
        status: StatusSignal("tarp_level", warningFrom: 1, criticalFrom: 3))
}
