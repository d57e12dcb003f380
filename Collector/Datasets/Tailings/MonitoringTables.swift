import Assets
import Tables

/// A facility's instrumented section: all that is needed to calculate the factor of safety again.
struct SectionRow: Sendable {
    let facility: String
    let design: TailingsDesign

    static let table = RecordTable<SectionRow>(
        "sections",
        """
        The instrumented section of each facility, from the pond's edge (x = 0) to the toe, elevations above its base. \
        Bishop's simplified method over the slices of the circle gives the factor of safety.
        """,
        [
            .text("facility_id", "The facility") { $0.facility },
            .number("crest_elevation_m", unit: "m", "Elevation of the crest") { $0.design.crestM },
            .number("wave_run_up_m", unit: "m", "Wave run-up that the freeboard leaves out") { _ in
                TailingsDesign.runUpM
            },
            .number("crest_x_m", unit: "m", "Downstream edge of the crest") { $0.design.outline.crestXM },
            .number("toe_x_m", unit: "m", "Toe of the slope, at elevation 0") { $0.design.outline.toeXM },
            .number("drain_x_m", unit: "m", "Where the water table reaches the toe drain") { $0.design.pathM },
            .number("drain_elevation_m", unit: "m", "Head in the toe drain") { $0.design.drainM },
            .number("cohesion_kpa", unit: "kPa", "Effective cohesion") { $0.design.strength.cohesion },
            .number("friction_deg", unit: "deg", "Effective angle of friction") { $0.design.strength.frictionDeg },
            .number("unit_weight_kn_m3", unit: "kN/m3", "Unit weight") { $0.design.strength.unitWeight },
            .number("circle_x_m", unit: "m", "Centre of the critical slip circle") { $0.design.circleX },
            .number("circle_y_m", unit: "m", "Elevation of its centre") { $0.design.circleY },
            .number("circle_radius_m", unit: "m", "Its radius") { $0.design.circleRadius },
            .integer("slices", "Slices of equal width") { _ in TailingsDesign.sliceCount },
            .number("rest_pond_level_m", unit: "m", "Pond level at rest") { $0.design.restLevelM },
            .number("conductivity_m_s", unit: "m/s", "Hydraulic conductivity") {
                $0.design.outline.conductivityMPerS
            },
        ])
}

/// Where one piezometer sits.
struct PiezometerRow: Sendable {
    let facility: String
    let number: Int
    let tip: TailingsDesign.Tip

    static func rows(_ facility: String, _ design: TailingsDesign) -> [PiezometerRow] {
        design.tips.enumerated().map { PiezometerRow(facility: facility, number: $0.offset + 1, tip: $0.element) }
    }

    static let table = RecordTable<PiezometerRow>(
        "piezometers", "The piezometers of each section, from the beach to the toe.",
        [
            .text("facility_id", "The facility") { $0.facility },
            .text("column_name", "Its column in table `monitoring`") { "piezometer_\($0.number)" },
            .integer("piezometer", "Its number", range: 1...6) { $0.number },
            .number("x_m", unit: "m", "Distance from the pond's edge") { $0.tip.xM },
            .number("tip_elevation_m", unit: "m", "Elevation of its tip") { $0.tip.elevationM },
        ])
}

/// One rule of a facility's trigger action response plan.
struct TriggerRow: Sendable {
    let facility: String
    let column: String
    let isRising: Bool
    let steps: TriggerResponsePlan.Steps

    static func rows(_ facility: String, _ plan: TriggerResponsePlan) -> [TriggerRow] {
        [
            TriggerRow(
                facility: facility, column: "displacement_rate", isRising: true, steps: plan.displacementMmPerDay),
            TriggerRow(facility: facility, column: "freeboard", isRising: false, steps: plan.freeboardM),
            TriggerRow(facility: facility, column: "factor_of_safety", isRising: false, steps: plan.factorOfSafety),
            TriggerRow(facility: facility, column: "phreatic_level", isRising: true, steps: plan.phreaticM),
            TriggerRow(facility: facility, column: "seepage_rate", isRising: true, steps: plan.seepageLPerS),
            TriggerRow(facility: facility, column: "seepage_turbidity", isRising: true, steps: plan.turbidityNTU),
            TriggerRow(facility: facility, column: "rainfall_24h", isRising: true, steps: plan.rain24hMm),
        ]
    }

    static let table = RecordTable<TriggerRow>(
        "triggers",
        """
        The trigger action response plan. A row of `monitoring` has the worst level that any rule gives: a rising \
        quantity reaches a level at or above its threshold, a falling one below it.
        """,
        [
            .text("facility_id", "The facility") { $0.facility },
            .text("column_name", "The column of table `monitoring` that is looked at") { $0.column },
            .category("direction", ["rising", "falling"], "Which way is worse") { $0.isRising ? 0 : 1 },
            .number("yellow", "From here on yellow") { $0.steps.yellow },
            .number("orange", "From here on orange") { $0.steps.orange },
            .optionalNumber("red", "From here on red; none: never by this alone") {
                $0.steps.red.isFinite ? $0.steps.red : nil
            },
        ])
}
