import Assets
import Model

extension MonitoringDataset {
    /// What it takes to calculate a facility's status and factor of safety again.
    private struct Plan {
        var triggers: [(column: Int, isRising: Bool, steps: TriggerResponsePlan.Steps)] = []
        var tips: [(column: Int, xM: Double, elevationM: Double)] = []
        var circle: SlipCircle?
        var strength = Strength(cohesion: 0, frictionDeg: 0, unitWeight: 0)
        var drain = (xM: 0.0, elevationM: 0.0)
    }

    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        let columns = MonitoringSignals.signals.map(\.name)
        let plans = try plans(dataset, columns)
        let pond = columns.firstIndex(of: "pond_level") ?? 0
        let safety = columns.firstIndex(of: "factor_of_safety") ?? 0
        var status = RuleCount("status follows from the row and the triggers")
        var failed = RuleCount("failed follows from displacement_2")
        var factor = RuleCount("the factor of safety follows from the pore pressures within 2 %")
        try dataset.forEachRow(of: "monitoring", numbers: columns + ["status", "failed"], texts: ["facility_id"]) {
            (row) throws(DatasetFailure) in
            let facility = row.text(0)
            guard let plan = plans[facility] else { return status.look(false, "\(facility) has no plan") }
            var level = 0
            for trigger in plan.triggers {
                let value = row.number(trigger.column)
                level = max(
                    level, trigger.isRising ? trigger.steps.level(rising: value) : trigger.steps.level(falling: value))
            }
            status.look(Double(level) == row.number(columns.count), facility)
            let isGone = row.number(MonitoringSignals.crestPrism) > MonitoringRow.failedMm
            failed.look(isGone == (row.number(columns.count + 1) == 1), facility)
            let again = factorOfSafety(plan, pondM: row.number(pond)) { row.number($0) }
            factor.look(abs(again - row.number(safety)) <= 0.02 * row.number(safety), facility)
        }
        return [try dataset.checkFacilities(of: "monitoring"), status.check, failed.check, factor.check]
    }

    private static func plans(_ dataset: DatasetReader, _ columns: [String]) throws(DatasetFailure) -> [String: Plan] {
        var plans: [String: Plan] = [:]
        let directions = dataset.words(of: "triggers", "direction")
        try dataset.forEachRow(
            of: "triggers", numbers: ["direction", "yellow", "orange", "red"], texts: ["facility_id", "column_name"]
        ) { (row) throws(DatasetFailure) in
            guard let column = columns.firstIndex(of: row.text(1)) else { return }
            let isRising = directions.firstIndex(of: "rising").map(Double.init) == row.number(0)
            // No threshold is none that could be reached.
            let red = row.number(3).isNaN ? (isRising ? Double.infinity : -.infinity) : row.number(3)
            let steps = TriggerResponsePlan.Steps(yellow: row.number(1), orange: row.number(2), red: red)
            plans[row.text(0), default: Plan()].triggers.append((column, isRising, steps))
        }
        try dataset.forEachRow(
            of: "piezometers", numbers: ["x_m", "tip_elevation_m"], texts: ["facility_id", "column_name"]
        ) { (row) throws(DatasetFailure) in
            guard let column = columns.firstIndex(of: row.text(1)) else { return }
            plans[row.text(0), default: Plan()].tips.append((column, row.number(0), row.number(1)))
        }
        try dataset.forEachRow(
            of: "sections",
            numbers: [
                "crest_x_m", "crest_elevation_m", "toe_x_m", "drain_x_m", "drain_elevation_m", "cohesion_kpa",
                "friction_deg", "unit_weight_kn_m3", "circle_x_m", "circle_y_m", "circle_radius_m", "slices",
            ], texts: ["facility_id"]
        ) { (row) throws(DatasetFailure) in
            let id = row.text(0)
            plans[id, default: Plan()].circle = SlipCircle(
                centerX: row.number(8), centerY: row.number(9), radius: row.number(10),
                surface: [(row.number(0), row.number(1)), (row.number(2), 0)], count: Int(exactly: row.number(11)) ?? 0)
            plans[id, default: Plan()].strength = Strength(
                cohesion: row.number(5), frictionDeg: row.number(6), unitWeight: row.number(7))
            plans[id, default: Plan()].drain = (row.number(3), row.number(4))
        }
        return plans
    }

    private static func factorOfSafety(_ plan: Plan, pondM: Double, _ reading: (Int) -> Double) -> Double {
        guard let circle = plan.circle else { return .nan }
        var heads = [(x: 0.0, head: pondM)]
        for tip in plan.tips {
            heads.append((tip.xM, PorePressure.headM(kPa: reading(tip.column), tipM: tip.elevationM)))
        }
        heads.append((plan.drain.xM, plan.drain.elevationM))
        func head(_ x: Double) -> Double {
            for (left, right) in zip(heads, heads.dropFirst()) where x <= right.x {
                return left.head + (right.head - left.head) * (x - left.x) / (right.x - left.x)
            }
            return plan.drain.elevationM
        }
        return circle.factorOfSafety(.bishop, strength: plan.strength) {
            PorePressure.kPa(headM: head($0.middle), tipM: $0.base)
        }
    }
}
