import Model

/// How a tailings facility's faults show.
enum TailingsSignatures {
    static let all: [FaultSignature] = water + ground + instruments

    private static let water: [FaultSignature] = [
        FaultSignature(
            "heavy-rain", "Heavy rain",
            response: "Stop the discharge, decant what the pumps can, watch the freeboard by the hour.",
            evidence: [
                Evidence("rainfall_intensity", .up, weight: 3), Evidence("rainfall_24h", .up, weight: 2),
                Evidence("pond_level", .up), Evidence("freeboard", .down), Evidence("decant_flow", .up),
                Evidence("beach_width", .down), Evidence("seepage_turbidity", .up, weight: 0.5),
            ]),
        FaultSignature(
            "pond-rise", "Decant fails and the pond rises",
            response: "Start the standby pump, close the diversion ditch, reduce the discharge.",
            evidence: [
                Evidence("water-balance", .down, weight: 3), Evidence("decant_flow", .down, weight: 2),
                Evidence("pond_level", .up), Evidence("freeboard", .down), Evidence("beach_width", .down),
            ]),
        FaultSignature(
            "seepage-increase", "Internal erosion raises the seepage",
            response: "Inspect the toe at once; build a filter berm where it runs turbid; lower the pond.",
            evidence: [
                Evidence("seepage-head", .up, weight: 3), Evidence("seepage_turbidity", .up, weight: 3),
                Evidence("seepage_rate", .up, weight: 2),
            ]),
        FaultSignature(
            "liner-leak", "Leak through the liner",
            response: "Sample the boreholes, search for the leak, pump back from the interception wells.",
            evidence: [
                Evidence("groundwater_conductivity", .up, weight: 3), Evidence("arsenic", .up, weight: 2),
            ]),
    ]

    private static let ground: [FaultSignature] = [
        FaultSignature(
            "creep-to-failure", "Slow creep accelerating to failure",
            response: "Clear the valley below; unload the crest; forecast the failure by the inverse velocity.",
            evidence: [
                Evidence("displacement_rate", .up, weight: 3), Evidence("prisms-2-3", .up, weight: 2),
                Evidence("displacement_2", .up), Evidence("displacement_1", .up), Evidence("prisms-1-2", .up),
            ]),
        FaultSignature(
            "brittle-failure", "Static liquefaction without warning from the piezometers",
            response: "Evacuate: the slope fails within hours of the first movement or without any.",
            evidence: [
                Evidence("displacement_rate", .up, weight: 3), Evidence("prisms-2-3", .up),
                Evidence("displacement_2", .up),
            ]),
    ]

    private static let instruments: [FaultSignature] = [
        FaultSignature(
            "piezometer-blockage", "Piezometer 3 blocked",
            response: "Flush it, or read it by hand against its neighbours.",
            evidence: [
                Evidence("piezometer_3", .frozen, weight: 3), Evidence("piezometer-3-head", .down),
                Evidence("piezometer-3-head", .up),
            ]),
        FaultSignature(
            "sensor-drift", "Settlement plate 2 drifts", response: "Level it by hand; exchange the transducer.",
            evidence: [
                Evidence("settlement-1-2", .down, weight: 2), Evidence("settlement-2-3", .up, weight: 2),
                Evidence("settlement_2", .up),
            ]),
        FaultSignature(
            "sensor-stuck", "Pond level gauge is stuck", response: "Read the staff gauge; free or exchange the float.",
            evidence: [
                Evidence("pond_level", .frozen, weight: 3), Evidence("freeboard", .frozen), Evidence("beach", .spread),
            ]),
        FaultSignature(
            "sensor-spike", "Prism 2 is read wrongly", response: "Clean the prism; check the total station's aim.",
            evidence: [
                Evidence("displacement_2", .spread, weight: 2), Evidence("prisms-1-2", .spread, weight: 2),
                Evidence("prisms-2-3", .spread, weight: 2),
            ]),
        FaultSignature(
            "sensor-dropout", "Seepage weir drops out", response: "Check its loop supply; read the weir by hand.",
            evidence: [Evidence("seepage_rate", .missing, weight: 3)]),
        FaultSignature(
            "sensor-bias", "Piezometer 5 is off", response: "Read it by hand; check zero and barometric correction.",
            evidence: [
                Evidence("piezometer-5-head", .up, weight: 3), Evidence("piezometer_5", .up, weight: 2),
                Evidence("piezometer-4-head", .down), Evidence("piezometer-6-head", .down),
            ]),
    ]
}
