import Model

/// What is known of a tailings facility beyond its signals.
extension Knowledge {
    static let tailings = Knowledge(
        relations: TailingsRelations.all, regimes: TailingsRelations.regimes, signatures: TailingsSignatures.all,
        keySignals: ["pond_level", "seepage_rate", "displacement_rate", "piezometer_4"])
}

/// Relations between a facility's signals, on the section of the standard design.
enum TailingsRelations {
    private static let design = TailingsDesign.standard

    static let all: [Relation] = water + heads + movement + quality

    private static let water: [Relation] = [
        // To the millimetre, so that it is nought as long as it holds.
        Relation(
            "crest-height", "Freeboard, pond level and wave run-up make up the crest", unit: "m",
            signals: ["freeboard", "pond_level"], signs: [1, 1]
        ) { (($0[0] + $0[1] + TailingsDesign.runUpM - design.crestM) * 1000).rounded() / 1000 },
        // The beach slopes by 1.5 %: each metre of pond takes 67 m of it.
        Relation(
            "beach", "Beach width goes with the pond level", unit: "m", signals: ["beach_width", "pond_level"],
            signs: [1, 1]
        ) { $0[0] > 0 ? $0[0] - design.outline.beachM + ($0[1] - design.restLevelM) / 0.015 : .nan },
        // In equilibrium the decant takes what slurry and rain bring less what evaporates and seeps away.
        Relation(
            "water-balance", "Decant takes what the pond level asks for", unit: "m3/h",
            signals: ["decant_flow", "pond_level"], signs: [1, -1]
        ) { $0[0] - min(max(260 + 6000 * ($0[1] - design.restLevelM), 0), design.outline.decantM3H) },
        // Dupuit between the last piezometer and the toe drain, and what comes from the foundation.
        Relation(
            "seepage-head", "Seepage goes with the head that drives it", unit: "%",
            signals: ["seepage_rate", "piezometer_6"], signs: [1, -1]
        ) {
            let tip = design.tips[5]
            let flow = DupuitFlow(
                conductivityMPerS: design.outline.conductivityMPerS, lengthM: design.pathM - tip.xM,
                upstreamM: PorePressure.headM(kPa: $0[1], tipM: tip.elevationM), downstreamM: design.drainM)
            let expected =
                TailingsDesign.foundationLS
                + flow.dischargeM2PerS(atM: 0) * design.outline.crestLengthM * 1000
            return Relation.percent($0[0], of: expected, least: 0.2)
        },
    ]

    /// Without recharge h^2 falls in a line (Dupuit): each head against its neighbours'. The pond may rise faster in a
    /// downpour than the ground beside it.
    private static let heads: [Relation] = (0..<6).map { index in
        let tip = design.tips[index]
        let from = index == 0 ? nil : design.tips[index - 1]
        let to = index == 5 ? nil : design.tips[index + 1]
        let start = from?.xM ?? 0
        let part = (tip.xM - start) / ((to?.xM ?? design.pathM) - start)
        let own = "piezometer_\(index + 1)"
        let before = index == 0 ? "pond_level" : "piezometer_\(index)"
        let after = index == 5 ? [] : ["piezometer_\(index + 2)"]
        let rain = index == 0 ? ["rainfall_24h"] : []
        return Relation(
            "piezometer-\(index + 1)-head", "Piezometer \(index + 1) lies on the water table between its neighbours",
            unit: "m", signals: [own, before] + after + rain,
            signs: [1, part - 1] + after.map { _ in -part } + rain.map { _ in 0 }
        ) { inputs in
            if from == nil, inputs[3] > 10 { return .nan }
            let head = PorePressure.headM(kPa: inputs[0], tipM: tip.elevationM)
            let high = from.map { PorePressure.headM(kPa: inputs[1], tipM: $0.elevationM) } ?? inputs[1]
            let low = to.map { PorePressure.headM(kPa: inputs[2], tipM: $0.elevationM) } ?? design.drainM
            return head - max(high * high + (low * low - high * high) * part, 0).squareRoot()
        }
    }

    private static let movement: [Relation] = [
        Relation(
            "settlement-1-2", "Plates 1 and 2 settle alike", unit: "mm", signals: ["settlement_1", "settlement_2"],
            signs: [1, -1]
        ) { $0[0] - $0[1] * design.finalSettlementMm[0] / design.finalSettlementMm[1] },
        Relation(
            "settlement-2-3", "Plates 2 and 3 settle alike", unit: "mm", signals: ["settlement_2", "settlement_3"],
            signs: [1, -1]
        ) { $0[0] - $0[1] * design.finalSettlementMm[1] / design.finalSettlementMm[2] },
        // The sun moves all prisms alike.
        .twins("prisms-1-2", "Prisms 1 and 2 move together", unit: "mm", "displacement_2", "displacement_1"),
        .twins("prisms-2-3", "Prisms 2 and 3 move together", unit: "mm", "displacement_2", "displacement_3"),
    ]

    private static let quality: [Relation] = [
        .proportion(
            "sulfate-conductivity", "Sulphate makes up the seepage's conductivity", "sulfate", to: "conductivity",
            usual: 0.376, least: 10),
        // Dalton's law.
        Relation(
            "dalton", "Evaporation goes with wind, warmth and dryness", unit: "mm/d",
            signals: ["evaporation", "wind_speed", "pond_temperature", "air_temperature", "relative_humidity"],
            signs: [1, -1, -1, 1, 1]
        ) {
            let water = 0.6112 * Maths.exp(17.62 * $0[2] / (243.12 + $0[2]))
            let air = 0.6112 * Maths.exp(17.62 * $0[3] / (243.12 + $0[3]))
            return $0[0] - max(3.6 * (1 + 0.25 * $0[1]) * (water - air * $0[4] / 100), 0)
        },
    ]

    static let regimes = Regimes(
        names: ["steady", "rain", "after rain"], signals: ["rainfall_intensity", "rainfall_24h"]
    ) { $0[0] > 0 ? 1 : $0[1] > 0.5 ? 2 : 0 }
}
