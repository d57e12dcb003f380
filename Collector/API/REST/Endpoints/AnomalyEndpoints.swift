import Analytics
import Postgres
import Runtime
import Web

/// What the detectors have found.
struct AnomalyEndpoints: Sendable {
    let pool: DatabasePool

    var all: [Endpoint] { [anomalies] }

    private static let levels = ["notice", "warning", "critical"]

    private var anomalies: Endpoint {
        Endpoint(
            .get, "/api/v1/anomalies", id: "listAnomalies",
            "What the detectors have found, the newest first: since when, how sure, in which signals.",
            parameters: [
                Parameter("asset", .text, "Only anomalies of this asset."),
                Parameter("state", .choice(["open", "ended"], default: ""), "Only those that last, or that ended."),
                Parameter(
                    "level", .choice(AnomalyEndpoints.levels, default: "notice"), "Of this level at least."),
                .from, .to, .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("anomalies", .array(.named("Anomaly")), "By the time of detection; newest first."),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 3)?.numbers
            let level = AnomalyEndpoints.levels.firstIndex(of: query.choice("level")) ?? 0
            return try pool.with { connection in
                let rows = try connection.query(
                    """
                    select n.detected_at, n.asset, n.number, a.id, n.since, n.peak_at, n.ended_at, n.known_at, n.surprise,
                        n.peak_surprise, n.level, n.late, n.layer, n.regime, n.detail::text
                    from anomalies n join assets a on a.asset = n.asset
                    where ($1 is null or a.id = $1)
                    and ($2 = '' or ($2 = 'open') = (n.ended_at is null)) and n.level > $3
                    and ($4::timestamptz is null or n.detected_at >= $4)
                    and ($5::timestamptz is null or n.detected_at < $5)
                    and ($6::timestamptz is null or (n.detected_at, n.asset, n.number) < ($6, $7, $8))
                    order by n.detected_at desc, n.asset desc, n.number desc limit $9
                    """,
                    [
                        .text(query.text("asset")), .text(query.choice("state")), .int4(Int32(level)),
                        .timestampMs(query.timeMs("from")), .timestampMs(query.timeMs("to")),
                        .timestampMs(before.map { PostgresTime.clamped($0[0]) }), .int8(before?[1]), .int8(before?[2]),
                        .int8(Int64(limit) + 1),
                    ])
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.key("anomalies")
                    json.beginArray()
                    for row in rows.prefix(limit) { try AnomalyEndpoints.write(row, &json) }
                    json.endArray()
                    let next = rows.count > limit ? rows[limit - 1] : nil
                    json.field("next", try next.map { Cursor([try $0[0], try $0[1], try $0[2]]).text })
                }
                return .json(json.bytes)
            }
        }
    }

    private static func write(_ row: PostgresRow, _ json: inout JSONWriter) throws {
        let surprise: (now: Double, peak: Double) = (try row[8], try row[9])
        json.beginObject()
        json.field("asset", try row[3] as String)
        json.field("number", try row[2] as Int64)
        json.field("level", levels[max(0, min(levels.count, Int(try row[10] as Int16)) - 1)])
        json.field("since", timeMs: try row[4])
        json.field("detected_at", timeMs: try row[0])
        json.field("peak_at", timeMs: try row[5])
        json.field("ended_at", timeMs: try row[6])
        json.field("known_at", timeMs: try row[7])
        json.field("late", try row[11] as Bool)
        json.field("surprise", surprise.now)
        json.field("peak_surprise", surprise.peak)
        json.field("layer", try row[12] as String)
        json.field("regime", try row[13] as String?)
        json.key("detail")
        json.raw(Array((try row[14] as String).utf8))
        json.endObject()
    }

    static let schema = Schema.object([
        ("asset", .string, "Public name."), ("number", .integer, "Counted for each asset from 1."),
        ("level", .oneOf(levels), "The highest that it reached."),
        ("since", .time, "When it began, as estimated, by the readings' time."),
        ("detected_at", .time, "The reading that showed it."), ("peak_at", .time, "When it was strongest."),
        ("ended_at", .nullable(.time), "Null: it lasts."),
        ("known_at", .time, "When the collector came to know of it."),
        ("late", .boolean, "Found in readings that came late, from a backlog."),
        ("surprise", .number, "-log10 of the probability of such readings in normal operation, when last changed."),
        ("peak_surprise", .number, "The same, at its strongest."),
        ("layer", .string, "The layer of the detector that has found it."),
        ("regime", .nullable(.string), "In which the asset ran; null = its kind has none."),
        (
            "detail", .any,
            "contributions (signal, share, direction, expected, seen), broken_relations, likely_faults (fault, "
                + "probability)."
        ),
    ])
}
