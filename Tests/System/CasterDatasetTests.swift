import Datasets
import Tables
import TestSupport
import Testing

extension SystemTests {
    /// A thousand casts of an hour, as somebody would make them to train on.
    @Suite("CasterDataset", .serialized, .timeLimit(.minutes(15)))
    struct CasterDataset {
        /// Debug programs are a hundred times slower.
        private static let count = Programs.sound == Programs.debug ? 60 : 1000

        private static let names = [
            "defect", "rule_broken", "place_in_sequence", "onset_s", "mean_casting_speed", "mean_mold_water_rise",
            "mean_superheat", "shell_constant", "mold_level_rms", "mold_level_lag_1", "tundish_trend",
        ]

        /// The program's own validation evaluates the rules again, in every cast; here follows what physics.md B10 asks
        /// of the set as a whole.
        @Test func aThousandCastsLookLikeCasts() async throws {
            try await offPool {
                let folder = try TemporaryFolder("casts")
                let program = "\(Programs.sound)/bellwether-dataset"
                let options = ["--kind", "caster", "--count", "\(Self.count)", "--minutes", "60", "--seed", "1"]
                try ChildProcess.run(
                    program, ["generate"] + options + ["--out", folder.path("d")], timeout: .seconds(600))
                try ChildProcess.run(program, ["validate", folder.path("d")], timeout: .seconds(300))
                var columns: [String: [Double]] = [:]
                try DatasetReader(folder.path("d")).forEachBatch(of: "casts", columns: Self.names) { batch in
                    for (name, values) in zip(Self.names, batch.columns) {
                        columns[name, default: []] += values.asNumbers
                    }
                    columns["calm", default: []] += (0..<batch.rowCount).map { batch.valid[3]?[$0] ?? true ? 0 : 1 }
                }
                try judge(columns)
            }
        }

        private func judge(_ columns: [String: [Double]]) throws {
            func of(_ name: String, where flag: [Double]? = nil) -> [Double] {
                let values = columns[name] ?? []
                return flag.map { flag in zip(values, flag).filter { $0.1 == 1 }.map(\.0) } ?? values
            }
            let (defect, broken) = (of("defect"), of("rule_broken"))
            try #require(defect.count == Self.count)
            let share = mean(defect)
            // 99 % of a binomial distribution about the share that is wanted.
            #expect(abs(share - 0.15) < 2.58 * (0.15 * 0.85 / Double(Self.count)).squareRoot(), "\(share)")
            let (among, without) = (mean(of("defect", where: broken)), mean(of("defect", where: broken.map { 1 - $0 })))
            #expect(without < 0.05, "\(without)")
            #expect(among > 3 * share && among > 3 * without, "\(among), \(without)")

            #expect(correlation(of("mean_casting_speed"), of("mean_mold_water_rise")) > 0.5)
            #expect(correlation(of("mean_superheat"), of("shell_constant")) < 0)
            let calm = of("calm")
            #expect(calm.count { $0 == 1 } > Self.count / 2)
            #expect(of("mold_level_rms", where: calm).allSatisfy { (1...3).contains($0) })
            #expect(of("mold_level_lag_1", where: calm).allSatisfy { (0.5...0.95).contains($0) })
            #expect(of("tundish_trend", where: calm).allSatisfy { $0 < 0 })
        }

        private func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(max(x.count, 1)) }

        private func correlation(_ x: [Double], _ y: [Double]) -> Double {
            let (mx, my) = (mean(x), mean(y))
            let products = zip(x, y).reduce(0.0) { $0 + ($1.0 - mx) * ($1.1 - my) }
            func spread(_ x: [Double], _ m: Double) -> Double {
                x.reduce(0.0) { $0 + ($1 - m) * ($1 - m) }.squareRoot()
            }
            return products / (spread(x, mx) * spread(y, my))
        }
    }
}
