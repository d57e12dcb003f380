import Assets
import Runtime

extension CasterDataset {
    public func card(_ totals: DatasetTotals) -> DatasetCard {
        func count(_ name: String) -> Int { Int(totals[name]) }
        let (casts, defective) = (count("casts"), count("casts with a defect"))
        let broken = count("casts that break a rule")
        let kinds = CastLabels.Defect.allCases.map { "| `\($0.name)` | \(count("casts with \($0.name)")) |" }
        return DatasetCard(
            title: "Continuous casting of slabs: \(casts) casts with labelled defects",
            summary: """
                Simulated casts of a slab caster, \(minutes) minutes each: what its sensors showed every second, the \
                steel, the surroundings, and which defects came of it. Made to train and to test predictors of quality; \
                defects are more frequent than in a plant, on purpose.
                """,
            sections: [
                (
                    "Labels",
                    """
                    \(defective) of \(casts) casts have a defect (wanted: \(campaign.config.defects.share) of them); \
                    \(broken) break a rule. A rule is a pure function of the readings; a broken one makes its defect \
                    probable, not certain, and there are a few defects that no rule explains.

                    | defect | casts |
                    |---|---|
                    \(kinds.joined(separator: "\n"))
                    """
                ),
                (
                    "What not to train on",
                    """
                    `template`, `onset_s`, `rule_…`, `p_…` and the table `scenarios` are known only because this is a \
                    simulation. `split` keeps the casts of a sequence together.
                    """
                ),
                (
                    "Limits",
                    """
                    One machine with one slab format. Defects follow from five rules and a background; a plant has more \
                    causes, and its sensors fail in more ways. `mold_oscillation_frequency` is in cycles per minute.
                    """
                ),
            ])
    }
}
