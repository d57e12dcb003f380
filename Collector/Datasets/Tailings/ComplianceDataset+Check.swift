extension ComplianceDataset {
    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        let statuses = dataset.words(of: "compliance", "status")
        let risks = dataset.words(of: "compliance", "risk_level")
        let classes = dataset.words(of: "facilities", "consequence_class")
        var ranks: [String: Double] = [:]
        try dataset.forEachRow(of: "facilities", numbers: ["consequence_class"], texts: ["facility_id"]) {
            (row) throws(DatasetFailure) in
            guard let place = Int(exactly: row.number(0)), classes.indices.contains(place) else { return }
            ranks[row.text(0)] = ConsequenceClass(rawValue: classes[place]).map { Double($0.rank) }
        }
        var risk = RuleCount("risk follows from the status and the facility's class")
        var dates = RuleCount("the next review is later than the assessment")
        var short: Set<String> = []
        try dataset.forEachRow(
            of: "compliance",
            numbers: ["status", "likelihood", "consequence", "risk_level", "assessment_date", "next_review_date"],
            texts: ["compliance_id", "facility_id"]
        ) { (row) throws(DatasetFailure) in
            let id = row.text(0)
            dates.look(row.number(5) > row.number(4), id)
            guard let place = Int(exactly: row.number(0)), statuses.indices.contains(place),
                let status = AssessmentRow.Status(rawValue: statuses[place]), let rank = ranks[row.text(1)],
                let level = Int(exactly: row.number(3)), risks.indices.contains(level)
            else { return risk.look(false, id) }
            let expected = AssessmentRow.Risk(likelihood: status.likelihood, consequence: Int(rank))
            risk.look(
                row.number(1) == Double(status.likelihood) && row.number(2) == rank
                    && risks[level] == expected.rawValue, id)
            if status == .partial || status == .nonCompliant { short.insert(id) }
        }
        var findings = RuleCount("every finding is of a shortfall, and every shortfall is a finding")
        var found: Set<String> = []
        try dataset.forEachRow(of: "findings", texts: ["finding_id", "compliance_id"]) { (row) throws(DatasetFailure) in
            guard let id = row.optionalText(1) else { return }
            findings.look(short.contains(id), row.text(0))
            found.insert(id)
        }
        findings.look(found.count == short.count, "\(short.count - found.count) shortfalls without a finding")
        return [
            try dataset.checkFacilities(of: "compliance"),
            try dataset.checkReferences(of: "compliance", "requirement_id", to: "requirements", "requirement_id"),
            risk.check, dates.check, findings.check,
        ]
    }
}
