public import Tables

/// Laboratory tests of soils.
public struct GeotechnicalDataset: DatasetKind {
    public static let name = "geotechnical"
    public static let summary = "laboratory tests of tailings, fill and foundation soils"
    public static let parameters = RecordSet.parameters

    private let records: RecordSet

    public init(_ request: DatasetRequest) throws(DatasetFailure) { records = try RecordSet(request) }

    public var tables: [TableSchema] { [SoilRow.table.schema, Facility.table.schema, BoreholeRow.table.schema] }
    public var partCount: Int { records.parts.count }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        try records.appendFacilities(part: part, at: 1, to: &output)
        var rows = RowBuffer(SoilRow.table, at: 0)
        var holes = RowBuffer(BoreholeRow.table, at: 2)
        for slice in records.parts[part] {
            var samples = SoilSamples(records.facilities[slice.facility], slice, seed: records.request.seed)
            while true {
                let isNew = samples.isAtNewHole
                guard let row = samples.next() else { break }
                if isNew { try holes.append(samples.hole, to: &output) }
                try rows.append(row, to: &output)
                output.total("samples", 1)
            }
        }
        try rows.flush(to: &output)
        try holes.flush(to: &output)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "Soil tests at tailings facilities",
            summary: """
                Index properties, grain sizes, conductivity and strength of samples from boreholes. The identities \
                PI = LL - PL, e = Gs w / S and gamma_d = Gs gamma_w / (1 + e) hold among the published numbers, and the \
                grain sizes add up to 100 per cent.
                """, sections: [DatasetCard.invented])
    }
}
