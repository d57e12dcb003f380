import Analytics
import Ingest
import Model
import Postgres
import Runtime
import Web

/// `/api/v1/alarm-journal` and `/api/v1/alarm-indicators`: what was done, and how the alarm system is doing.
struct AlarmJournalEndpoints: Sendable {
    let pool: DatabasePool

    var all: [Endpoint] { [journal, indicators] }

    /// Entries that the indicators of one request may rest on.
    private static let mostEntries = 500_000

    private var journal: Endpoint {
        Endpoint(
            .get, "/api/v1/alarm-journal", id: "listAlarmJournal",
            "Everything that was done to alarms, by the process, by time or by people, newest first.",
            parameters: [
                Parameter("alarm", .integer(1...Int.max, default: 0), "Only entries of this alarm."),
                Parameter("asset", .text, "Only entries of this asset."),
                Parameter("site", .text, "Only entries of this site."),
                Parameter("event", .choice(AlarmEvent.words, default: ""), "Only entries of this event."),
                Parameter("who", .text, "Only what this person did."),
                .from, .to, .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("journal", .array(.named("AlarmJournalEntry")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            let event = query.choice("event")
            let filter = AlarmJournal.Filter(
                alarm: query.text("alarm").flatMap { Int64($0) }, asset: query.text("asset"), site: query.text("site"),
                event: event.isEmpty ? nil : event, who: query.text("who"), fromMs: query.timeMs("from"),
                toMs: query.timeMs("to"))
            return try pool.with { connection in
                let entries = try AlarmJournal.page(connection, filter, before: before, most: limit + 1)
                var json = JSONWriter()
                json.object { json in
                    json.list("journal") { json in
                        for entry in entries.prefix(limit) {
                            json.object {
                                AlarmWords.write(entry.entry, asset: entry.asset, knownMs: entry.knownMs, &$0)
                            }
                        }
                    }
                    json.field("next", entries.count > limit ? Cursor([entries[limit - 1].entry.number]).text : nil)
                }
                return .json(json.bytes)
            }
        }
    }

    private var indicators: Endpoint {
        Endpoint(
            .get, "/api/v1/alarm-indicators", id: "getAlarmIndicators",
            "How the alarm system is doing: a computation from the journal alone, the last 24 hours unless told.",
            parameters: [
                Parameter("asset", .text, "Only alarms of this asset."),
                Parameter("site", .text, "Only alarms of this site."), .from, .to,
            ],
            answer: .object([("indicators", .named("AlarmIndicators"), "")])
        ) { [pool] _, query in
            let toMs = query.timeMs("to") ?? Clock.wallMs()
            let fromMs = query.timeMs("from") ?? toMs - 86_400_000
            guard fromMs < toMs else {
                throw HTTPProblem(400, "The query is not valid.", fields: [.init("?from", "must be before `to`")])
            }
            return try pool.with { connection in
                var asset: Int32?
                if let name = query.text("asset") { asset = try AssetEndpoints.find(name, connection)[10] }
                let read = try connection.transaction(.repeatableReadOnly) {
                    try AlarmJournal.read(
                        connection, fromMs: PostgresTime.clamped(fromMs), toMs: PostgresTime.clamped(toMs),
                        site: query.text("site"), asset: asset, most: AlarmJournalEndpoints.mostEntries)
                }
                guard let read else {
                    throw HTTPProblem(
                        400, "The query is not valid.",
                        fields: [.init("?from", "is too early: the time holds more than 500000 entries")])
                }
                let indicators = AlarmIndicators(
                    opening: read.opening, entries: read.entries, fromMs: fromMs, toMs: toMs)
                let numbers = Set((read.opening + read.entries).map(\.asset))
                var names: [Int32: String] = [:]
                for asset in try AlarmStore.assets(connection, numbers) { names[asset.number] = asset.id }
                var json = JSONWriter()
                json.object { $0.field("indicators", object: { indicators.write(&$0, names: names) }) }
                return .json(json.bytes)
            }
        }
    }
}
