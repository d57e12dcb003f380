import Model
import Postgres
import Runtime

/// Readings summed up by intervals: from the rollups where they are complete, from the readings themselves elsewhere.
///
/// Intervals begin at multiples of their length since 1970-01-01T00:00Z; those that hold no good reading are left out.
/// Of one that the time span touches, all readings count.
struct TelemetryIntervals {
    let selection: TelemetryEndpoint.Selection
    let fromMs: Int64
    let toMs: Int64
    let seconds: Int
    let aggregate: IntervalAggregate
    let isDescending: Bool
    let limit: Int
    /// Start in ms of the last interval that earlier pages have dealt with.
    let after: Cursor?

    /// Stretches without readings that one page steps over, at most.
    private static let mostSteps = 200

    private struct Row {
        let startMs: Int64
        let values: [String: Double]
    }

    private var stepMs: Int64 { Int64(seconds) * 1000 }

    private func floor(_ timeMs: Int64) -> Int64 {
        let remainder = timeMs % stepMs
        return timeMs - (remainder < 0 ? remainder + stepMs : remainder)
    }

    /// What is left to tell when this page begins: whole intervals.
    private var rest: Range<Int64> {
        let first = floor(fromMs)
        let end = floor(toMs - 1) + stepMs
        guard let done = after?.numbers[0], (first..<end).contains(done) else { return first..<end }
        return isDescending ? first..<floor(done) : floor(done) + stepMs..<end
    }

    func write(_ connection: PostgresConnection, _ json: inout JSONWriter) throws {
        let (rows, next) = try page(connection)
        json.field("interval_s", seconds)
        json.field("aggregate", aggregate.rawValue)
        json.list("rows") { json in for row in rows { write(row, &json) } }
        json.field("next", next.map { Cursor([$0]).text })
    }

    private func write(_ row: Row, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("ts", timeMs: row.startMs)
        json.key("values")
        json.beginObject()
        for group in selection.groups {
            for (_, entry) in group.signals {
                guard let value = row.values[entry.name] else { continue }
                json.key(entry.name)
                if aggregate.isAReading { json.reading(value, entry.form, text: nil) } else { json.double(value) }
            }
        }
        json.endObject()
        json.endObject()
    }

    /// At most `limit` rows, and the start of the last interval dealt with if there is more after it.
    private func page(_ connection: PostgresConnection) throws -> (rows: [Row], next: Int64?) {
        var rest = rest
        var rows: [Row] = []
        for _ in 0..<Self.mostSteps where rows.count <= limit && !rest.isEmpty {
            guard let edge = try edge(of: rest, connection) else { return (rows, nil) }
            // One more than wanted, which tells whether there is a next page.
            let width = Int64(limit + 1 - rows.count) * stepMs
            let window =
                isDescending
                ? max(rest.lowerBound, edge + stepMs - width)..<edge + stepMs
                : edge..<min(rest.upperBound, edge + width)
            var found: [Int64: [String: Double]] = [:]
            for group in selection.groups {
                let sums = IntervalSums(
                    connection: connection, asset: selection.asset, group: group.group,
                    signals: group.signals.filter { $0.entry.form != .text }, seconds: seconds, aggregate: aggregate)
                try sums.read(window, into: &found)
            }
            let starts = isDescending ? found.keys.sorted(by: >) : found.keys.sorted()
            rows += starts.map { Row(startMs: $0, values: found[$0] ?? [:]) }
            rest = isDescending ? rest.lowerBound..<window.lowerBound : window.upperBound..<rest.upperBound
        }
        if rows.count > limit { return (Array(rows.prefix(limit)), rows[limit - 1].startMs) }
        guard !rest.isEmpty else { return (rows, nil) }
        return (rows, isDescending ? rest.upperBound : rest.lowerBound - stepMs)
    }

    /// The first interval of a span (or the last) that may hold readings: none before it does.
    private func edge(of span: Range<Int64>, _ connection: PostgresConnection) throws -> Int64? {
        let direction = isDescending ? "desc" : "asc"
        var sql = """
            (select ts from telemetry where asset = $1 and ts >= $2 and ts < $3 and signal_group = any($4)
                order by ts \(direction) limit 1)
            """
        if let rollup = RollupTable(seconds: seconds) {
            sql += """
                 union all select r.bucket from unnest($4) as g, lateral (
                    select bucket from \(rollup.rawValue) where asset = $1 and signal_group = g and bucket >= $2
                    and bucket < $3 order by bucket \(direction) limit 1) as r
                """
        }
        let edges = try connection.query(
            sql,
            [
                .int4(selection.asset), .timestampMs(PostgresTime.clamped(span.lowerBound)),
                .timestampMs(PostgresTime.clamped(span.upperBound)),
                .int2s(selection.groups.map { Int16(clamping: $0.group) }),
            ]
        ).map { row throws(PostgresFailure) -> Int64 in floor(try row[0]) }
        return isDescending ? edges.max() : edges.min()
    }
}
