import Model

/// What is known of a CANDU unit beyond its signals.
extension Knowledge {
    static let candu = Knowledge(
        relations: CanduRelations.all, regimes: CanduRelations.regimes, signatures: CanduSignatures.all,
        keySignals: ["neutron_flux", "primary_pressure", "pressurizer_level", "core_outlet_temperature"])
}

/// Relations between a CANDU unit's signals, at the operating point of `CanduCore.design`.
enum CanduRelations {
    private static let design = CanduCore.design

    static let all: [Relation] = nuclear + heatTransport + secondary + surroundings

    private static let nuclear: [Relation] = [
        .proportion("flux-a-b", "Ion chambers A and B agree", "neutron_flux", to: "neutron_flux_b", least: 1e10),
        .proportion("flux-a-c", "Ion chambers A and C agree", "neutron_flux", to: "neutron_flux_c", least: 1e10),
        .proportion("flux-b-c", "Ion chambers B and C agree", "neutron_flux_b", to: "neutron_flux_c", least: 1e10),
        Relation(
            "flux-power", "Reactor power goes with neutron flux", unit: "%",
            signals: ["reactor_power", "neutron_flux", "neutron_flux_b", "neutron_flux_c"], signs: [1, -1, -1, -1]
        ) { Relation.percent($0[0], of: median($0[1], $0[2], $0[3]) / 1.25e11, least: 2) },
    ]

    private static let heatTransport: [Relation] = [
        .twins(
            "outlet-twins", "Outlet thermometers agree", unit: "K", "core_outlet_temperature",
            "core_outlet_temperature_b"),
        .twins(
            "pressure-twins", "Header pressures A and B agree", unit: "MPa", "primary_pressure", "primary_pressure_b"),
        // The outlet is as hot as m dh = P makes it, and boils at what the pressure allows: T <= Tsat(p).
        Relation(
            "core-heat-balance", "Core outlet: inlet + P / (m cp), at most the boiling point", unit: "K",
            signals: [
                "core_outlet_temperature", "core_inlet_temperature", "thermal_power", "coolant_flow",
                "primary_pressure",
            ], signs: [1, -1, -1, 1, -1]
        ) {
            guard $0[3] > 0.3 * design.ratedFlowKgS, $0[2] > 0.1 * design.ratedMW else { return .nan }
            let heated = $0[1] + $0[2] / ($0[3] * design.heatMJPerKgK)
            return $0[0] - min(heated, saturation.celsius(pressureMPa: $0[4]))
        },
        Relation(
            "pump-flow", "Coolant flow goes with the pumps' speeds", unit: "%",
            signals: ["coolant_flow", "pump_1_speed", "pump_2_speed", "pump_3_speed", "pump_4_speed"],
            signs: [1, -1, -1, -1, -1]
        ) {
            let one = (($0[1] * $0[1] + $0[2] * $0[2]) / 2).squareRoot()
            let other = (($0[3] * $0[3] + $0[4] * $0[4]) / 2).squareRoot()
            let expected = design.ratedFlowKgS * (one + other) / 2 / CanduPumps.ratedRpm
            return Relation.percent($0[0], of: expected, least: 0.3 * design.ratedFlowKgS)
        },
        // Friction: dp = 1.25 MPa (m / m0)^2.
        Relation(
            "loop-pressure-drop", "Pressure drop between the headers goes with flow squared", unit: "MPa",
            signals: ["inlet_header_pressure", "primary_pressure", "coolant_flow"], signs: [1, -1, -1]
        ) {
            let flow = $0[2] / design.ratedFlowKgS
            return $0[0] - $0[1] - 1.25 * flow * flow
        },
        .twins(
            "coolant-inventory", "D2O feed and bleed balance: the difference is lost", unit: "kg/s", "feed_flow",
            "bleed_flow"),
        // Feed makes up what the level is short of.
        Relation(
            "feed-level", "D2O feed answers the pressuriser's level", unit: "kg/s",
            signals: ["feed_flow", "pressurizer_level"], signs: [1, 1]
        ) { $0[0] - min(max(18 + 1.2 * (60 - $0[1]), 5), 50) },
    ]

    private static let secondary: [Relation] = [
        // Feedwater of 187 Cel to steam of 4.7 MPa takes 2.003 MJ/kg.
        Relation(
            "steam-heat-balance", "Heat of the primary side leaves with the steam", unit: "%",
            signals: ["thermal_power", "steam_flow"], signs: [1, -1]
        ) { Relation.percent($0[0], of: 2.003 * $0[1], least: 200) },
        .proportion(
            "steam-generator-mass", "Feedwater replaces the steam", "feedwater_flow", to: "steam_flow", least: 100),
        // Two per cent of full load turn the machine without giving power.
        Relation(
            "turbine", "Generator power goes with the steam flow", unit: "%",
            signals: ["generator_power", "steam_flow"], signs: [1, -1]
        ) {
            let load = $0[1] / CanduSteam.ratedSteamKgS
            return Relation.percent($0[0], of: 728 * (load - 0.02) / 0.98, least: 100)
        },
    ]

    private static let surroundings: [Relation] = [
        .twins(
            "building-overpressure", "Building pressure follows the barometer", unit: "kPa", "building_pressure",
            "barometric_pressure"),
        Relation(
            "condenser", "Condenser pressure: cooling water and load", unit: "kPa",
            signals: ["condenser_pressure", "lake_temperature", "steam_flow"], signs: [1, -1, -1]
        ) { $0[0] - 3.4 - 0.05 * $0[1] - 0.7 * $0[2] / CanduSteam.ratedSteamKgS },
    ]

    /// Feedwater heaters follow the load within minutes: until then the unit is on its way.
    static let regimes = Regimes(
        names: ReactorRegime.names,
        signals: ["reactor_power", "steam_flow", "feedwater_temperature", "sds1_tripped", "sds2_tripped"]
    ) {
        let settledC = 150 + 37 * min($0[1] / CanduSteam.ratedSteamKgS, 1.1)
        return ReactorRegime.of(powerPercent: $0[0], unsettledK: $0[2] - settledC, isTripped: $0[3] + $0[4] > 0)
    }

    private static let saturation = SaturationTable(.heavyWater, from: 0.05, to: 18)

    static func median(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }
}

/// How a reactor is being run.
enum ReactorRegime {
    static let names = ["steady", "ramp", "reduced power", "shut down"]

    /// `unsettledK`: what the feedwater's temperature still differs from the one that belongs to the load.
    static func of(powerPercent: Double, unsettledK: Double, isTripped: Bool) -> Int {
        if isTripped || powerPercent < 5 { return 3 }
        if abs(unsettledK) > 1.5 { return 1 }
        return powerPercent > 96 ? 0 : 2
    }
}
