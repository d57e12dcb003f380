import Assets
import Model

/// Casts a plan: simulates it, reads its sensors, and judges what they saw.
struct CastRun: Sendable {
    private let defects: DefectModel
    private let groups = CasterGroups.all

    init(defects: DefectModel) { self.defects = defects }

    func callAsFunction(_ plan: CastPlan) -> CastRecord {
        var (process, status, environment, materials) = readings(plan)
        process.round()
        status.round()
        environment.round()
        let labels = CastLabels(plan: plan, defects: defects, process: process)
        let statistics = groups.process.indices.map { SignalStatistics(process[$0]) }
        return CastRecord(
            plan: plan, process: process, status: status, environment: environment, materials: materials,
            labels: labels, statistics: statistics,
            summary: CastSummary(plan: plan, process: process, statistics: statistics))
    }

    private func readings(
        _ plan: CastPlan
    ) -> (SignalColumns, SignalColumns, SignalColumns, [CastRecord.Material]) {
        let environmentS = CasterGroups.environmentStepS
        var process = SignalColumns(groups.process, rowCount: plan.seconds, stepS: 1)
        var status = SignalColumns(groups.status, rowCount: plan.seconds, stepS: 1)
        var environment = SignalColumns(
            groups.environment, rowCount: (plan.seconds + environmentS - 1) / environmentS, stepS: environmentS)
        var materials: [CastRecord.Material] = []
        var seen = [groups.process, groups.environment, groups.cast, groups.status].map { Readings(count: $0.count) }
        var disturbances = Disturbances(count: groups.scenarios.count)
        var simulator = plan.settings.makeSimulator(seed: plan.seed)
        for second in 0..<plan.seconds {
            for injection in plan.injections { disturbances[injection.index] = injection.level(second: second) }
            simulator.advance(seconds: 1, under: disturbances)
            simulator.read(group: groups.places[0], into: &seen[0])
            process.set(row: second, to: seen[0])
            simulator.read(group: groups.places[3], into: &seen[3])
            status.set(row: second, to: seen[3])
            if second % environmentS == 0 {
                simulator.read(group: groups.places[1], into: &seen[1])
                environment.set(row: second / environmentS, to: seen[1])
            }
            // Ladles last for minutes; no one opens and closes between two looks.
            if second % environmentS == 0 {
                simulator.read(group: groups.places[2], into: &seen[2])
                if materials.last?.values != seen[2].values {
                    materials.append(CastRecord.Material(second: second, values: seen[2].values))
                }
            }
        }
        return (process, status, environment, materials)
    }
}
