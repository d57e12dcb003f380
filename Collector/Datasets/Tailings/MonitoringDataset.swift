import Assets
public import Tables

/// Monitoring of tailings facilities.
public struct MonitoringDataset: DatasetKind {
    public static let name = "tailings-monitoring"
    public static let summary = "time series of tailings facilities' instruments, status by the response plan"
    public static let parameters =
        RecordSet.parameters + [DatasetParameter(.minutes, "minutes between readings", in: 1...1440, standard: 60)]
    /// A facility's series is made, and held in memory, in one piece.
    private static let mostReadings = 200_000

    private let records: RecordSet
    private let intervalMinutes: Int

    public init(_ request: DatasetRequest) throws(DatasetFailure) {
        records = try RecordSet(request, isWhole: true)
        intervalMinutes = request[.minutes]
        let most = records.request.count(of: 0)
        guard most <= MonitoringDataset.mostReadings else {
            throw .usage(
                """
                \(most) records of one facility are more than \(MonitoringDataset.mostReadings): give at least \
                --facilities \((records.request.count - 1) / MonitoringDataset.mostReadings + 1), or a smaller --count
                """)
        }
    }

    public var tables: [TableSchema] {
        [
            MonitoringRow.table.schema, Facility.table.schema, SectionRow.table.schema, PiezometerRow.table.schema,
            TriggerRow.table.schema,
        ]
    }
    public var partCount: Int { records.parts.count }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        try records.appendFacilities(part: part, at: 1, to: &output)
        var rows = RowBuffer(MonitoringRow.table, at: 0)
        var sections = RowBuffer(SectionRow.table, at: 2)
        var piezometers = RowBuffer(PiezometerRow.table, at: 3)
        var triggers = RowBuffer(TriggerRow.table, at: 4)
        for slice in records.parts[part] {
            let facility = records.facilities[slice.facility]
            var series = MonitoringSeries(
                facility, count: slice.records.count, intervalMinutes: intervalMinutes, seed: records.request.seed)
            try sections.append(SectionRow(facility: facility.id, design: series.design), to: &output)
            try piezometers.append(PiezometerRow.rows(facility.id, series.design), to: &output)
            try triggers.append(TriggerRow.rows(facility.id, series.design.plan), to: &output)
            while let row = series.next() {
                try rows.append(row, to: &output)
                output.total("readings", 1)
                output.total(MonitoringRow.statuses[row.status], 1)
            }
        }
        try rows.flush(to: &output)
        try sections.flush(to: &output)
        try piezometers.flush(to: &output)
        try triggers.flush(to: &output)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "Monitoring of tailings facilities",
            summary: """
                Levels, pore pressures, settlement, displacement, seepage and environment of facilities of different \
                height, slope and soil, from the tailings simulator, with spells of heavy rain, failing decants, \
                blocked piezometers, internal erosion, creep and liner leaks now and then.
                """,
            sections: [
                (
                    "Labels",
                    """
                    `status` is the trigger action response plan applied to the row's own values (table `triggers`): \
                    anybody can calculate it again. `scenario` and `scenario_severity` say what the simulator was made \
                    to suffer during the interval that ends with the row. `factor_of_safety` follows from the row's pore \
                    pressures and pond level by Bishop's simplified method over the section in `sections` and \
                    `piezometers`.
                    """
                ),
                (
                    "Limits",
                    "No facility fails: courses that lead to failures are in the simulator's scenarios. Each has one "
                        + "instrumented section."
                ), DatasetCard.invented,
            ])
    }

    public static var reportPlan: ReportPlan {
        ReportPlan(
            series: ReportPlan.Series(table: "monitoring", time: "timestamp", group: "facility_id"),
            correlations: [
                ReportPlan.Correlation(table: "monitoring", "pond_level", "freeboard", expected: -1...(-0.5))
            ])
    }
}
