import Assets
import Model
import Runtime
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
        var series = MonitoringSeries(facilities[facility], of: request, count: count, intervalMinutes: minutes)
        let design = series
        var rows: [MonitoringRow] = []
        while let row = series.next() { rows.append(row) }
        return (design, rows)
    }

    private func column(_ name: String) throws -> Int {
        try #require(MonitoringSignals.signals.firstIndex { $0.name == name })
    }

    @Test func theSameSeedGivesTheSameRows() throws {
        let (_, first) = try series(1, count: 12, minutes: 20, seed: 4)
        let (_, second) = try series(1, count: 12, minutes: 20, seed: 4)
        let (_, other) = try series(1, count: 12, minutes: 20, seed: 5)
        #expect(MonitoringRow.table.batch(first) == MonitoringRow.table.batch(second))
        #expect(MonitoringRow.table.batch(first) != MonitoringRow.table.batch(other))
        // A longer series begins with the shorter one.
        let (_, longer) = try series(1, count: 20, minutes: 20, seed: 4)
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
            // The last lot is too late to fail.
            var episodes = MonitoringEpisodes(seed: seed, facility: 0, of: 1, hours: 0)
            let labels = (0..<20_000).map { episodes.at(hour: Double($0)) }
            let share = Double(labels.count { $0.label != 0 }) / 20_000
            #expect((0.1...0.35).contains(share), "\(share)")
            // All but the one that only ends a facility.
            #expect(Set(labels.map(\.label)).count == MonitoringEpisodes.labels.count - 1)
            #expect(labels.allSatisfy { ($0.label == 0) == ($0.severity == 0) && $0.severity <= 1 })
            for (before, after) in zip(labels, labels.dropFirst()) where before.label != 0 && after.label != 0 {
                #expect(before.label == after.label)
            }
        }
        #expect(MonitoringEpisodes.places.dropFirst().allSatisfy { $0 != nil })
    }

    /// In every lot of five one fails, in the last quarter of its series, by creep and without warning by turns.
    @Test func oneFacilityInFiveFails() {
        for seed in Seeds.list() {
            let ends = (0..<40).map { facility in
                var episodes = MonitoringEpisodes(seed: seed, facility: facility, of: 40, hours: 200)
                return (0..<200).map { episodes.at(hour: Double($0)).label }
            }
            let creep = MonitoringEpisodes.labels.firstIndex(of: "creep-to-failure") ?? 0
            let brittle = MonitoringEpisodes.labels.firstIndex(of: "brittle-failure") ?? 0
            for lot in 0..<8 {
                let last = ends[lot * 5..<lot * 5 + 5].map { labels in
                    Set(labels.suffix(10)).count == 1 && [creep, brittle].contains(labels[199]) ? labels[199] : 0
                }
                // Ordinary creep may be on at the end of others.
                #expect(last.contains(lot % 2 == 0 ? creep : brittle), "lot \(lot), \(replayHint(seed))")
                #expect(last.count { $0 == brittle } == lot % 2)
            }
            for hours in [0.0, 1, 5, 6.5] {
                var episodes = MonitoringEpisodes(seed: seed, facility: 0, of: 1, hours: hours)
                #expect((0..<7).allSatisfy { episodes.at(hour: Double($0)).label == 0 })
            }
        }
    }

    /// Slices made by several threads, in any order, are the series.
    @Test func slicesGoOn() async throws {
        try await offPool {
            let (_, whole) = try series(0, count: 30, minutes: 1, seed: 6)
            let request = try #require(RecordRequest(count: 30, facilities: 1, seed: 6))
            let facility = Facility.all(request)[0]
            @Sendable func rows(_ chains: MonitoringChains, _ chunk: Int) -> [MonitoringRow] {
                let records = chunk * 10..<chunk * 10 + 10
                let slice = RecordSlice(facility: 0, records: records, firstNumber: records.lowerBound, chunk: chunk)
                return chains.rows(of: slice, isLast: chunk == 2) {
                    MonitoringSeries(facility, of: request, count: 30, intervalMinutes: 1)
                }
            }
            let made = Locked<[Int: [MonitoringRow]]>([:])
            let chains = MonitoringChains()
            let threads = try (0..<3).map { chunk in
                try NamedThread.start(name: "slice-\(chunk)", stackBytes: 8 << 20) {
                    let slice = rows(chains, chunk)
                    made.withLock { $0[chunk] = slice }
                }
            }
            for thread in threads { thread.join() }
            let together = made.withLock { slices in (0..<3).flatMap { slices[$0] ?? [] } }
            #expect(MonitoringRow.table.batch(together) == MonitoringRow.table.batch(whole))
            // A run that is resumed begins in the middle.
            let resumed = rows(MonitoringChains(), 2)
            #expect(MonitoringRow.table.batch(resumed) == MonitoringRow.table.batch(Array(whole[20...])))
        }
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
