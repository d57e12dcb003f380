import Analytics
import Postgres
import Runtime

/// Who changes what counts for health changes what people are told: every change of the configured weights is an event.
enum HealthAudit {
    static let kind = "health_weights"

    /// Adds an event when the weights are not those of the last one. `host`: which collector's configuration it is.
    static func note(_ weights: [HealthWeight], of host: String, _ connection: PostgresConnection) throws {
        let now = json(weights, host)
        try connection.transaction {
            // Collectors of one host id start together.
            try connection.execute("select pg_advisory_xact_lock(hashtext('bellwether health weights'))")
            let rows = try connection.query(
                """
                select detail = $2::jsonb, detail::text from events
                where kind = $1 and detail ->> 'host' = $3 order by event desc limit 1
                """, [.text(kind), .text(now), .text(host)])
            if let row = rows.first {
                guard try !(row[0] as Bool) else { return }
            } else if weights.isEmpty {
                // As the kinds have it, which is how it begins.
                return
            }
            let message =
                weights.isEmpty
                ? "health is weighted as the kinds have it again"
                : "health is weighted by configuration: "
                    + weights.prefix(10).map { "\($0.signal) of \($0.scopeText) counts \($0.weight)" }
                    .joined(separator: ", ") + (weights.count > 10 ? ", and \(weights.count - 10) more" : "")
            _ = try connection.query(
                """
                insert into events (occurred_at, kind, severity, message, detail)
                values (now(), $1, 'info', $2, $3::jsonb)
                """, [.text(kind), .text(message), .text(now)])
        }
    }

    private static func json(_ weights: [HealthWeight], _ host: String) -> String {
        var json = JSONWriter()
        json.object { json in
            json.field("host", host)
            json.field(
                "weights",
                array: { json in
                    for weight in weights {
                        json.object { json in
                            switch weight.scope {
                            case .kind(let id): json.field("kind", id)
                            case .asset(let id): json.field("asset", id)
                            }
                            json.field("signal", weight.signal)
                            json.field("weight", weight.weight)
                        }
                    }
                })
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
