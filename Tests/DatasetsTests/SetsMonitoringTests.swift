import Assets
import Model
import Tables
import TestSupport
import Testing

@testable import Datasets

@Suite(.timeLimit(.minutes(10))) struct SetsMonitoringTests {
    private func series(_ facility: Int, count: Int, minutes: Int = 60, seed: UInt64) throws -> (
        MonitoringSeries, [MonitoringRow]
    ) {
        let request = try #require(RecordRequest(count: 1, facilities: facility + 1, seed: seed))
        let facilities = Facility.all(request)
        var series = MonitoringSeries(facilities[facility], count: count, intervalMinutes: minutes, seed: seed)
        let design = series
        var rows: [MonitoringRow] = []
        while let row = series.next() { rows.append(row) }
        return (design, rows)
    }

    private func column(_ name: String) throws -> Int {
        try #require(MonitoringSignals.signals.firstIndex { $0.name == name })
    }

    @Test func theSameSeedGivesTheSameRows() throws {
        let (_, first) = try series(1, count: 12, seed: 4)
        let (_, second) = try series(1, count: 12, seed: 4)
        let (_, other) = try series(1, count: 12, seed: 5)
        #expect(MonitoringRow.table.batch(first) == MonitoringRow.table.batch(second))
        #expect(MonitoringRow.table.batch(first) != MonitoringRow.table.batch(other))
        // A longer series begins with the shorter one.
        let (_, longer) = try series(1, count: 20, seed: 4)
        #expect(MonitoringRow.table.batch(Array(longer.prefix(12))) == MonitoringRow.table.batch(first))
    }

    /// The triggers that are published give the status that is published.
    @Test func statusFollowsFromTheRow() throws {
        for seed in Seeds.list(fixed: 2) {
            let (made, rows) = try series(0, count: 48, seed: seed)
            let triggers = TriggerRow.rows("x", made.design.plan)
            for row in rows {
                var level = 0
                for trigger in triggers {
                    let value = row.values[try column(trigger.column)]
                    level = max(
                        level,
                        trigger.isRising ? trigger.steps.level(rising: value) : trigger.steps.level(falling: value))
                }
                #expect(level == row.status, "\(replayHint(seed))")
            }
            #expect(rows.allSatisfy { $0.values.allSatisfy(\.isFinite) })
        }
    }

    /// Episodes come one at a time, with pauses, and last as long as they are meant to.
    @Test func episodesComeAndGo() {
        for seed in Seeds.list() {
            var episodes = MonitoringEpisodes(seed: seed, facility: 0)
            let labels = (0..<20_000).map { episodes.at(hour: Double($0)) }
            let share = Double(labels.count { $0.label != 0 }) / 20_000
            #expect((0.1...0.35).contains(share), "\(share)")
            #expect(Set(labels.map(\.label)).count == MonitoringEpisodes.labels.count)
            #expect(labels.allSatisfy { ($0.label == 0) == ($0.severity == 0) && $0.severity <= 1 })
            for (before, after) in zip(labels, labels.dropFirst()) where before.label != 0 && after.label != 0 {
                #expect(before.label == after.label)
            }
        }
        #expect(MonitoringEpisodes.places.dropFirst().allSatisfy { $0 != nil })
    }

    /// What is published of the section is enough to calculate the published factor of safety, here by our own code.
    @Test func safetyFollowsFromThePorePressures() throws {
        let (made, rows) = try series(2, count: 6, seed: 11)
        let first = try column("piezometer_1")
        for row in rows {
            let safety = made.design.factorOfSafety(pondM: row.values[try column("pond_level")]) {
                row.values[first + $0]
            }
            #expect(abs(safety - row.values[try column("factor_of_safety")]) < 1e-4)
        }
    }
}
