import Model

/// What is known of the small modular reactor beyond its signals.
extension Knowledge {
    static let smr = Knowledge(
        relations: SMRRelations.all, regimes: SMRRelations.regimes, signatures: SMRSignatures.all,
        keySignals: ["neutron_flux", "primary_pressure", "pressurizer_level", "coolant_flow"])
}

/// Relations between the signals of an integral reactor, at the operating point of `SMRCore.design`.
enum SMRRelations {
    private static let design = SMRCore.design
    private static let riseK = SMRCore.outletC - SMRCore.design.inletC

    static let all: [Relation] = nuclear + loop + secondary

    private static let nuclear: [Relation] = [
        .proportion(
            "flux-a-b", "Power range channels A and B agree", "neutron_flux", to: "neutron_flux_b", least: 1e10),
        .proportion(
            "flux-a-c", "Power range channels A and C agree", "neutron_flux", to: "neutron_flux_c", least: 1e10),
        .proportion(
            "flux-b-c", "Power range channels B and C agree", "neutron_flux_b", to: "neutron_flux_c", least: 1e10),
        Relation(
            "flux-power", "Reactor power goes with neutron flux", unit: "%",
            signals: ["reactor_power", "neutron_flux", "neutron_flux_b", "neutron_flux_c"], signs: [1, -1, -1, -1]
        ) { Relation.percent($0[0], of: CanduRelations.median($0[1], $0[2], $0[3]) / 1.25e11, least: 2) },
    ]

    private static let loop: [Relation] = [
        .twins(
            "outlet-twins", "Outlet thermometers agree", unit: "K", "core_outlet_temperature",
            "core_outlet_temperature_b"),
        .twins("pressure-twins", "Pressures A and B agree", unit: "MPa", "primary_pressure", "primary_pressure_b"),
        Relation(
            "core-heat-balance", "Core: P = m cp (T out - T in)", unit: "%",
            signals: ["thermal_power", "coolant_flow", "core_outlet_temperature", "core_inlet_temperature"],
            signs: [1, -1, -1, 1]
        ) {
            Relation.percent($0[0], of: $0[1] * design.heatMJPerKgK * ($0[2] - $0[3]), least: 0.2 * design.ratedMW)
        },
        // Buoyancy drives, friction brakes: m^2 goes with the difference of temperature.
        Relation(
            "natural-circulation", "Flow goes with the root of the core's temperature rise", unit: "%",
            signals: ["coolant_flow", "core_outlet_temperature", "core_inlet_temperature"], signs: [1, -1, 1]
        ) {
            let driven = max(($0[1] - $0[2]) / riseK, 0).squareRoot()
            return Relation.percent($0[0], of: design.ratedFlowKgS * driven, least: 0.15 * design.ratedFlowKgS)
        },
        Relation(
            "subcooling", "Outlet twin against the boiling point of the pressure twin", unit: "K",
            signals: ["subcooling_margin", "core_outlet_temperature_b", "primary_pressure_b"], signs: [1, 1, -1]
        ) { $0[0] + $0[1] - saturation.celsius(pressureMPa: $0[2]) },
        .twins(
            "coolant-inventory", "Make-up and let-down balance: the difference is lost", unit: "kg/s", "makeup_flow",
            "letdown_flow"),
        Relation(
            "makeup-level", "Make-up answers the pressuriser's level", unit: "kg/s",
            signals: ["makeup_flow", "pressurizer_level"], signs: [1, 1]
        ) { $0[0] - min(max(1.2 + 0.08 * (60 - $0[1]), 0.3), 8) },
    ]

    private static let secondary: [Relation] = [
        // Evaporation from 149 Cel at 3.5 MPa, superheat, and colder feedwater.
        Relation(
            "steam-heat-balance", "Heat of the primary side leaves with the steam", unit: "%",
            signals: ["thermal_power", "steam_flow", "steam_temperature", "steam_pressure", "feedwater_temperature"],
            signs: [1, -1, -1, 1, 1]
        ) {
            let superheatK = $0[2] - 242.56 - 17.4 * ($0[3] - 3.5)
            let riseMJPerKg = 2.1747 + 3.103e-3 * superheatK - 4.3e-3 * ($0[4] - 149)
            return Relation.percent($0[0], of: $0[1] * riseMJPerKg, least: 0.2 * design.ratedMW)
        },
        .proportion("steam-feedwater", "Feedwater becomes steam", "feedwater_flow", to: "steam_flow", least: 10),
        Relation(
            "turbine", "Generator power goes with the steam flow", unit: "%",
            signals: ["generator_power", "steam_flow"], signs: [1, -1]
        ) { Relation.percent($0[0], of: 50 * ($0[1] / SMRSteam.ratedKgS - 0.03) / 0.97, least: 8) },
        Relation(
            "feedwater-pump", "Feedwater flow goes with the pump's speed", unit: "%",
            signals: ["feedwater_flow", "feedwater_pump_speed"], signs: [1, -1]
        ) {
            Relation.percent(
                $0[0], of: SMRSteam.ratedKgS * ($0[1] / SMRSteam.ratedRpm - 0.55) / 0.45, least: 0.2 * SMRSteam.ratedKgS
            )
        },
        Relation(
            "condenser", "Condenser pressure: cooling water and load", unit: "kPa",
            signals: ["condenser_pressure", "cooling_water_temperature", "steam_flow"], signs: [1, -1, -1]
        ) { $0[0] - 3.2 - 0.07 * $0[1] - 0.8 * $0[2] / SMRSteam.ratedKgS },
    ]

    /// Feedwater heaters follow the load within minutes: until then the unit is on its way.
    static let regimes = Regimes(
        names: ReactorRegime.names, signals: ["reactor_power", "steam_flow", "feedwater_temperature", "scrammed"]
    ) {
        let settledC = 112 + 37 * min($0[1] / SMRSteam.ratedKgS, 1.1)
        return ReactorRegime.of(powerPercent: $0[0], unsettledK: $0[2] - settledC, isTripped: $0[3] > 0)
    }

    private static let saturation = SaturationTable(.lightWater, from: 0.05, to: 18)
}
