import Model
import Postgres
import Runtime

/// Frames as they were taken, a page at a time.
struct TelemetryFrames {
    let selection: TelemetryEndpoint.Selection
    let fromMs: Int64
    let toMs: Int64
    let isDescending: Bool
    let limit: Int
    /// Time in ms, epoch, sequence of the last frame of the page before.
    let after: Cursor?

    func write(_ connection: PostgresConnection, _ json: inout JSONWriter) throws {
        let (comparison, direction) = isDescending ? ("<", "desc") : (">", "asc")
        let rows = try connection.query(
            """
            select ts, epoch, seq, signal_group, historical, health, values, quality, texts::text
            from telemetry
            where asset = $1 and ts >= $2 and ts < $3 and signal_group = any($4)
            and ($5::timestamptz is null or (ts, epoch, seq) \(comparison) ($5, $6, $7))
            order by ts \(direction), epoch \(direction), seq \(direction) limit $8
            """,
            [
                .int4(selection.asset), .timestampMs(PostgresTime.clamped(fromMs)),
                .timestampMs(PostgresTime.clamped(toMs)),
                .int2s(selection.groups.map { Int16(clamping: $0.group) }),
                .timestampMs(after.map { PostgresTime.clamped($0.numbers[0]) }), .int8(after?.numbers[1]),
                .int8(after?.numbers[2]), .int8(Int64(limit) + 1),
            ])
        json.key("interval_s")
        json.null()
        json.key("aggregate")
        json.null()
        json.key("rows")
        json.beginArray()
        for row in rows.prefix(limit) { try write(row, &json) }
        json.endArray()
        if rows.count > limit {
            let last = rows[limit - 1]
            json.field("next", Cursor([try last[0], try last[1], try last[2]]).text)
        } else {
            json.key("next")
            json.null()
        }
    }

    private func write(_ row: PostgresRow, _ json: inout JSONWriter) throws {
        let group: Int = try row[3]
        let values: [Double] = try row[6]
        let quality: [UInt8]? = try row[7]
        let texts = try (row[8] as String?).flatMap { try? JSON($0) }
        guard let selected = selection.groups.first(where: { $0.group == group })?.signals else { return }
        let epochBits: Int64 = try row[1]
        json.beginObject()
        json.field("ts", timeMs: try row[0])
        json.field("group", selection.set.groups[group].name)
        json.field("epoch", Epoch(bits: UInt64(bitPattern: epochBits)).map(\.description))
        json.field("seq", try row[2] as Int64)
        json.field("historical", try row[4] as Bool)
        json.field("health", try row[5] as Double?)
        json.field(
            "values",
            object: { json in
                for (position, entry) in selected where position < values.count {
                    json.key(entry.name)
                    json.reading(values[position], entry.form, text: texts?[entry.name]?.string)
                }
            })
        if let quality {
            json.field(
                "quality",
                object: { json in
                    for (position, entry) in selected where position < quality.count && quality[position] != 0 {
                        json.field(entry.name, quality[position] == 1 ? "stale" : "bad")
                    }
                })
        }
        json.endObject()
    }
}

extension JSONWriter {
    /// A reading as clients see it: numbers, true and false, labels, texts; null for none.
    mutating func reading(_ value: Double, _ form: SignalSet.Form, text: String?) {
        switch form {
        case .number:
            // An integer too large for a Double stands as text.
            if let text { string(text) } else { double(value) }
        case .flag: if value == 0 || value == 1 { bool(value == 1) } else { double(value) }
        case .category(let labels):
            if let text {
                string(text)
            } else if value >= 0, value < Double(labels.count), value == value.rounded(.down) {
                string(labels[Int(value)])
            } else {
                double(value)
            }
        case .text: if let text { string(text) } else { null() }
        }
    }
}
