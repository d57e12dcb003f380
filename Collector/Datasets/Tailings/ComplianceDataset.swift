public import Tables

/// Compliance with the global standard and local codes.
public struct ComplianceDataset: DatasetKind {
    public static let name = "compliance"
    public static let summary = "assessments of tailings facilities against GISTM and local codes"
    public static let parameters = RecordSet.parameters
    /// Ten thousand rows, in whole blocks.
    private static let blocksPerPart = 250

    private let records: RecordSet

    public init(_ request: DatasetRequest) throws(DatasetFailure) { records = try RecordSet(request) }

    public var tables: [TableSchema] {
        [
            AssessmentRow.table.schema, Facility.table.schema, Finding.complianceTable.schema,
            RequirementRow.table.schema,
        ]
    }
    public var partCount: Int {
        (AssessmentBlock.count(records.request) + ComplianceDataset.blocksPerPart - 1) / ComplianceDataset.blocksPerPart
    }

    public func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        try records.appendFacilities(part: part, at: 1, to: &output)
        var rows = RowBuffer(AssessmentRow.table, at: 0)
        var findings = RowBuffer(Finding.complianceTable, at: 2)
        if part == 0 {
            var requirements = RowBuffer(RequirementRow.table, at: 3)
            try requirements.append(RequirementRow.all, to: &output)
            try requirements.flush(to: &output)
            for facility in records.facilities
            where facility.consequence == .extreme && !facility.hasEmergencyPlan
                && records.request.count(of: facility.index) == 0
            {
                try findings.append(.missingPlan(facility, compliance: nil), to: &output)
            }
        }
        let block = AssessmentBlock(request: records.request, facilities: records.facilities)
        let first = part * ComplianceDataset.blocksPerPart
        for number in first..<min(first + ComplianceDataset.blocksPerPart, AssessmentBlock.count(records.request)) {
            for row in block.rows(block: number) {
                try rows.append(row, to: &output)
                if let finding = row.finding { try findings.append(finding, to: &output) }
                output.total("assessments", 1)
                output.total(row.status.rawValue, 1)
            }
        }
        try rows.flush(to: &output)
        try findings.flush(to: &output)
    }

    public func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(
            title: "Compliance of tailings facilities",
            summary: """
                Assessments of the 77 requirements of the Global Industry Standard on Tailings Management (August 2020) \
                and of 23 subjects of a local code, round after round. Badly run facilities and hard requirements fall \
                short more often. Risk is likelihood (by the status) times consequence (by the facility's class).
                """,
            sections: [
                (
                    "Limits",
                    """
                    The subjects of the requirements are named in our words and do not replace the standard's text; the \
                    subjects under a local code are numbered by us.
                    """
                ), DatasetCard.invented,
            ])
    }
}
