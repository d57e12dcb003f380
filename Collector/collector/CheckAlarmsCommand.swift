import Analytics
import Assets
import Ingest
import Model
import Postgres
import Runtime

/// `bellwether-collector check-alarms`: what rules would have done with the readings that are stored.
struct CheckAlarmsCommand {
    static let command = Command(
        "check-alarms",
        "Tries rules of alarms on stored readings: what would have been raised, how often, for how long.",
        options: [
            Option("config", "FILE", "The collector's configuration file.", isRequired: true),
            Option("rules", "FILE,...", "Files of rules; without any, those of the configuration."),
            Option("asset", "NAME", "Only this asset; without it, every asset of the rules' kinds."),
            Option("from", "TIME", "From this instant (RFC 3339); without it, a day before the end."),
            Option("to", "TIME", "Up to this instant; without it, now."),
            Option("json", "Print JSON."),
        ],
        example: "--config collector.yaml --rules alarms/candu.yaml --asset candu-1 --from 2026-11-20T00:00:00Z"
    ) { (arguments) throws(UsageFailure) in
        let toMs = try time(arguments.value("to"), "to") ?? Clock.wallMs()
        let fromMs = try time(arguments.value("from"), "from") ?? toMs - 86_400_000
        guard fromMs < toMs else { throw UsageFailure("--from must be before --to") }
        guard let config = CollectorProgram.load(arguments) else { return .usage }
        let book: AlarmRuleBook
        do throws(ConfigFailure) {
            let files = arguments.value("rules")?.split(separator: ",").map(String.init)
            book = try files.map { (files) throws(ConfigFailure) in try AlarmRuleBook.load(files) } ?? config.alarmRules
        } catch {
            StandardError.write("\(error)\n")
            return .usage
        }
        do {
            let checks = try run(config, book, asset: arguments.value("asset"), fromMs: fromMs, toMs: toMs)
            return StandardOutput.finish(arguments.has("json") ? json(checks) : text(checks))
        } catch {
            StandardError.write("bellwether-collector check-alarms: \(error)\n")
            return .failure
        }
    }

    private static func time(_ text: String?, _ option: String) throws(UsageFailure) -> Int64? {
        guard let text else { return nil }
        guard let timeMs = RFC3339.parse(text), PostgresTime.clamped(timeMs) == timeMs else {
            throw UsageFailure("--\(option) wants an instant such as 2026-11-21T09:08:07Z, got \"\(text)\"")
        }
        return timeMs
    }

    private struct NoAsset: Error, CustomStringConvertible {
        let description: String
    }

    /// What has come of one asset.
    private struct Check {
        let asset: String
        let simulation: AlarmSimulation
        let indicators: AlarmIndicators
    }

    private static func run(
        _ config: CollectorConfig, _ book: AlarmRuleBook, asset: String?, fromMs: Int64, toMs: Int64
    ) throws -> [Check] {
        let connection = try PostgresConnection(config.postgres("check-alarms", statementLimit: nil))
        let assets = try connection.query(
            "select asset, id, kind from assets where ($1::text is null or id = $1) order by id", [.text(asset)]
        ).map { row throws(PostgresFailure) -> (number: Int32, id: String, kind: String) in
            (try row[0], try row[1], try row[2])
        }
        if assets.isEmpty {
            throw NoAsset(description: asset.map { "there is no asset \"\($0)\"" } ?? "there are no assets yet")
        }
        return try assets.compactMap { found in
            guard let kind = AssetCatalog[found.kind] else { return nil }
            var simulation = AlarmSimulation(
                asset: found.number, rules: book.rules(asset: found.id, kind: kind), groups: kind.groups)
            try connection.forEachRow(
                """
                select signal_group, ts, values, quality from telemetry
                where asset = $1 and ts >= $2 and ts < $3 order by ts, epoch, seq
                """, [.int4(found.number), .timestampMs(fromMs), .timestampMs(toMs)]
            ) { row in
                let quality: [UInt8]? = try row[3]
                simulation.take(
                    group: Int(try row[0] as Int16), timeMs: try row[1], values: try row[2],
                    qualities: (quality ?? []).map { Quality(rawValue: $0) ?? .bad })
            }
            simulation.finish(atMs: toMs)
            return Check(
                asset: found.id, simulation: simulation,
                indicators: AlarmIndicators(
                    opening: [], entries: simulation.entries, fromMs: fromMs, toMs: toMs))
        }
    }

    // MARK: - Answers

    private static func text(_ checks: [Check]) -> String {
        var text = ""
        for check in checks {
            let indicators = check.indicators
            text += "\(check.asset): \(check.simulation.frames) frames, "
            text += "\(RFC3339.format(ms: indicators.fromMs)) to \(RFC3339.format(ms: indicators.toMs))\n"
            for unknown in check.simulation.unknown { text += "  \(unknown): the asset does not have its signal\n" }
            for outcome in check.simulation.outcomes.filter({ $0.raised > 0 }).sorted(by: { $0.raised > $1.raised }) {
                text += "  \(outcome.rule.name) (\(outcome.rule.priority.rawValue)): raised \(outcome.raised), "
                text +=
                    "announced \(outcome.announced), first \(outcome.firstMs.map { RFC3339.format(ms: $0) } ?? "-"), "
                text += "true for \(outcome.activeMs / 1000) s" + (outcome.isActive ? ", and still is" : "") + "\n"
            }
            let quiet = check.simulation.outcomes.count { $0.raised == 0 }
            text += "  \(quiet) of \(check.simulation.outcomes.count) rules raised nothing\n"
            text += "  alarms \(indicators.alarms), announced \(indicators.announced), "
            text += "most in ten minutes \(indicators.peakPerTenMinutes), "
            text += "flood share \((indicators.floodShare * 1000).rounded() / 10) %, "
            text += "chattering \(indicators.chattering.map(\.rule).joined(separator: ", ").nilIfEmpty ?? "none")\n"
        }
        return text + "Rules about communication, lost data and anomalies are not tried: readings alone do not say.\n"
    }

    private static func json(_ checks: [Check]) -> String {
        var json = JSONWriter()
        json.object { json in
            json.field(
                "assets",
                array: { json in
                    for check in checks { json.object { write(check, &$0) } }
                })
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }

    private static func write(_ check: Check, _ json: inout JSONWriter) {
        json.field("asset", check.asset)
        json.field("frames", check.simulation.frames)
        json.field("unknown", array: { json in for name in check.simulation.unknown { json.string(name) } })
        json.field(
            "rules",
            array: { json in
                for outcome in check.simulation.outcomes {
                    json.object { json in
                        json.field("rule", outcome.rule.name)
                        json.field("type", outcome.rule.test.type.rawValue)
                        json.field("priority", outcome.rule.priority.rawValue)
                        json.field("raised", outcome.raised)
                        json.field("announced", outcome.announced)
                        json.field("first", timeMs: outcome.firstMs)
                        json.field("active_s", Double(outcome.activeMs) / 1000)
                        json.field("active", outcome.isActive)
                    }
                }
            })
        json.field(
            "indicators",
            object: { check.indicators.write(&$0, names: [check.simulation.asset: check.asset]) })
    }
}

extension String {
    fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
