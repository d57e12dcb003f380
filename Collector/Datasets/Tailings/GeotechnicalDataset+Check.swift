import Assets

extension GeotechnicalDataset {
    public static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        var index = RuleCount("PI = LL - PL")
        var voids = RuleCount("e = Gs w / S, with 0 <= S <= 1")
        var weight = RuleCount("gamma_d = Gs gamma_w / (1 + e)")
        var grains = RuleCount("grain sizes add up to 100 %")
        try dataset.forEachRow(
            of: "geotechnical",
            numbers: [
                "liquid_limit", "plastic_limit", "plasticity_index", "water_content", "specific_gravity", "saturation",
                "void_ratio", "dry_unit_weight", "clay", "silt", "sand", "gravel",
            ], texts: ["sample_id"]
        ) { (row) throws(DatasetFailure) in
            let id = row.text(0)
            index.look(abs(row.number(2) - (row.number(0) - row.number(1))) < 1e-6, id)
            let (gravity, saturation, ratio) = (row.number(4), row.number(5), row.number(6))
            let expected = gravity * row.number(3) / 100 / saturation
            voids.look(abs(ratio - expected) < 1e-6 * expected && saturation >= 0 && saturation <= 1, id)
            let dry = gravity * SoilSample.waterKNPerM3 / (1 + ratio)
            weight.look(abs(row.number(7) - dry) < 1e-6 * dry, id)
            let sum = (8...11).reduce(0) { $0 + row.number($1) }
            grains.look(abs(sum - 100) < 1e-6 && (8...11).allSatisfy { row.number($0) >= 0 }, id)
        }
        return [
            try dataset.checkFacilities(of: "geotechnical"),
            try dataset.checkReferences(of: "geotechnical", "borehole_id", to: "boreholes", "borehole_id"),
            index.check, voids.check, weight.check, grains.check,
        ]
    }
}
