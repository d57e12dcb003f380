public import Tables

/// Papers about tailings facilities.
public struct DocumentsDataset: DatasetKind {
    public static let name = "documents"
    public static let summary = "what is known of the documents about tailings facilities"
    public static let parameters = RecordSet.parameters

    private let records: RecordSet

    public init(_ request: DatasetRequest) throws(DatasetFailure) { records = try RecordSet(request) }

    public var tables: [TableSchema] {
        [DocumentRow.table.schema, Facility.table.schema, Finding.documentTable.schema]
    }
    public var partCount: Int { records.parts.count }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        try records.appendFacilities(part: part, at: 1, to: &output)
        var rows = RowBuffer(DocumentRow.table, at: 0)
        var findings = RowBuffer(Finding.documentTable, at: 2)
        for slice in records.parts[part] {
            let facility = records.facilities[slice.facility]
            var documents = Documents(facility, slice, seed: records.request.seed)
            while let row = documents.next() { try rows.append(row, to: &output) }
            // The plan is the first document, if there is one.
            if facility.consequence == .extreme, slice.chunk == 0, !facility.hasEmergencyPlan || slice.records.isEmpty {
                try findings.append(.missingPlan(facility, compliance: nil), to: &output)
            }
            output.total("documents", Double(slice.records.count))
        }
        try rows.flush(to: &output)
        try findings.flush(to: &output)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "Documents about tailings facilities",
            summary: """
                One row for each document: type, category, who issued it, date, version, pages and size. A later version \
                of a document names the one that it supersedes. Every facility of the consequence class "extreme" \
                without an emergency plan among its documents stands in `findings`.
                """, sections: [DatasetCard.invented])
    }
}
