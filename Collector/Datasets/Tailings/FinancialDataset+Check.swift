extension FinancialDataset {
    private struct Year: Hashable {
        let facility: String
        let revision: Double
        let year: Double
    }

    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        let operating = Finances.operatingItems.map { "opex_\($0.name)_usd" }
        let capital = Finances.capitalItems.map { "capex_\($0.name)_usd" }
        let others = [
            "plan_revision", "year", "opex_total_usd", "capex_total_usd", "provision_opening_usd",
            "provision_unwound_usd", "provision_adjusted_usd", "provision_used_usd", "provision_closing_usd",
        ]
        var sums = RuleCount("items add up to totals")
        var provision = RuleCount("opening + unwound + adjusted - used = closing")
        var chain = RuleCount("a month's closing provision is the next one's opening")
        var before: (facility: String, revision: Double, closing: Double)?
        var years: [Year: (operating: Double, capital: Double)] = [:]
        try dataset.forEachRow(
            of: "financial", numbers: others + operating + capital, texts: ["record_id", "facility_id"]
        ) { (row) throws(DatasetFailure) in
            let (id, facility) = (row.text(0), row.text(1))
            let firstCapital = others.count + operating.count
            let operatingSum = (others.count..<firstCapital).reduce(0) { $0 + row.number($1) }
            let capitalSum = (firstCapital..<firstCapital + capital.count).reduce(0) { $0 + row.number($1) }
            sums.look(operatingSum == row.number(2) && capitalSum == row.number(3), id)
            provision.look(row.number(4) + row.number(5) + row.number(6) - row.number(7) == row.number(8), id)
            if let last = before, last.facility == facility, last.revision == row.number(0) {
                chain.look(last.closing == row.number(4), id)
            }
            before = (facility, row.number(0), row.number(8))
            let year = Year(facility: facility, revision: row.number(0), year: row.number(1))
            years[year, default: (0, 0)].operating += operatingSum
            years[year, default: (0, 0)].capital += capitalSum
        }
        var yearly = RuleCount("years are the sums of their months")
        try dataset.forEachRow(
            of: "years", numbers: ["plan_revision", "year", "opex_usd", "capex_usd"], texts: ["facility_id"]
        ) { (row) throws(DatasetFailure) in
            let year = Year(facility: row.text(0), revision: row.number(0), year: row.number(1))
            let sum = years.removeValue(forKey: year)
            yearly.look(
                sum?.operating == row.number(2) && sum?.capital == row.number(3), "\(row.text(0)) \(row.number(1))")
        }
        yearly.look(years.isEmpty, "\(years.count) years are missing")
        return [
            try dataset.checkFacilities(of: "financial"), sums.check, provision.check, chain.check, yearly.check,
        ]
    }
}
