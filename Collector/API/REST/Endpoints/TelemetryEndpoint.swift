import Model
import Postgres
import Runtime
import Web

/// `/api/v1/assets/{id}/telemetry`: readings as they were taken, or summed up by intervals.
struct TelemetryEndpoint: Sendable {
    let pool: DatabasePool

    /// Signals that a request names, and where they stand.
    struct Selection {
        let asset: Int32
        let set: SignalSet
        /// By group: position and entry of each selected signal.
        let groups: [(group: Int, signals: [(position: Int, entry: SignalSet.Entry)])]
    }

    static let frameSchema = Schema.object([
        ("ts", .time, "When the readings were taken."), ("group", .string, "Signals that are read together."),
        ("epoch", .nullable(.string), "16 hexadecimal digits; null for a plain Sparkplug node."),
        ("seq", .integer, "Number of the frame in its epoch."),
        ("historical", .boolean, "It came late, from the agent's backlog."),
        ("health", .nullable(.number), "Of the asset at this frame, 0 to 100; null if it was not judged."),
        ("values", .map(.reading), "By signal."),
        ("quality", .optional(.map(.oneOf(["stale", "bad"]))), "Of the signals whose reading is not good."),
    ])

    static let intervalSchema = Schema.object([
        ("ts", .time, "Start of the interval."),
        ("values", .map(.reading), "By signal; those without a good reading in it are left out."),
    ])

    var all: [Endpoint] { [endpoint] }

    private var endpoint: Endpoint {
        Endpoint(
            .get, "/api/v1/assets/{id}/telemetry", id: "getTelemetry",
            "Readings of an asset: frames as they were taken, or with `interval` one value per signal and interval.",
            parameters: [
                Parameter("signals", .list, "Names of signals, separated by commas. Default: all."),
                Parameter("from", .time, "From this instant, inclusive. Default: an hour before `to`."),
                Parameter("to", .time, "Up to this instant, exclusive. Default: now."),
                .limit(10_000, default: 1_000), .cursor,
                Parameter(
                    "interval", .interval,
                    "Sums up by intervals of this length: 10s, 5m, 1h, 1d. They begin at its multiples since 1970-01-01 "
                        + "UTC; those at `from` and `to` are whole."),
                Parameter(
                    "aggregate", .choice(IntervalAggregate.allCases.map(\.rawValue), default: "mean"),
                    "What stands for an interval; of good readings only."),
                Parameter("order", .choice(["asc", "desc"], default: "asc"), "Order by time."),
            ],
            answer: .object([
                ("asset", .string, "Public name."), ("from", .time, ""), ("to", .time, ""),
                ("interval_s", .nullable(.integer), "Null for frames."),
                ("aggregate", .nullable(.string), "Null for frames."),
                (
                    "rows", .array(.anyOf([.named("TelemetryFrame"), .named("TelemetryInterval")])),
                    "Frames, or with `interval` one row for each interval that has good readings."
                ),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] request, query in
            let toMs = query.timeMs("to") ?? max(Clock.wallMs(), query.timeMs("from") ?? 0) + 1
            let fromMs = query.timeMs("from") ?? max(toMs - 3_600_000, RFC3339.firstMs)
            return try pool.with { connection in
                let selection = try TelemetryEndpoint.select(request.parameter("id"), query, connection)
                var json = JSONWriter()
                json.beginObject()
                json.field("asset", request.parameter("id"))
                json.field("from", timeMs: fromMs)
                json.field("to", timeMs: toMs)
                if let seconds = query.intervalS("interval") {
                    try TelemetryIntervals(
                        selection: selection, fromMs: fromMs, toMs: toMs, seconds: seconds,
                        aggregate: IntervalAggregate(rawValue: query.choice("aggregate")) ?? .mean,
                        isDescending: query.choice("order") == "desc",
                        limit: query.int("limit"), after: try Cursor(query.text("cursor"), count: 1)
                    ).write(connection, &json)
                } else {
                    try TelemetryFrames(
                        selection: selection, fromMs: fromMs, toMs: toMs,
                        isDescending: query.choice("order") == "desc", limit: query.int("limit"),
                        after: try Cursor(query.text("cursor"), count: 3)
                    ).write(connection, &json)
                }
                json.endObject()
                return .json(json.bytes)
            }
        }
    }

    private static func select(
        _ id: String, _ query: Query, _ connection: PostgresConnection
    ) throws -> Selection {
        let row = try AssetEndpoints.find(id, connection)
        let set = try Catalogue.signals(connection, try row[11])
        var wanted = query.list("signals").map(Set.init)
        let groups = set.groups.enumerated().compactMap { index, group in
            let signals = group.signals.enumerated().filter { wanted?.contains($0.element.name) ?? true }
            return signals.isEmpty ? nil : (index, signals.map { (position: $0.offset, entry: $0.element) })
        }
        for group in groups { for signal in group.1 { wanted?.remove(signal.entry.name) } }
        if let unknown = wanted?.sorted().first {
            let hint = NearestName.hint(for: unknown, in: set.groups.flatMap { $0.signals.map(\.name) })
            throw HTTPProblem(
                400, "The query is not valid.",
                fields: [.init("?signals", "\(unknown) is not a signal of \(id)\(hint)")])
        }
        return Selection(asset: try row[10], set: set, groups: groups)
    }
}
