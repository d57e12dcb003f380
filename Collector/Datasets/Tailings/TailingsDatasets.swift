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
