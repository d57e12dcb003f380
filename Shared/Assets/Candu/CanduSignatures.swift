import Model

/// How a CANDU unit's faults show. Faults of an instrument move it and the relations it takes part in, nothing else.
enum CanduSignatures {
    static let all: [FaultSignature] = plant + pumps + operation + instruments

    private static let plant: [FaultSignature] = [
        FaultSignature(
            "coolant-leak", "Coolant leak from the heat transport system",
            response:
                "Confirm by building pressure and sump; shut down, start emergency cooling, isolate the building.",
            evidence: [
                Evidence("building-overpressure", .up, weight: 3), Evidence("building_pressure", .up, weight: 2),
                Evidence("primary_pressure", .down, weight: 2), Evidence("pressurizer_level", .down, weight: 2),
                Evidence("coolant-inventory", .up, weight: 2), Evidence("building_radiation", .up, weight: 2),
                Evidence("building_sump_level", .up), Evidence("neutron_flux", .up),
                Evidence("storage_tank_level", .down), Evidence("feed_flow", .up),
            ]),
        FaultSignature(
            "steam-generator-tube-leak", "Steam generator tube leak",
            response: "Sample the blowdown, find the steam generator, reduce power and isolate it.",
            evidence: [
                Evidence("secondary_activity", .up, weight: 3), Evidence("coolant-inventory", .up, weight: 2),
                Evidence("pressurizer_level", .down), Evidence("storage_tank_level", .down),
                Evidence("feed_flow", .up),
            ]),
        FaultSignature(
            "loss-of-flow", "Loss of power to the primary pumps",
            response: "Check that the reactor has tripped and natural circulation holds; restore class IV power.",
            evidence: (1...4).map { Evidence("pump_\($0)_speed", .down, weight: 1.5) } + [
                Evidence("coolant_flow", .down, weight: 2), Evidence("inlet_header_pressure", .down),
                Evidence("primary_pressure", .up),
            ]),
    ]

    private static let pumps: [FaultSignature] = (1...4).map { pump in
        FaultSignature(
            pump == 1 ? "pump-failure" : "pump-\(pump)-failure", "Primary pump \(pump) fails: bearing, then trip",
            response: "Reduce power, stop pump \(pump) before it seizes, inspect bearing and seal.",
            evidence: [
                Evidence("pump_\(pump)_vibration", .up, weight: 3), Evidence("pump_\(pump)_speed", .down, weight: 2),
                Evidence("coolant_flow", .down, weight: 0.5),
            ])
    }

    /// No faults, but what else would be taken for one.
    private static let operation: [FaultSignature] = [
        FaultSignature(
            "load-change", "Load change", response: "None: the unit follows its set point.",
            evidence: [
                Evidence("generator_power", .down, weight: 2), Evidence("reactor_power", .down),
                Evidence("neutron_flux", .down), Evidence("thermal_power", .down), Evidence("steam_flow", .down),
            ]),
        FaultSignature(
            "xenon-transient", "Fast setback, and the xenon that builds up after it",
            response: "Watch zone levels and adjusters; decide on poison-out before the adjusters are all withdrawn.",
            evidence: [
                Evidence("xenon_reactivity", .down, weight: 2), Evidence("flux_log_rate", .down, weight: 2),
                Evidence("neutron_flux", .down), Evidence("reactor_power", .down),
                Evidence("zone_level_average", .down),
            ]),
    ]

    private static let instruments: [FaultSignature] = [
        FaultSignature(
            "sensor-drift", "Outlet thermometer A drifts", response: "Take it out of the vote and calibrate it.",
            evidence: [
                Evidence("outlet-twins", .up, weight: 3), Evidence("core-heat-balance", .up, weight: 2),
                Evidence("core_outlet_temperature", .up),
            ]),
        FaultSignature(
            "sensor-bias", "Outlet thermometer B is off", response: "Take it out of the vote and calibrate it.",
            evidence: [
                Evidence("outlet-twins", .down, weight: 3), Evidence("core_outlet_temperature_b", .up, weight: 2),
            ]),
        FaultSignature(
            "sensor-stuck", "Header pressure A is stuck", response: "Take it out of the vote; flush or replace it.",
            evidence: [
                Evidence("primary_pressure", .frozen, weight: 3), Evidence("pressure-twins", .spread),
                Evidence("pressure-twins", .up, weight: 0.5), Evidence("pressure-twins", .down, weight: 0.5),
            ]),
        FaultSignature(
            "sensor-spike", "Ion chamber A spikes", response: "Check cable, connector and amplifier of chamber A.",
            evidence: [
                Evidence("neutron_flux", .spread, weight: 2), Evidence("flux-a-b", .spread, weight: 2),
                Evidence("flux-a-c", .spread, weight: 2),
            ]),
        FaultSignature(
            "sensor-dropout", "Coolant flow meter drops out", response: "Check its loop supply and transmitter.",
            evidence: [Evidence("coolant_flow", .missing, weight: 3)]),
    ]
}
