import Model
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("Rollups", .timeLimit(.minutes(10)))
struct RollupTests {
    private static let nowMs = Fixture.nowMs

    /// One row of a rollup, however it was computed.
    struct Sums: Equatable {
        var frames = 0
        var counts: [Int] = []
        var minima: [Double?] = []
        var maxima: [Double?] = []
        var means: [Double?] = []

        mutating func add(_ frame: Frame, sums: inout [Double]) {
            frames += 1
            for (place, value) in frame.values.enumerated() {
                if place == counts.count {
                    counts.append(0)
                    minima.append(nil)
                    maxima.append(nil)
                    sums.append(0)
                }
                guard value.isFinite, abs(value) <= 1e300, frame.quality(at: place) == .good else { continue }
                counts[place] += 1
                minima[place] = min(minima[place] ?? value, value)
                maxima[place] = max(maxima[place] ?? value, value)
                sums[place] += value
            }
        }

        func isNear(_ other: Sums) -> Bool {
            guard frames == other.frames, counts == other.counts, minima == other.minima, maxima == other.maxima,
                means.count == other.means.count
            else { return false }
            return zip(means, other.means).allSatisfy { mine, theirs in
                guard let mine, let theirs else { return mine == nil && theirs == nil }
                return abs(mine - theirs) <= 1e-9 * max(1, abs(mine))
            }
        }
    }

    struct Key: Hashable {
        let group: UInt8
        let bucketMs: Int64
    }

    /// The oracle: plain loops over what was stored.
    static func bruteForce(_ rows: [TelemetryRow], lengthMs: Int64) -> [Key: Sums] {
        var result: [Key: Sums] = [:]
        var sums: [Key: [Double]] = [:]
        for row in rows.sorted(by: { ($0.timeMs, $0.sequence) < ($1.timeMs, $1.sequence) }) {
            let key = Key(group: row.frame.group, bucketMs: row.timeMs / lengthMs * lengthMs)
            result[key, default: Sums()].add(row.frame, sums: &sums[key, default: []])
        }
        for (key, value) in sums {
            let counts = result[key]?.counts ?? []
            result[key]?.means = zip(value, counts).map { sum, count in count == 0 ? nil : sum / Double(count) }
        }
        return result
    }

    static func stored(_ connection: PostgresConnection, _ table: String) throws -> [Key: Sums] {
        var result: [Key: Sums] = [:]
        for row in try connection.query(
            "select signal_group, bucket, frames, counts, minima, maxima, means from \(table)")
        {
            let (group, bucketMs): (Int16, Int64) = (try row[0], try row[1])
            let counts: [Int32] = try row[3]
            result[Key(group: UInt8(group), bucketMs: bucketMs)] = Sums(
                frames: try row[2], counts: counts.map(Int.init), minima: try row[4], maxima: try row[5],
                means: try row[6])
        }
        return result
    }

    static func expectEqual(_ connection: PostgresConnection, _ rows: [TelemetryRow], _ hint: String) throws {
        for (table, lengthMs) in [("rollup_1m", Int64(60_000)), ("rollup_1h", 3_600_000)] {
            let wanted = bruteForce(rows, lengthMs: lengthMs)
            let found = try stored(connection, table)
            #expect(Set(wanted.keys) == Set(found.keys), "\(table) \(hint)")
            for (key, sums) in wanted {
                #expect(found[key]?.isNear(sums) == true, "\(table) \(key): \(sums) \(hint)")
            }
        }
    }

    /// Frames in random order of time, some late, with all sorts of values, in several rounds with runs in between.
    @Test(arguments: Seeds.list(fixed: 3)) func equalsBruteForce(_ seed: UInt64) async throws {
        try await withMigrated { database, connection in
            var random = SeededRandom(seed: seed)
            let fixture = try Fixture(connection)
            var all: [TelemetryRow] = []
            for round in 0..<4 {
                var rows: [TelemetryRow] = []
                for _ in 0..<300 {
                    let timeMs = RollupTests.nowMs - Int64(random.below(3 * 3_600_000))
                    let count = round < 2 ? 3 : 3 + random.below(2)
                    let values = (0..<count).map { _ -> Double in
                        switch random.below(12) {
                        case 0: .nan
                        case 1: 1.5e308
                        default: (random.unit() - 0.3) * 100
                        }
                    }
                    let qualities = (0..<count).map { _ in Quality(rawValue: UInt8(random.below(5) / 3)) ?? .good }
                    rows.append(
                        fixture.row(
                            Int64(all.count + rows.count + 1), at: timeMs, group: UInt8(random.below(2)), values,
                            random.below(2) == 0 ? [] : qualities))
                }
                try fixture.store(rows)
                all += rows
                var runs = 0
                while !(try Rollups.recompute(connection, settledBeforeMs: .max / 1000, limit: 50).isEmpty) {
                    runs += 1
                }
                #expect(runs > 0)
                try RollupTests.expectEqual(connection, all, replayHint(seed))
            }
            #expect(try database.psql("select count(*) from rollup_dirty") == "0")
            // Once more from nothing: the same bits.
            let before = try database.psql("select md5(string_agg(r::text, ',' order by r)) from rollup_1m r")
            try database.psql(
                "insert into rollup_dirty (asset, signal_group, bucket) "
                    + "select asset, signal_group, bucket from rollup_1m")
            while !(try Rollups.recompute(connection, settledBeforeMs: .max / 1000).isEmpty) {}
            #expect(try database.psql("select md5(string_agg(r::text, ',' order by r)) from rollup_1m r") == before)
        }
    }

    /// Writers go on while runs are under way, on the same minutes: no reading is left out in the end.
    @Test func racesWithWriters() async throws {
        try await gated {
            let database = try TestDatabase(isMigrated: true)
            _ = try Fixture(try database.connect())
            let isWriting = Mutex(true)
            let all = Mutex<[TelemetryRow]>([])
            startThread {
                guard let connection = try? database.connect() else { return }
                while isWriting.withLock({ $0 }) {
                    _ = try? Rollups.recompute(connection, settledBeforeMs: .max / 1000)
                }
                isWriting.withLock { $0 = true }
            }
            _ = try inParallel(3) { writer in
                let fixture = try Fixture(try database.connect())
                for batch in 0..<40 {
                    let rows = (0..<5).map { index in
                        let sequence = Int64(writer * 1_000_000 + batch * 100 + index)
                        let timeMs = RollupTests.nowMs + Int64(batch % 4) * 60_000 + Int64(index)
                        return fixture.row(sequence, at: timeMs, [1])
                    }
                    // Rows and marks wait for their commit: runs look at the minutes meanwhile and cannot see them.
                    try fixture.store(rows, pausingMicroseconds: UInt32(batch % 3) * 3000)
                    all.withLock { $0 += rows }
                }
                return 0
            }
            isWriting.withLock { $0 = false }
            try waitUntil("the end of the runs") { isWriting.withLock { $0 } }
            let connection = try database.connect()
            while !(try Rollups.recompute(connection, settledBeforeMs: .max / 1000).isEmpty) {}
            try RollupTests.expectEqual(connection, all.withLock { $0 }, "")
            #expect(try database.psql("select count(*) from rollup_dirty") == "0")
        }
    }

    /// A run computes a minute while a writer's rows for it wait for their commit: the minute must stay dirty.
    @Test func rowsOfAnOpenTransactionAreNotForgotten() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let rows = (1...2).map { fixture.row(Int64($0), at: RollupTests.nowMs + Int64($0)) }
            try fixture.store([rows[0]])
            let isRunning = Mutex(true)
            try connection.transaction {
                try connection.copyIn(TelemetryRow.copyStatement) { try $0.row(rows[1]) }
                try Rollups.mark(
                    connection, [Rollups.Minute(asset: fixture.asset.asset, signalGroup: 0, timeMs: rows[1].timeMs)])
                startThread {
                    _ = try? Rollups.recompute(try database.connect(), settledBeforeMs: .max / 1000)
                    isRunning.withLock { $0 = false }
                }
                try waitUntil("the run to meet the mark") {
                    try database.hasWaiter()
                }
            }
            try waitUntil("the run") { !isRunning.withLock { $0 } }
            while !(try Rollups.recompute(connection, settledBeforeMs: .max / 1000).isEmpty) {}
            try RollupTests.expectEqual(connection, rows, "")
        }
    }

    @Test func unsettledAndExpiredMinutesAreLeftAlone() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let minuteMs = RollupTests.nowMs
            try fixture.store([
                fixture.row(1, at: minuteMs - 120_000), fixture.row(2, at: minuteMs - 60_000),
                fixture.row(3, at: minuteMs),
            ])
            let summary = try Rollups.recompute(
                connection, settledBeforeMs: minuteMs, keptSinceMs: minuteMs - 60_000)
            #expect(summary.minutes == 2 && summary.hours == 1)
            #expect(try database.psql("select count(*) from rollup_1m") == "1")
            #expect(try database.psql("select count(*) from rollup_dirty") == "1")
        }
    }
}
