public import Tables

/// The facilities' money.
public struct FinancialDataset: DatasetKind {
    public static let name = "financial"
    public static let summary = "closure cost, provisions, capital and operating cost of tailings facilities"
    public static let parameters = RecordSet.parameters

    private let records: RecordSet

    public init(_ request: DatasetRequest) throws(DatasetFailure) { records = try RecordSet(request) }

    public var tables: [TableSchema] { [FinanceRow.table.schema, Facility.table.schema, FinanceYear.table.schema] }
    public var partCount: Int { records.parts.count }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        try records.appendFacilities(part: part, at: 1, to: &output)
        var rows = RowBuffer(FinanceRow.table, at: 0)
        var years = RowBuffer(FinanceYear.table, at: 2)
        for slice in records.parts[part] {
            var finances = Finances(records.facilities[slice.facility], slice, seed: records.request.seed)
            var year: FinanceYear?
            while let row = finances.next() {
                try rows.append(row, to: &output)
                output.total("months", 1)
                if var open = year, open.holds(row) {
                    open.add(row)
                    year = open
                } else {
                    if let year { try years.append(year, to: &output) }
                    year = FinanceYear(row)
                }
            }
            if let year { try years.append(year, to: &output) }
        }
        try rows.flush(to: &output)
        try years.flush(to: &output)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "Finances of tailings facilities",
            summary: """
                Monthly books from the first deposition over closure to aftercare, in whole US dollars: operating and \
                capital cost by item, the estimate of closure, and the provision for it, which is the present value of \
                the works still to come. All sums are exact; table `years` adds the months up.
                """, sections: [DatasetCard.invented])
    }
}
