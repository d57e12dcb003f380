import Model
import Postgres
import Runtime
import Web

/// How an asset is doing: over time, and why.
struct HealthEndpoints: Sendable {
    let pool: DatabasePool

    var all: [Endpoint] { [history, explanation] }

    private static let reasonSchema = Schema.object([
        ("signal", .string, ""), ("subsystem", .optional(.string), "Name of its subsystem."),
        ("value", .nullable(.number), "Its last good reading."),
        ("limit", .nullable(.number), "The limit that it has left; null when it has left none."),
        (
            "cause", .optional(.oneOf(["range", "finding", "fading"])),
            "Outside its normal range; out of the ordinary for the detectors; or not any more, and fading."
        ),
        ("points", .number, "What it costs; those of all signals add up to the loss."),
        ("without", .optional(.number), "The score if it cost nothing."),
    ])

    // MARK: - History

    private static let meaning = """
        The history of an asset's health: every entry, or with `interval` its mean, least and most by minute or hour.
        """

    private var history: Endpoint {
        Endpoint(
            .get, "/api/v1/assets/{id}/health", id: "getHealth", HealthEndpoints.meaning,
            parameters: [
                .from, .to, .limit(10_000, default: 1_000), .cursor,
                Parameter("interval", .choice(["1m", "1h"], default: ""), "Summed up by minute or hour, UTC."),
            ],
            answer: .object([
                ("asset", .string, "Public name."),
                (
                    "health",
                    .array(
                        .object([
                            ("ts", .time, "By the readings' time; of a sum, where it begins."),
                            ("score", .number, "0 to 100; of a sum, the mean."),
                            ("status", .string, "Of a sum, the last one."),
                            ("reasons", .optional(.array(HealthEndpoints.reasonSchema)), "The costliest first."),
                            ("min", .optional(.number), "The least score of a sum."),
                            ("max", .optional(.number), "The greatest score of a sum."),
                            ("entries", .optional(.integer), "How many entries were summed up."),
                        ])), "Newest first."
                ),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] request, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            let interval = query.choice("interval")
            return try pool.with { connection in
                let asset: Int32 = try AssetEndpoints.find(request.parameter("id"), connection)[10]
                let rows = try connection.query(
                    interval.isEmpty ? HealthEndpoints.entries : HealthEndpoints.sums(interval),
                    [
                        .int4(asset), .timestampMs(query.timeMs("from")), .timestampMs(query.timeMs("to")),
                        .timestampMs(before.map(PostgresTime.clamped)), .int8(Int64(limit) + 1),
                    ])
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.field("asset", request.parameter("id"))
                    json.key("health")
                    json.beginArray()
                    for row in rows.prefix(limit) {
                        json.beginObject()
                        json.field("ts", timeMs: try row[0])
                        json.field("score", try row[1] as Double)
                        json.field("status", try row[2] as String)
                        if interval.isEmpty {
                            json.key("reasons")
                            json.raw(Array((try row[3] as String).utf8))
                        } else {
                            json.field("min", try row[3] as Double)
                            json.field("max", try row[4] as Double)
                            json.field("entries", try row[5] as Int64)
                        }
                        json.endObject()
                    }
                    json.endArray()
                    json.field("next", rows.count > limit ? Cursor([try rows[limit - 1][0]]).text : nil)
                }
                return .json(json.bytes)
            }
        }
    }

    private static let condition = """
        asset = $1 and ($2::timestamptz is null or ts >= $2) and ($3::timestamptz is null or ts < $3)
        and ($4::timestamptz is null or ts < $4)
        """
    private static let entries = """
        select ts, score::float8, status, reasons::text from health where \(condition) order by ts desc limit $5
        """

    private static func sums(_ interval: String) -> String {
        let unit = interval == "1h" ? "hour" : "minute"
        return """
            select date_trunc('\(unit)', ts, 'UTC') as bucket, avg(score)::float8,
                (array_agg(status order by ts desc))[1], min(score)::float8, max(score)::float8, count(*)
            from health where \(condition) group by bucket order by bucket desc limit $5
            """
    }

    // MARK: - Why

    private var explanation: Endpoint {
        Endpoint(
            .get, "/api/v1/assets/{id}/health/explain", id: "explainHealth",
            "Why an asset's health is what it is: what each signal costs, and what it would be without it.",
            parameters: [Parameter("at", .time, "As it was then; default: now.")],
            answer: .object([
                ("asset", .string, "Public name."), ("ts", .time, "When it was so, by the readings' time."),
                ("score", .number, "0 to 100."), ("status", .string, ""), ("loss", .number, "100 less the score."),
                ("words", .string, "The same in a sentence."),
                ("uncertainty", .number, "Points that bad and stale signals may cost beyond that."),
                ("lowest", .number, "The score if they did."),
                ("trend", .oneOf(["falling", "steady", "rising"]), ""),
                ("rate_per_hour", .number, "Points an hour."),
                (
                    "subsystems",
                    .array(.object([("name", .string, ""), ("title", .string, ""), ("score", .number, "0 to 100.")])),
                    "Parts of the asset, each with a score of its own."
                ),
                (
                    "contributions", .array(HealthEndpoints.reasonSchema),
                    "The costliest first; their points add up to the loss."
                ),
                (
                    "unseen",
                    .array(.object([("signal", .string, ""), ("why", .oneOf(["bad", "stale"]), "")])),
                    "Signals that count and of which nothing is known."
                ),
            ])
        ) { [pool] request, query in
            try pool.with { connection in
                let asset: Int32 = try AssetEndpoints.find(request.parameter("id"), connection)[10]
                let rows = try connection.query(
                    """
                    select ts, score::float8, status, reasons::text, detail::text from health
                    where asset = $1 and ($2::timestamptz is null or ts <= $2) order by ts desc limit 1
                    """, [.int4(asset), .timestampMs(query.timeMs("at"))])
                guard let row = rows.first else {
                    throw HTTPProblem(404, "Nothing is known of this asset's health at that time.")
                }
                let entry = Entry(
                    score: try row[1], status: try row[2], reasons: try JSON(row[3] as String),
                    detail: try JSON(row[4] as String))
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.field("asset", request.parameter("id"))
                    json.field("ts", timeMs: try row[0])
                    entry.write(to: &json)
                }
                return .json(json.bytes)
            }
        }
    }

    /// An entry of the history. Those that were written when only the connection changed have no detail.
    private struct Entry {
        let score: Double
        let status: String
        let reasons: JSON
        let detail: JSON

        func write(to json: inout JSONWriter) {
            let uncertainty = detail["uncertainty"]?.double ?? 0
            json.field("score", score)
            json.field("status", status)
            json.field("loss", 100 - score)
            json.field("words", words)
            json.field("uncertainty", uncertainty)
            json.field("lowest", max(0, score - uncertainty))
            json.field("trend", detail["trend"]?.string ?? "steady")
            json.field("rate_per_hour", detail["rate_per_hour"]?.double ?? 0)
            for name in ["subsystems", "unseen"] {
                json.key(name)
                json.value(detail[name] ?? .array([]))
            }
            json.key("contributions")
            json.value(reasons)
        }

        private var words: String {
            let parts = (reasons.array ?? []).prefix(3).compactMap { part in
                part["signal"]?.string.map { "\($0) \(HealthEndpoints.rounded(part["points"]?.double ?? 0))" }
            }
            let more = (reasons.array?.count ?? 0) - parts.count
            let unseen = detail["unseen"]?.array?.count ?? 0
            return "\(HealthEndpoints.rounded(score)) of 100 (\(status)): "
                + (parts.isEmpty
                    ? "no signal costs points"
                    : "points lost by " + parts.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""))
                + (unseen > 0 ? "; \(unseen) signals are unseen" : "")
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
