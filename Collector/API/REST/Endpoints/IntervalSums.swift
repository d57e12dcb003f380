import Model
import Postgres
import Runtime

/// What stands for the readings of an interval.
enum IntervalAggregate: String, CaseIterable, Sendable {
    case mean, min, max, sum, count, first, last

    /// True if it is one of the readings as it was taken.
    var isAReading: Bool { self == .first || self == .last }
}

/// The rollups that intervals can be put together from.
enum RollupTable: String {
    case minutes = "rollup_1m"
    case hours = "rollup_1h"

    /// Nil where an interval is no whole number of minutes.
    init?(seconds: Int) {
        if seconds % 3_600 == 0 {
            self = .hours
        } else if seconds % 60 == 0 {
            self = .minutes
        } else {
            return nil
        }
    }
}

/// Sums up the good readings of one signal group by intervals.
struct IntervalSums {
    let connection: PostgresConnection
    let asset: Int32
    let group: Int
    let signals: [(position: Int, entry: SignalSet.Entry)]
    let seconds: Int
    let aggregate: IntervalAggregate

    /// Values by start of the interval and name of the signal.
    typealias Found = [Int64: [String: Double]]

    /// Columns of one query; PostgreSQL takes 1664.
    private static let mostColumns = 500

    private var stepMs: Int64 { Int64(seconds) * 1000 }

    /// Adds to `found`. `window` holds whole intervals.
    func read(_ window: Range<Int64>, into found: inout Found) throws {
        var spans = [window]
        // First and last readings are not in the rollups.
        let rollup = aggregate.isAReading ? nil : RollupTable(seconds: seconds)
        if let rollup {
            spans = try spansWithoutRollup(rollup, window)
            let dirty = spans
            try inParts(&found) { part, found in try add(rollup, window, except: dirty, part, &found) }
        }
        let left = spans
        guard !left.isEmpty else { return }
        try inParts(&found) { part, found in try addReadings(left, part, &found) }
    }

    private func inParts(
        _ found: inout Found, _ body: (ArraySlice<(position: Int, entry: SignalSet.Entry)>, inout Found) throws -> Void
    ) throws {
        for first in stride(from: 0, to: signals.count, by: Self.mostColumns) {
            try body(signals[first..<min(first + Self.mostColumns, signals.count)], &found)
        }
    }

    /// Where the rollups do not tell everything: before the oldest that is kept, and wherever readings have come since
    /// they were computed. Whole intervals, in order.
    private func spansWithoutRollup(_ rollup: RollupTable, _ window: Range<Int64>) throws -> [Range<Int64>] {
        let key: [PostgresParameter] = [.int4(asset), .int2(Int16(clamping: group))]
        let oldest = try connection.query(
            "select bucket from \(rollup.rawValue) where asset = $1 and signal_group = $2 order by bucket limit 1", key)
        guard let oldestMs: Int64 = try oldest.first?[0], oldestMs < window.upperBound else { return [window] }
        var spans: [Range<Int64>] = []
        func add(_ span: Range<Int64>) {
            if let last = spans.last, last.upperBound >= span.lowerBound {
                spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
        if oldestMs > window.lowerBound {
            // Up to the interval that holds the oldest rollup.
            let begin = oldestMs - (oldestMs - window.lowerBound) % stepMs
            if begin > window.lowerBound { add(window.lowerBound..<begin) }
        }
        let dirty = try connection.query(
            """
            select distinct \(Self.interval(of: "bucket", step: "$3")) from rollup_dirty
            where asset = $1 and signal_group = $2 and bucket >= $4 and bucket < $5 order by 1
            """, key + [.int8(stepMs), time(window.lowerBound), time(window.upperBound)])
        for row in dirty {
            let startMs: Int64 = try row[0]
            add(startMs..<startMs + stepMs)
        }
        return spans
    }

    private func add(
        _ rollup: RollupTable, _ window: Range<Int64>, except spans: [Range<Int64>],
        _ part: ArraySlice<(position: Int, entry: SignalSet.Entry)>, _ found: inout Found
    ) throws {
        let sums = part.map { column in
            let place = column.position + 1
            return switch aggregate {
            case .min: "min(minima[\(place)])"
            case .max: "max(maxima[\(place)])"
            case .count: "nullif(sum(counts[\(place)]), 0)::float8"
            case .sum: "sum(means[\(place)] * counts[\(place)])"
            case .mean, .first, .last:
                "sum(means[\(place)] * counts[\(place)]) / nullif(sum(counts[\(place)]), 0)"
            }
        }
        let rows = try connection.query(
            """
            select \(Self.interval(of: "bucket", step: "$3")), \(sums.joined(separator: ", "))
            from \(rollup.rawValue) r
            where asset = $1 and signal_group = $2 and bucket >= $4 and bucket < $5 and not exists (
                select from unnest($6, $7) as s(first, beyond) where r.bucket >= s.first and r.bucket < s.beyond)
            group by 1
            """,
            [
                .int4(asset), .int2(Int16(clamping: group)), .int8(stepMs), time(window.lowerBound),
                time(window.upperBound), times(spans.map(\.lowerBound)), times(spans.map(\.upperBound)),
            ])
        try take(rows, part, &found)
    }

    private func addReadings(
        _ spans: [Range<Int64>], _ part: ArraySlice<(position: Int, entry: SignalSet.Entry)>, _ found: inout Found
    ) throws {
        let sums = part.map { column in
            let place = column.position + 1
            let reading = "t.values[\(place)]"
            let isGood = """
                \(reading) between -1e300 and 1e300 and (t.quality is null or length(t.quality) < \(place) \
                or get_byte(t.quality, \(column.position)) = 0)
                """
            return switch aggregate {
            case .mean: "avg(\(reading)) filter (where \(isGood))"
            case .min: "min(\(reading)) filter (where \(isGood))"
            case .max: "max(\(reading)) filter (where \(isGood))"
            case .sum: "sum(\(reading)) filter (where \(isGood))"
            case .count: "nullif(count(*) filter (where \(isGood)), 0)::float8"
            case .first: "(array_agg(\(reading) order by t.ts, t.epoch, t.seq) filter (where \(isGood)))[1]"
            case .last:
                "(array_agg(\(reading) order by t.ts desc, t.epoch desc, t.seq desc) filter (where \(isGood)))[1]"
            }
        }
        let rows = try connection.query(
            """
            select \(Self.interval(of: "t.ts", step: "$3")), \(sums.joined(separator: ", "))
            from unnest($4, $5) as s(first, beyond), lateral (
                select ts, epoch, seq, values, quality from telemetry
                where asset = $1 and signal_group = $2 and ts >= s.first and ts < s.beyond
                -- Known before the statement is planned: most partitions need not be looked at.
                and ts >= $6 and ts < $7) as t
            group by 1
            """,
            [
                .int4(asset), .int2(Int16(clamping: group)), .int8(stepMs), times(spans.map(\.lowerBound)),
                times(spans.map(\.upperBound)), time(spans.first?.lowerBound ?? 0), time(spans.last?.upperBound ?? 0),
            ])
        try take(rows, part, &found)
    }

    private func take(
        _ rows: PostgresRows, _ part: ArraySlice<(position: Int, entry: SignalSet.Entry)>, _ found: inout Found
    ) throws {
        for row in rows {
            let startMs: Int64 = try row[0]
            for (column, signal) in part.enumerated() {
                guard let value: Double = try row[column + 1] else { continue }
                found[startMs, default: [:]][signal.entry.name] = value
            }
        }
    }

    /// The start of a time's interval, in milliseconds.
    private static func interval(of time: String, step: String) -> String {
        "(floor(extract(epoch from \(time)) * 1000 / \(step)::int8) * \(step)::int8)::int8"
    }

    private func time(_ timeMs: Int64) -> PostgresParameter { .timestampMs(PostgresTime.clamped(timeMs)) }
    private func times(_ timesMs: [Int64]) -> PostgresParameter { .timestampsMs(timesMs.map(PostgresTime.clamped)) }
}
