extension EnvironmentalDataset {
    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        let columns = WaterQuantity.allCases.map(\.column)
        var limits: [Double: [(column: Int, lower: Double, upper: Double)]] = [:]
        try dataset.forEachRow(of: "limits", numbers: ["medium", "lower", "upper"], texts: ["column_name"]) {
            (row) throws(DatasetFailure) in
            guard let column = columns.firstIndex(of: row.text(0)) else { return }
            limits[row.number(0), default: []].append((column, row.number(1), row.number(2)))
        }
        var rule = RuleCount("exceedances and status follow from the limits")
        try dataset.forEachRow(
            of: "environmental", numbers: columns + ["medium", "exceedances", "status"], texts: ["sample_id"]
        ) { (row) throws(DatasetFailure) in
            // What has no limit compares with NaN, and breaks nothing.
            let broken = (limits[row.number(columns.count)] ?? []).count {
                row.number($0.column) < $0.lower || row.number($0.column) > $0.upper
            }
            rule.look(
                Double(broken) == row.number(columns.count + 1)
                    && row.number(columns.count + 2) == (broken > 0 ? 1 : 0), row.text(0))
        }
        return [
            try dataset.checkFacilities(of: "environmental"),
            try dataset.checkReferences(of: "environmental", "station_id", to: "stations", "station_id"), rule.check,
        ]
    }
}
