public import Tables

/// Water and air around the facilities.
public struct EnvironmentalDataset: DatasetKind {
    public static let name = "environmental"
    public static let summary = "samples of water and air around tailings facilities"
    public static let parameters = RecordSet.parameters

    private let records: RecordSet

    public init(_ request: DatasetRequest) throws(DatasetFailure) { records = try RecordSet(request) }

    public var tables: [TableSchema] {
        [WaterRow.table.schema, Facility.table.schema, StationRow.table.schema, LimitRow.table.schema]
    }
    public var partCount: Int { records.parts.count }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        try records.appendFacilities(part: part, at: 1, to: &output)
        if part == 0 {
            var limits = RowBuffer(LimitRow.table, at: 3)
            for medium in StationRow.Medium.allCases { try limits.append(LimitRow.of(medium), to: &output) }
            try limits.flush(to: &output)
        }
        var rows = RowBuffer(WaterRow.table, at: 0)
        var stations = RowBuffer(StationRow.table, at: 2)
        for slice in records.parts[part] {
            let facility = records.facilities[slice.facility]
            if slice.chunk == 0 {
                try stations.append(StationRow.rows(facility, seed: records.request.seed), to: &output)
            }
            var samples = WaterSamples(
                facility, slice, count: records.request.count(of: slice.facility), seed: records.request.seed)
            while let row = samples.next() {
                try rows.append(row, to: &output)
                output.total("samples", 1)
                if !row.exceeded.isEmpty { output.total("exceedances", 1) }
            }
        }
        try rows.flush(to: &output)
        try stations.flush(to: &output)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "Environment of tailings facilities",
            summary: """
                Water from six stations at every facility, with the air of the day. What is met downstream is the \
                background with a share of process water; `exceedances` and `status` follow from table `limits`.
                """,
            sections: [
                (
                    "Limits",
                    "The limits are this set's own, of the order of common guideline values; no law's table is repeated."
                ), DatasetCard.invented,
            ])
    }
}
