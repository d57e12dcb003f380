import Tables
import TestSupport
import Testing

extension SystemTests {
    /// Whole series by the release program: days of simulated time.
    @Suite("Tailings monitoring", .serialized, .timeLimit(.minutes(5)))
    struct MonitoringSets {
        private struct Row {
            let status: String
            let scenario: String
            let failed: Bool
        }

        @Test("One facility in five fails: every level of the response plan before, and marked from then on")
        func failures() async throws {
            try await offPool {
                let folder = try TemporaryFolder()
                let set = folder.path("monitoring")
                // 10 facilities: one creeps to its failure, one fails without warning.
                try ChildProcess.run(
                    Programs.dataset(),
                    [
                        "generate", "--kind", "tailings-monitoring", "--count", "4000", "--facilities", "10",
                        "--interval", "30", "--out", set,
                    ], timeout: .seconds(200))
                let columns = ["facility_id", "status", "scenario", "failed"]
                let schema = try ParquetReader(path: "\(set)/monitoring.parquet").schema
                var reader = try TableReader("\(set)/monitoring.parquet", .parquet, schema: schema, columns: columns)
                var rows: [String: [Row]] = [:]
                while let batch = try reader.nextBatch() {
                    let cells = columns.indices.map { place in
                        batch.cells(of: place, schema.columns[schema.index(of: columns[place]) ?? 0].form)
                    }
                    for row in 0..<batch.rowCount {
                        rows[cells[0][row], default: []].append(
                            Row(status: cells[1][row], scenario: cells[2][row], failed: cells[3][row] == "true"))
                    }
                }
                #expect(rows.count == 10 && rows.values.allSatisfy { $0.count == 400 })
                let failing = rows.values.filter { $0.contains { $0.failed } }
                #expect(Set(failing.compactMap { $0.last?.scenario }) == ["creep-to-failure", "brittle-failure"])
                #expect(failing.count == 2)
                for rows in failing {
                    let first = rows.firstIndex { $0.failed } ?? 0
                    let isLasting = rows[first...].allSatisfy { $0.failed }
                    #expect((300..<390).contains(first) && isLasting)
                    guard rows[first].scenario == "creep-to-failure" else { continue }
                    #expect(rows[first - 1].status == "red")
                    #expect(Set(rows[..<first].map { $0.status }) == ["green", "yellow", "orange", "red"])
                }
            }
        }
    }
}
