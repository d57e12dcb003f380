import Postgres
import Runtime

/// What requests about scenarios and their answers look like.
extension ScenarioEndpoints {
    static let states = ["requested", "unanswered", "refused", "waiting", "running", "recovering", "ended"]

    private static let partMembers: [(name: String, schema: Schema, meaning: String)] = [
        ("scenario", .string, "Id of a disturbance that the kind of asset has built in."),
        ("severity", .number, "Above 0 to 1."), ("onset_s", .number, "Seconds from the start to the first effect."),
        ("ramp_s", .number, "Seconds to full severity."),
        ("duration_s", .nullable(.number), "Seconds at full severity; null: until it is stopped."),
        ("recovery_s", .number, "Seconds until it is gone."),
    ]

    private static let effectSchema = Schema.object([
        ("signal", .string, ""), ("direction", .oneOf(["up", "down", "spread", "frozen", "missing"]), ""),
    ])

    static let scenarioSchema = Schema.object([
        ("scenario", .string, "Its id."), ("title", .string, "Words for people."),
        ("severity", .number, "Of its strongest part."), ("parts", .array(.object(partMembers)), ""),
        ("effects", .array(effectSchema), "What it is expected to move, the earliest first."),
    ])

    static let runSchema = Schema.object([
        ("run", .string, "Its name, unique for the asset."), ("scenario", .string, ""), ("title", .string, ""),
        ("state", .oneOf(states), ""), ("severity", .number, "Of its strongest part."),
        ("source", .oneOf(["schedule", "command", "plan"]), "What has started it."),
        ("by", .string, "Who has started it."),
        ("requested_at", .nullable(.time), "By the collector's clock; null if the agent has begun it."),
        ("accepted_at", .nullable(.time), "By the agent's clock, as are all that follow."),
        ("onset", .nullable(.time), "True onset: when it first acted."),
        ("stop_requested_by", .nullable(.string), ""), ("stopped_at", .nullable(.time), "When the recovery began."),
        ("stopped_by", .nullable(.string), ""), ("ended_at", .nullable(.time), "When it acted for the last time."),
        ("reason", .nullable(.string), "Why it was refused, or ended otherwise than by its course."),
        ("parts", .array(.any), "Its disturbances, each with severity and course in seconds."),
    ])

    static let requestSchema = Schema.object([
        ("scenario", .string, "Id of an available scenario, or with `parts` a name for this one."),
        ("run", .optional(.string), "A name for the run; without it one is made."),
        ("title", .optional(.string), "Words for people, with `parts`."),
        ("severity", .optional(.number), "Of the strongest part, above 0 to 1; the others stay in proportion."),
        ("onset_s", .optional(.number), "Seconds until the first effect."),
        ("ramp_s", .optional(.number), "Of a scenario of one part, as are the two that follow."),
        ("duration_s", .optional(.nullable(.number)), "null: until it is stopped."),
        ("recovery_s", .optional(.number), ""),
        (
            "parts",
            .optional(
                .array(
                    .object(
                        partMembers.map {
                            ($0.name, $0.name == "scenario" ? $0.schema : .optional($0.schema), $0.meaning)
                        }))), "Disturbances of the asset's kind that make up the scenario."
        ),
    ])

    static let columns = """
        number, run, scenario, title, state, severity, source, started_by, requested_at, accepted_at, onset_at,
        stop_requested_by, stopped_at, stopped_by, ended_at, reason, parts::text
        """

    static func write(_ row: PostgresRow, _ json: inout JSONWriter) throws(PostgresFailure) {
        json.field("run", try row[1] as String)
        json.field("scenario", try row[2] as String)
        json.field("title", try row[3] as String)
        json.field("state", try row[4] as String)
        json.field("severity", try row[5] as Double)
        json.field("source", try row[6] as String)
        json.field("by", try row[7] as String)
        json.field("requested_at", timeMs: try row[8])
        json.field("accepted_at", timeMs: try row[9])
        json.field("onset", timeMs: try row[10])
        json.field("stop_requested_by", try row[11] as String?)
        json.field("stopped_at", timeMs: try row[12])
        json.field("stopped_by", try row[13] as String?)
        json.field("ended_at", timeMs: try row[14])
        json.field("reason", try row[15] as String?)
        json.key("parts")
        json.raw(Array((try row[16] as String).utf8))
    }

    static func write(
        _ name: String, _ rows: some Sequence<PostgresRow>, _ json: inout JSONWriter
    ) throws(PostgresFailure) {
        json.key(name)
        json.beginArray()
        for row in rows {
            json.beginObject()
            try write(row, &json)
            json.endObject()
        }
        json.endArray()
    }
}
