import Model
import Postgres
import Runtime
import Web

/// Events, losses, quarantine: what was noted, page by page.
struct HistoryEndpoints: Sendable {
    let pool: DatabasePool

    var all: [Endpoint] { [events, losses, quarantine] }

    private var events: Endpoint {
        Endpoint(
            .get, "/api/v1/events", id: "listEvents",
            "What happened to assets, agents and the collection, newest first.",
            parameters: [
                Parameter("asset", .text, "Only events of this asset."),
                Parameter("kind", .text, "Only events of this kind, such as status, loss, agent_offline."),
                Parameter("severity", .choice(["info", "warning", "critical"], default: ""), "Only of this severity."),
                .from, .to, .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("events", .array(.named("Event")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            return try pool.with { connection in
                let rows = try connection.query(
                    """
                    select e.event, e.kind, e.severity, e.site, e.agent, a.id, e.occurred_at, e.known_at, e.message,
                        e.detail::text
                    from events e left join assets a on a.asset = e.asset
                    where ($1::int8 is null or e.event < $1) and ($2 is null or a.id = $2) and ($3 is null or e.kind = $3)
                    and ($4 = '' or e.severity = $4) and ($5::timestamptz is null or e.occurred_at >= $5)
                    and ($6::timestamptz is null or e.occurred_at < $6) order by e.event desc limit $7
                    """,
                    [
                        .int8(before), .text(query.text("asset")), .text(query.text("kind")),
                        .text(query.choice("severity")), .timestampMs(query.timeMs("from")),
                        .timestampMs(query.timeMs("to")), .int8(Int64(limit) + 1),
                    ])
                return try HistoryEndpoints.page("events", rows, limit) { row, json throws(PostgresFailure) in
                    json.field("event", try row[0] as Int64)
                    json.field("kind", try row[1] as String)
                    json.field("severity", try row[2] as String)
                    json.field("site", try row[3] as String?)
                    json.field("agent", try row[4] as String?)
                    json.field("asset", try row[5] as String?)
                    json.field("occurred_at", timeMs: try row[6])
                    json.field("known_at", timeMs: try row[7])
                    json.field("message", try row[8] as String)
                    json.key("detail")
                    json.raw(Array((try row[9] as String).utf8))
                }
            }
        }
    }

    private var losses: Endpoint {
        Endpoint(
            .get, "/api/v1/losses", id: "listLosses",
            "Readings that are not there and never will be, each with range and cause, newest first.",
            parameters: [
                Parameter("agent", .text, "Only losses of this agent."), .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("losses", .array(.named("Loss")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            return try pool.with { connection in
                let rows = try connection.query(
                    """
                    select loss, site, agent, epoch, first_seq, last_seq, cause, from_ts, to_ts, ticks, noted_by, noted_at
                    from losses where ($1::int8 is null or loss < $1) and ($2 is null or agent = $2)
                    order by loss desc limit $3
                    """, [.int8(before), .text(query.text("agent")), .int8(Int64(limit) + 1)])
                return try HistoryEndpoints.page("losses", rows, limit) { row, json throws(PostgresFailure) in
                    let epochBits: Int64 = try row[3]
                    json.field("loss", try row[0] as Int64)
                    json.field("site", try row[1] as String)
                    json.field("agent", try row[2] as String)
                    json.field("epoch", Epoch(bits: UInt64(bitPattern: epochBits)).map(\.description))
                    json.field("first_seq", try row[4] as Int64?)
                    json.field("last_seq", try row[5] as Int64?)
                    json.field("cause", try row[6] as String)
                    json.field("from", timeMs: try row[7])
                    json.field("to", timeMs: try row[8])
                    json.field("ticks", try row[9] as Int64)
                    json.field("noted_by", try row[10] as String)
                    json.field("noted_at", timeMs: try row[11])
                }
            }
        }
    }

    private var quarantine: Endpoint {
        Endpoint(
            .get, "/api/v1/quarantine", id: "listQuarantine",
            "Messages that could not be accepted, with the reason, newest first.",
            parameters: [
                Parameter("agent", .text, "Only messages of this agent."), .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("quarantine", .array(.named("QuarantinedMessage")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            return try pool.with { connection in
                let rows = try connection.query(
                    """
                    select quarantine, received_at, site, agent, device, epoch, seq, reason, topic, length(payload)
                    from quarantine where ($1::int8 is null or quarantine < $1) and ($2 is null or agent = $2)
                    order by quarantine desc limit $3
                    """, [.int8(before), .text(query.text("agent")), .int8(Int64(limit) + 1)])
                return try HistoryEndpoints.page("quarantine", rows, limit) { row, json throws(PostgresFailure) in
                    let epochBits: Int64? = try row[5]
                    json.field("quarantine", try row[0] as Int64)
                    json.field("received_at", timeMs: try row[1])
                    json.field("site", try row[2] as String)
                    json.field("agent", try row[3] as String)
                    json.field("device", try row[4] as String?)
                    json.field("epoch", epochBits.flatMap { Epoch(bits: UInt64(bitPattern: $0)) }.map(\.description))
                    json.field("seq", try row[6] as Int64?)
                    json.field("reason", try row[7] as String)
                    json.field("topic", try row[8] as String)
                    json.field("payload_bytes", try row[9] as Int)
                }
            }
        }
    }

    /// A page of rows whose first column is their number, newest first.
    static func page(
        _ name: String, _ rows: PostgresRows, _ limit: Int,
        _ write: (PostgresRow, inout JSONWriter) throws(PostgresFailure) -> Void
    ) throws -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key(name)
        json.beginArray()
        for row in rows.prefix(limit) {
            json.beginObject()
            try write(row, &json)
            json.endObject()
        }
        json.endArray()
        json.field("next", rows.count > limit ? Cursor([try rows[limit - 1][0]]).text : nil)
        json.endObject()
        return .json(json.bytes)
    }

    static let eventSchema = Schema.object([
        ("event", .integer, "Number of the event."), ("kind", .string, ""),
        ("severity", .oneOf(["info", "warning", "critical"]), ""), ("site", .nullable(.string), ""),
        ("agent", .nullable(.string), ""), ("asset", .nullable(.string), ""), ("occurred_at", .time, ""),
        ("known_at", .time, "When the collector came to know of it."), ("message", .string, "Words for people."),
        ("detail", .any, "Particulars, by kind."),
    ])
    static let lossSchema = Schema.object([
        ("loss", .integer, "Number of the entry."), ("site", .string, ""), ("agent", .string, ""),
        ("epoch", .nullable(.string), "16 hexadecimal digits."),
        ("first_seq", .nullable(.integer), "Null when no number had been given."),
        ("last_seq", .nullable(.integer), "9223372036854775807: whatever followed."), ("cause", .string, ""),
        ("from", .time, ""), ("to", .time, ""), ("ticks", .integer, "Ticks at which no reading was taken."),
        ("noted_by", .oneOf(["agent", "collector"]), ""), ("noted_at", .time, ""),
    ])
    static let quarantineSchema = Schema.object([
        ("quarantine", .integer, "Number of the entry."), ("received_at", .time, ""), ("site", .string, ""),
        ("agent", .string, ""), ("device", .nullable(.string), ""), ("epoch", .nullable(.string), ""),
        ("seq", .nullable(.integer), ""), ("reason", .string, ""), ("topic", .string, ""),
        ("payload_bytes", .integer, ""),
    ])
}
