import Ingest
import Model
import Postgres
import Runtime
import Web

/// `/api/v1/assets`: what is watched and how it is doing.
struct AssetEndpoints: Sendable {
    let pool: DatabasePool

    static let assetSchema = Schema.object([
        ("id", .string, "Public name of the asset."),
        ("title", .string, "Words for people."),
        ("kind", .string, "Kind of asset: candu, smr, caster, tailings, or generic for foreign nodes."),
        ("site", .string, "Sparkplug group."),
        ("agent", .string, "Sparkplug edge node."),
        ("status", .oneOf(["healthy", "warning", "critical", "offline", "maintenance"]), "How it is doing."),
        ("health", .nullable(.number), "0 (failed) to 100 (as new); null before the first reading."),
        ("health_at", .nullable(.time), "When that was found."),
        ("maintenance", .boolean, "People are at work on it."),
        ("created_at", .time, "When it was first heard of."),
    ])

    static let signalSchema = Schema.object([
        ("name", .string, "Unique within the asset."),
        ("title", .string, ""),
        ("unit", .string, "UCUM code."),
        ("form", .oneOf(["number", "flag", "category", "text"]), "What its values are."),
        ("labels", .array(.string), "Of a category."),
        ("group", .string, "Signals of one group are read at the same instants."),
        ("decimals", .integer, "Digits that the instrument resolves."),
        ("normal", .nullable(.array(.number)), "Lower and upper end of healthy operation."),
        ("alarm", .nullable(.array(.number)), "Beyond these an operator must act."),
        ("physical", .nullable(.array(.number)), "Beyond these the sensor cannot be right."),
        ("health_weight", .number, "How much it counts for the asset's health; 0: not at all."),
    ])

    var all: [Endpoint] { [list, one, change] }

    private static let columns = """
        a.id, a.title, a.kind, a.site, a.agent, a.maintenance, a.created_at, h.status, h.score, h.ts, a.asset,
        a.signal_set
        """
    private static let from = """
        from assets a left join lateral (
            select status, score, ts from health where health.asset = a.asset order by ts desc limit 1) h on true
        """

    private var list: Endpoint {
        Endpoint(
            .get, "/api/v1/assets", id: "listAssets", "Lists the assets.",
            parameters: [
                Parameter("kind", .text, "Only assets of this kind."),
                Parameter("site", .text, "Only assets of this site."),
                Parameter(
                    "status", .choice(["healthy", "warning", "critical", "offline", "maintenance"], default: ""),
                    "Only assets with this status."),
                .limit(1_000, default: 200), .cursor,
            ],
            answer: .object([
                ("assets", .array(.named("Asset")), "Ordered by when they were first heard of."),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let after = try Cursor(query.text("cursor"), count: 1)?.numbers[0] ?? 0
            let status = query.choice("status")
            return try pool.with { connection in
                let rows = try connection.query(
                    """
                    select \(AssetEndpoints.columns) \(AssetEndpoints.from)
                    where a.asset > $1 and ($2 is null or a.kind = $2) and ($3 is null or a.site = $3)
                    and ($4 = '' or coalesce(h.status, 'offline') = $4)
                    order by a.asset limit $5
                    """,
                    [
                        .int8(after), .text(query.text("kind")), .text(query.text("site")), .text(status),
                        .int8(Int64(limit) + 1),
                    ])
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.key("assets")
                    json.beginArray()
                    for row in rows.prefix(limit) {
                        json.beginObject()
                        try AssetEndpoints.write(row, &json)
                        json.endObject()
                    }
                    json.endArray()
                    let last: Int32? = try rows.count > limit ? rows[limit - 1][10] : nil
                    json.field("next", last.map { Cursor([Int64($0)]).text })
                }
                return .json(json.bytes)
            }
        }
    }

    private var one: Endpoint {
        Endpoint(
            .get, "/api/v1/assets/{id}", id: "getAsset", "One asset with its signals.",
            answer: .object([
                ("asset", .named("Asset"), ""), ("signals", .array(.named("Signal")), "In the order of storage."),
            ])
        ) { [pool] request, _ in
            try pool.with { connection in
                let row = try AssetEndpoints.find(request.parameter("id"), connection)
                let set = try Catalogue.signals(connection, try row[11])
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.key("asset")
                    json.beginObject()
                    try AssetEndpoints.write(row, &json)
                    json.endObject()
                    json.list("signals") { json in
                        for group in set.groups {
                            for entry in group.signals { AssetEndpoints.write(entry, group, &json) }
                        }
                    }
                }
                return .json(json.bytes)
            }
        }
    }

    private var change: Endpoint {
        Endpoint(
            .patch, "/api/v1/assets/{id}", id: "changeAsset", "Begins or ends maintenance of an asset.",
            body: .object([("maintenance", .boolean, "True while people are at work on it.")]),
            answer: .object([("asset", .named("Asset"), "As it is now.")])
        ) { [pool] request, _ in
            try request.requireContentType("application/json")
            guard let body = try? JSON(request.body), let object = body.object, object.count == 1,
                let isOn = body["maintenance"]?.bool
            else {
                throw HTTPProblem(
                    422, "The body must be a JSON object with one member.",
                    fields: [.init("/maintenance", "must be true or false")])
            }
            return try pool.with { connection in
                let row = try AssetEndpoints.find(request.parameter("id"), connection)
                let number: Int32 = try row[10]
                try Catalogue.setMaintenance(connection, asset: number, isOn)
                let changed = try AssetEndpoints.find(request.parameter("id"), connection)
                var json = JSONWriter()
                try json.throwingObject { json in
                    json.key("asset")
                    json.beginObject()
                    try AssetEndpoints.write(changed, &json)
                    json.endObject()
                }
                return .json(json.bytes)
            }
        }
    }

    /// The asset's row; 404 if there is none of this name.
    static func find(_ id: String, _ connection: PostgresConnection) throws -> PostgresRow {
        guard !id.contains("\0"),
            let row = try connection.query("select \(columns) \(from) where a.id = $1", [.text(id)]).first
        else { throw HTTPProblem(404, "There is no asset of this name; GET /api/v1/assets lists them.") }
        return row
    }

    private static func write(_ row: PostgresRow, _ json: inout JSONWriter) throws(PostgresFailure) {
        let maintenance: Bool = try row[5]
        let status: String? = try row[7]
        json.field("id", try row[0] as String)
        json.field("title", try row[1] as String)
        json.field("kind", try row[2] as String)
        json.field("site", try row[3] as String)
        json.field("agent", try row[4] as String)
        json.field("status", status ?? "offline")
        json.field("health", try row[8] as Double?)
        json.field("health_at", timeMs: try row[9])
        json.field("maintenance", maintenance)
        json.field("created_at", timeMs: try row[6])
    }

    private static func write(_ entry: SignalSet.Entry, _ group: SignalSet.Group, _ json: inout JSONWriter) {
        func range(_ name: String, _ low: Double?, _ high: Double?) {
            guard let low, let high else {
                json.key(name)
                json.null()
                return
            }
            json.list(name) { json in
                json.double(low)
                json.double(high)
            }
        }
        json.beginObject()
        json.field("name", entry.name)
        json.field("title", entry.title)
        json.field("unit", entry.unit)
        json.field("form", entry.form.word)
        json.list("labels") { json in for label in entry.form.labels { json.string(label) } }
        json.field("group", group.name)
        json.field("decimals", entry.decimals)
        range("normal", entry.normalLow, entry.normalHigh)
        range("alarm", entry.alarmLow, entry.alarmHigh)
        range("physical", entry.physicalLow, entry.physicalHigh)
        json.field("health_weight", entry.healthWeight)
        json.endObject()
    }
}

extension JSONWriter {
    /// `object` for bodies that read from the database.
    mutating func throwingObject<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        beginObject()
        try body(&self)
        endObject()
    }
}
