import Assets
public import Tables

/// Monitoring of tailings facilities.
public struct MonitoringDataset: DatasetKind {
    public static let name = "tailings-monitoring"
    public static let summary = "time series of tailings facilities' instruments, status by the response plan"
    public static let parameters =
        RecordSet.parameters + [DatasetParameter(.interval, "minutes between readings", in: 1...1440, standard: 60)]

    private let records: RecordSet
    private let intervalMinutes: Int
    private let chains = MonitoringChains()

    public init(_ request: DatasetRequest) throws(DatasetFailure) {
        records = try RecordSet(request)
        intervalMinutes = request[.interval]
        let most = records.request.count(of: 0)
        // Times are written with four digits of the year.
        let room = Int(CalendarDate(9999, 1, 1).ms - MonitoringSeries.startMs) / 60_000 / intervalMinutes
        guard most <= room else {
            throw .usage(
                """
                \(most) records of one facility, \(intervalMinutes) minutes apart, go on beyond the year 9999: give a \
                shorter --interval, more --facilities or a smaller --count
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
            let count = records.request.count(of: slice.facility)
            let made = chains.rows(of: slice, isLast: slice.records.upperBound == count) {
                MonitoringSeries(
                    facility, of: records.request, count: count, intervalMinutes: intervalMinutes)
            }
            if slice.chunk == 0 {
                let design = TailingsDesign(facility.outline)
                try sections.append(SectionRow(facility: facility.id, design: design), to: &output)
                try piezometers.append(PiezometerRow.rows(facility.id, design), to: &output)
                try triggers.append(TriggerRow.rows(facility.id, design.plan), to: &output)
            }
            for row in made {
                try rows.append(row, to: &output)
                output.total("readings", 1)
                output.total(MonitoringRow.statuses[row.status], 1)
                output.total("readings of failed facilities", row.hasFailed ? 1 : 0)
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
                blocked piezometers, internal erosion, creep and liner leaks now and then. One facility in five fails in \
                the last quarter of its series, by creep that accelerates or without warning.
                """,
            sections: [
                (
                    "Labels",
                    """
                    `status` is the trigger action response plan applied to the row's own values (table `triggers`): \
                    anybody can calculate it again. `scenario` and `scenario_severity` say what the simulator was made \
                    to suffer during the interval that ends with the row; `failed`, whether the embankment is gone: prism 2 \
                    has moved by \(Int(MonitoringRow.failedMm / 1000)) m. `factor_of_safety` follows from the row's pore \
                    pressures and pond level by Bishop's simplified method over the section in `sections` and \
                    `piezometers`.
                    """
                ),
                (
                    "Limits",
                    "Each facility has one instrumented section. A series of less than ten hours is too short for a "
                        + "failure. The response plan looks at rates, levels and safety: a facility that slid without "
                        + "warning between two readings is told by `failed`, not by `status`."
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
