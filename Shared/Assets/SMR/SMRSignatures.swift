import Model

/// How the small modular reactor's faults show.
enum SMRSignatures {
    static let all: [FaultSignature] = plant + operation + instruments

    private static let plant: [FaultSignature] = [
        FaultSignature(
            "coolant-leak", "Coolant leak into the containment",
            response: "Check scram and isolation of the containment; leave decay heat to the passive systems.",
            evidence: [
                Evidence("containment_pressure", .up, weight: 4), Evidence("makeup-level", .down, weight: 2),
                Evidence("primary_pressure", .down, weight: 2), Evidence("pressurizer_level", .down, weight: 2),
                Evidence("containment_radiation", .up, weight: 2),
            ]),
        FaultSignature(
            "pump-failure", "Feedwater pump fails: bearing, then trip",
            response: "Start the standby pump, reduce load, inspect the bearing.",
            evidence: [
                Evidence("feedwater_pump_vibration", .up, weight: 3),
                Evidence("feedwater_pump_speed", .down, weight: 2), Evidence("feedwater_flow", .down),
            ]),
        FaultSignature(
            "loss-of-flow", "Flow obstruction in the primary loop",
            response: "Shut down; look for loose parts between riser and downcomer.",
            evidence: [
                Evidence("natural-circulation", .down, weight: 3), Evidence("coolant_flow", .down, weight: 2),
                Evidence("core_outlet_temperature", .up), Evidence("core_outlet_temperature_b", .up),
                Evidence("core_inlet_temperature", .down), Evidence("riser_vibration", .down),
            ]),
        FaultSignature(
            "steam-generator-tube-leak", "Steam generator tube leak",
            response: "Sample the steam, find the coil, reduce power and isolate it.",
            evidence: [
                Evidence("secondary_activity", .up, weight: 3), Evidence("coolant-inventory", .up, weight: 2),
                Evidence("makeup_flow", .up), Evidence("pressurizer_level", .down),
            ]),
    ]

    /// No faults, but what else would be taken for one.
    private static let operation: [FaultSignature] = [
        FaultSignature(
            "load-change", "Load change", response: "None: the unit follows its load.",
            evidence: [
                Evidence("feedwater_flow", .down, weight: 2), Evidence("feedwater_pump_speed", .down, weight: 2),
                Evidence("generator_power", .down), Evidence("steam_flow", .down), Evidence("neutron_flux", .down),
                Evidence("reactor_power", .down),
            ]),
        FaultSignature(
            "xenon-transient", "Fast setback, and the xenon that builds up after it",
            response: "Watch the regulating bank; dilute boron before it is all withdrawn.",
            evidence: [
                Evidence("xenon_reactivity", .down, weight: 2), Evidence("startup_rate", .down, weight: 2),
                Evidence("neutron_flux", .down), Evidence("reactor_power", .down),
                Evidence("feedwater_flow", .down), Evidence("feedwater_pump_speed", .down),
            ]),
    ]

    private static let instruments: [FaultSignature] = [
        FaultSignature(
            "sensor-drift", "Outlet thermometer A drifts", response: "Take it out of the vote and calibrate it.",
            evidence: [
                Evidence("outlet-twins", .up, weight: 3), Evidence("core_outlet_temperature", .up),
                Evidence("subcooling", .down), Evidence("subcooling_margin", .down),
            ]),
        FaultSignature(
            "sensor-bias", "Outlet thermometer B is off", response: "Take it out of the vote and calibrate it.",
            evidence: [
                Evidence("outlet-twins", .down, weight: 3), Evidence("core_outlet_temperature_b", .up, weight: 2),
                Evidence("subcooling", .up),
            ]),
        FaultSignature(
            "sensor-stuck", "Pressure A is stuck", response: "Take it out of the vote; flush or replace it.",
            evidence: [
                Evidence("primary_pressure", .frozen, weight: 3), Evidence("pressure-twins", .spread),
                Evidence("pressure-twins", .up, weight: 0.5), Evidence("pressure-twins", .down, weight: 0.5),
            ]),
        FaultSignature(
            "sensor-spike", "Power range channel A spikes",
            response: "Check cable, connector and amplifier of channel A.",
            evidence: [
                Evidence("neutron_flux", .spread, weight: 2), Evidence("flux-a-b", .spread, weight: 2),
                Evidence("flux-a-c", .spread, weight: 2),
            ]),
        FaultSignature(
            "sensor-dropout", "Coolant flow meter drops out", response: "Check its loop supply and transmitter.",
            evidence: [Evidence("coolant_flow", .missing, weight: 3)]),
    ]
}
