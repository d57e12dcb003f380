import Model
import Postgres
import Runtime

/// Readings summed up by intervals: from the rollups where they are complete, from the readings themselves elsewhere.
struct TelemetryIntervals {
    let selection: TelemetryEndpoint.Selection
    let fromMs: Int64
    let toMs: Int64
    let seconds: Int
    let aggregate: String
    let isDescending: Bool
    let limit: Int
    /// Start in ms of the last interval of the page before.
    let after: Cursor?

    /// Rollups of younger minutes may still be under way.
    private static let settledAfterMs: Int64 = 300_000

    private var stepMs: Int64 { Int64(seconds) * 1000 }

    /// The time span of this page; at most `limit` intervals of it are asked for.
    private var span: Range<Int64> {
        let first = floor(fromMs)
        let last = floor(toMs - 1) + stepMs
        let width = Int64(limit) * stepMs
        if isDescending {
            let end = after.map { min(max($0.numbers[0], first), last) } ?? last
            return max(first, end - width)..<end
        }
        let start = after.map { min(max($0.numbers[0] + stepMs, first), last) } ?? first
        return start..<min(last, start + width)
    }

    private func floor(_ timeMs: Int64) -> Int64 {
        let remainder = timeMs % stepMs
        return timeMs - (remainder < 0 ? remainder + stepMs : remainder)
    }

    func write(_ connection: PostgresConnection, _ json: inout JSONWriter) throws {
        let span = span
        var buckets: [Int64: [String: Double]] = [:]
        let settled = min(
            span.upperBound, max(span.lowerBound, floor(Clock.wallMs() - TelemetryIntervals.settledAfterMs)))
        let rollup: String? = seconds % 3_600 == 0 ? "rollup_1h" : seconds % 60 == 0 ? "rollup_1m" : nil
        for (group, signals) in selection.groups {
            let positions = signals.filter { if case .text = $0.entry.form { false } else { true } }
            for (position, entry) in positions {
                if let rollup, settled > span.lowerBound {
                    try read(
                        fromRollups(rollup), connection, group, position, span.lowerBound..<settled, entry.name,
                        &buckets)
                }
                let rest = (rollup == nil ? span.lowerBound : settled)..<span.upperBound
                if !rest.isEmpty { try read(fromReadings, connection, group, position, rest, entry.name, &buckets) }
            }
        }
        json.field("interval_s", seconds)
        json.field("aggregate", aggregate)
        json.key("rows")
        json.beginArray()
        let starts = isDescending ? buckets.keys.sorted(by: >) : buckets.keys.sorted()
        for start in starts {
            json.beginObject()
            json.field("ts", timeMs: start)
            json.field(
                "values",
                object: { json in
                    for (name, value) in (buckets[start] ?? [:]).sorted(by: { $0.key < $1.key }) {
                        json.field(name, value)
                    }
                })
            json.endObject()
        }
        json.endArray()
        let isLast = isDescending ? span.lowerBound <= floor(fromMs) : span.upperBound >= floor(toMs - 1) + stepMs
        json.field("next", isLast ? nil : Cursor([isDescending ? span.lowerBound : span.upperBound - stepMs]).text)
    }

    private func read(
        _ sql: String, _ connection: PostgresConnection, _ group: Int, _ position: Int, _ span: Range<Int64>,
        _ name: String, _ buckets: inout [Int64: [String: Double]]
    ) throws {
        let rows = try connection.query(
            sql,
            [
                .int4(selection.asset), .int2(Int16(clamping: group)), .int4(Int32(clamping: position + 1)),
                .timestampMs(PostgresTime.clamped(span.lowerBound)),
                .timestampMs(PostgresTime.clamped(span.upperBound)),
                .int8(stepMs),
            ])
        for row in rows {
            guard let value: Double = try row[1] else { continue }
            buckets[try row[0], default: [:]][name] = value
        }
    }

    private static let bucket =
        "(floor(extract(epoch from %) * 1000 / $6::int8) * $6::int8)::int8"

    private func fromRollups(_ table: String) -> String {
        let value =
            switch aggregate {
            case "min": "min(minima[$3])"
            case "max": "max(maxima[$3])"
            case "count": "sum(counts[$3])::float8"
            default: "sum(means[$3] * counts[$3]) / nullif(sum(counts[$3]), 0)"
            }
        return """
            select \(TelemetryIntervals.bucket.replacing("%", with: "bucket")), \(value)
            from \(table)
            where asset = $1 and signal_group = $2 and bucket >= $4 and bucket < $5 and counts[$3] > 0
            group by 1
            """
    }

    private var fromReadings: String {
        let value =
            switch aggregate {
            case "min": "min(values[$3])"
            case "max": "max(values[$3])"
            case "count": "count(*)::float8"
            default: "avg(values[$3])"
            }
        return """
            select \(TelemetryIntervals.bucket.replacing("%", with: "ts")), \(value)
            from telemetry
            where asset = $1 and signal_group = $2 and ts >= $4 and ts < $5
            and values[$3] <> 'NaN' and (quality is null or get_byte(quality, $3 - 1) = 0)
            group by 1
            """
    }
}

extension String {
    /// Every `old` replaced, without Foundation.
    fileprivate func replacing(_ old: Character, with new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
