import Ingest
import Model
import Postgres
import Runtime
import Web

/// Delivery stream by stream, and the collection as a whole.
struct SystemEndpoints: Sendable {
    let pool: DatabasePool
    let collector: Collector
    let metrics: Metrics
    let startedMs: Int64

    var all: [Endpoint] { [streams, statistics, healthy, ready, scrape] }

    private static let duties = ["serving", "standing by", "cannot commit"]

    static let streamSchema = Schema.object([
        ("site", .string, ""), ("agent", .string, ""),
        ("epoch", .nullable(.string), "16 hexadecimal digits; null for a plain Sparkplug node."),
        ("online", .boolean, "The agent's session stands and it uses this epoch."),
        ("made", .integer, "Highest sequence number that the agent has told of."),
        ("received", .integer, "Frames that arrived, refused ones included."),
        ("committed", .integer, "Sequence numbers that are settled in the database."),
        ("committed_through", .integer, "Every number up to this one is committed or declared lost."),
        ("stored_frames", .integer, ""), ("stored_readings", .integer, ""),
        ("duplicates_refused", .integer, "Frames that came again and were refused."),
        ("conflicts", .integer, "Of these, frames with another content."), ("quarantined", .integer, ""),
        ("reports", .integer, "Loss reports of the agent."),
        ("gaps", .array(.array(.integer)), "Ranges made, not committed, not lost: still to come. At most 100."),
        ("open", .integer, "Numbers in the gaps."), ("lost", .integer, "Numbers declared as never to come."),
        ("outbox_pending", .integer, "Frames that the agent holds without receipt, by its word."),
        ("outbox_bytes", .nullable(.integer), ""), ("outbox_capacity_bytes", .nullable(.integer), ""),
        ("outbox_days_left", .nullable(.number), "Until the outbox is full without receipts."),
        ("dropped", .integer, "Frames that the agent has dropped, by its word."),
        ("clock_offset_s", .nullable(.number), "The agent's clock against the collector's."),
        ("lag_s", .nullable(.number), "Since the last commit of this stream."),
        ("last_commit_at", .nullable(.time), ""), ("last_seen_at", .time, ""),
    ])

    private var streams: Endpoint {
        Endpoint(
            .get, "/api/v1/streams", id: "listStreams",
            "Delivery by agent and epoch: what was made, stored, refused, lost.",
            parameters: [
                Parameter("site", .text, "Only streams of this site."),
                Parameter("agent", .text, "Only streams of this agent."), .limit(1_000, default: 200), .cursor,
            ],
            answer: .object([
                ("streams", .array(.named("Stream")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let after = try Cursor(query.text("cursor"), count: 1)?.numbers[0] ?? 0
            return try pool.with { connection in
                let rows = try connection.query(
                    """
                    select stream, site, agent, epoch, online, made, received_frames, stored_frames, stored_readings,
                        duplicates_refused, conflicts, quarantined, reports, committed, lost, pending, outbox_bytes,
                        outbox_capacity_bytes, outbox_days_left, dropped, clock_offset_ms,
                        extract(epoch from clock_timestamp() - last_commit_at)::float8, last_commit_at, last_seen_at
                    from streams where stream > $1 and ($2 is null or site = $2) and ($3 is null or agent = $3)
                    order by stream limit $4
                    """, [.int8(after), .text(query.text("site")), .text(query.text("agent")), .int8(Int64(limit) + 1)])
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.key("streams")
                    json.beginArray()
                    for row in rows.prefix(limit) { try SystemEndpoints.write(row, &json) }
                    json.endArray()
                    let last: Int32? = try rows.count > limit ? rows[limit - 1][0] : nil
                    json.field("next", last.map { Cursor([Int64($0)]).text })
                }
                return .json(json.bytes)
            }
        }
    }

    private static func write(_ row: PostgresRow, _ json: inout JSONWriter) throws(PostgresFailure) {
        let made: Int64 = try row[5]
        let committed: SequenceSet = try row[13]
        let lost: SequenceSet = try row[14]
        var settled = committed
        settled.formUnion(lost)
        let epochBits: Int64 = try row[3]
        let epoch = Epoch(bits: UInt64(bitPattern: epochBits))
        let gaps = made >= 1 && epoch != nil ? settled.missing(in: 1...made) : SequenceSet()
        let offsetMs: Int64? = try row[20]
        json.beginObject()
        json.field("site", try row[1] as String)
        json.field("agent", try row[2] as String)
        json.field("epoch", epoch.map(\.description))
        json.field("online", try row[4] as Bool)
        json.field("made", made)
        json.field("received", try row[6] as Int64)
        json.field("committed", committed.count)
        json.field("committed_through", settled.contiguousFromOne)
        json.field("stored_frames", try row[7] as Int64)
        json.field("stored_readings", try row[8] as Int64)
        json.field("duplicates_refused", try row[9] as Int64)
        json.field("conflicts", try row[10] as Int64)
        json.field("quarantined", try row[11] as Int64)
        json.field("reports", try row[12] as Int64)
        json.list("gaps") { json in
            for range in gaps.ranges.prefix(100) {
                json.array { json in
                    json.int(range.lowerBound)
                    json.int(range.upperBound)
                }
            }
        }
        json.field("open", gaps.count)
        json.field("lost", lost.count)
        json.field("outbox_pending", try row[15] as Int64)
        json.field("outbox_bytes", try row[16] as Int64?)
        json.field("outbox_capacity_bytes", try row[17] as Int64?)
        json.field("outbox_days_left", try row[18] as Double?)
        json.field("dropped", try row[19] as Int64)
        json.field("clock_offset_s", offsetMs.map { Double($0) / 1000 })
        json.field("lag_s", try row[21] as Double?)
        json.field("last_commit_at", timeMs: try row[22])
        json.field("last_seen_at", timeMs: try row[23])
        json.endObject()
    }

    private var statistics: Endpoint {
        Endpoint(
            .get, "/api/v1/system/statistics", id: "getStatistics", "The collection as a whole.",
            answer: .object([
                ("version", .string, ""), ("started_at", .time, "This collector."), ("uptime_s", .integer, ""),
                ("duty", .oneOf(SystemEndpoints.duties), ""),
                ("sites", .array(.string), "Served now."),
                ("assets", .integer, ""), ("assets_by_status", .map(.integer), ""),
                ("assets_by_kind", .map(.integer), ""),
                ("agents_online", .integer, ""), ("frames_made", .integer, ""), ("frames_stored", .integer, ""),
                ("readings_stored", .integer, ""), ("duplicates_refused", .integer, ""),
                ("frames_open", .integer, "Made and still to come."),
                ("frames_lost", .integer, "Declared as never to come."), ("quarantined", .integer, ""),
                ("database_bytes", .integer, ""),
            ])
        ) { [pool, collector, startedMs] _, _ in
            try pool.with { connection in
                let totals = try connection.query(
                    """
                    select count(*) filter (where online), coalesce(sum(made), 0)::int8,
                        coalesce(sum(stored_frames), 0)::int8, coalesce(sum(stored_readings), 0)::int8,
                        coalesce(sum(duplicates_refused), 0)::int8, coalesce(sum(quarantined), 0)::int8,
                        coalesce(sum((select sum(upper(r) - lower(r)) from unnest(committed + lost) r)), 0)::int8,
                        coalesce(sum((select sum(upper(r) - lower(r)) from unnest(lost) r)), 0)::int8,
                        pg_database_size(current_database())
                    from streams
                    """)[0]
                let byStatus = try connection.query(
                    """
                    select coalesce(h.status, 'offline'), count(*) from assets a left join lateral (
                        select status from health where health.asset = a.asset order by ts desc limit 1) h on true
                    group by 1 order by 1
                    """)
                let byKind = try connection.query("select kind, count(*) from assets group by 1 order by 1")
                var json = JSONWriter()
                try json.throwingObject { json in
                    let made: Int64 = try totals[1]
                    let settled: Int64 = try totals[6]
                    json.field("version", Version.text)
                    json.field("started_at", timeMs: startedMs)
                    json.field("uptime_s", max(0, Clock.wallMs() - startedMs) / 1000)
                    json.field("duty", collector.state.dutyText)
                    json.list("sites") { json in for site in collector.state.servedSites { json.string(site) } }
                    json.field("assets", try byKind.reduce(Int64(0)) { try $0 + ($1[1] as Int64) })
                    try SystemEndpoints.counts("assets_by_status", byStatus, &json)
                    try SystemEndpoints.counts("assets_by_kind", byKind, &json)
                    json.field("agents_online", try totals[0] as Int64)
                    json.field("frames_made", made)
                    json.field("frames_stored", try totals[2] as Int64)
                    json.field("readings_stored", try totals[3] as Int64)
                    json.field("duplicates_refused", try totals[4] as Int64)
                    json.field("frames_open", max(0, made - settled))
                    json.field("frames_lost", try totals[7] as Int64)
                    json.field("quarantined", try totals[5] as Int64)
                    json.field("database_bytes", try totals[8] as Int64)
                }
                return .json(json.bytes)
            }
        }
    }

    private static func counts(_ name: String, _ rows: PostgresRows, _ json: inout JSONWriter) throws(PostgresFailure) {
        json.key(name)
        json.beginObject()
        for row in rows { json.field(try row[0] as String, try row[1] as Int64) }
        json.endObject()
    }

    // MARK: - For operators' tools: these follow the customs of their users, not those of the API

    private var healthy: Endpoint {
        Endpoint(
            .get, "/-/healthy", id: "isHealthy", "Says that the program runs.", ignoresQuery: true, answer: .string,
            contentType: "text/plain", unavailable: nil
        ) { _, _ in .text("healthy\n") }
    }

    private var scrape: Endpoint {
        Endpoint(
            .get, "/metrics", id: "getMetrics", "Metrics in the text format of Prometheus.", ignoresQuery: true,
            answer: .string,
            contentType: "text/plain", unavailable: nil
        ) { [metrics] _, _ in .bytes(metrics.render(), type: Metrics.contentType) }
    }

    private static let readyMembers: [(name: String, schema: Schema, meaning: String)] = [
        ("ready", .boolean, "True while frames can be received and stored."),
        ("duty", .oneOf(duties), "A collector that stands by is ready, too."),
        (
            "checks",
            .array(
                .object([
                    ("name", .oneOf(["database", "schema", "broker", "disk"]), ""), ("ok", .boolean, ""),
                    ("problem", .nullable(.string), "What is wrong, in words."),
                ])), ""
        ),
    ]

    private var ready: Endpoint {
        Endpoint(
            .get, "/-/ready", id: "isReady", "Says whether frames can be received and stored, and if not, why.",
            ignoresQuery: true,
            answer: .object(SystemEndpoints.readyMembers),
            unavailable: .object(APIServer.problemMembers + SystemEndpoints.readyMembers)
        ) { [collector] _, _ in SystemEndpoints.readiness(collector.state) }
    }

    /// 200 only while frames can be received and stored; each check with its reason.
    private static func readiness(_ state: CollectorState) -> HTTPResponse {
        let isStandingBy = state.dutyText == "standing by"
        let checks: [(name: String, problem: String?)] = [
            ("database", state.databaseProblem),
            ("schema", state.isSchemaReady ? nil : "not checked yet, or not up to date"),
            (
                "broker",
                isStandingBy || state.isBrokerConnected ? nil : "not connected; see the log for the reason"
            ),
            ("disk", state.diskProblem),
        ]
        let isReady = checks.allSatisfy { $0.problem == nil }
        var json = JSONWriter()
        json.object { json in
            if !isReady {
                json.field("type", "about:blank")
                json.field("title", "Not ready")
                json.field("status", 503)
                json.field(
                    "detail",
                    checks.compactMap { check in check.problem.map { "\(check.name): \($0)" } }.joined(separator: "; "))
                json.field("instance", "/-/ready")
            }
            json.field("ready", isReady)
            json.field("duty", state.dutyText)
            json.list("checks") { json in
                for check in checks {
                    json.object { json in
                        json.field("name", check.name)
                        json.field("ok", check.problem == nil)
                        json.field("problem", check.problem)
                    }
                }
            }
        }
        return .bytes(
            json.bytes, type: isReady ? "application/json" : "application/problem+json", status: isReady ? 200 : 503)
    }
}
