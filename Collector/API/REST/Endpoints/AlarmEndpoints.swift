import Analytics
import Ingest
import Model
import Postgres
import Runtime
import Web

/// `/api/v1/alarms`: what calls for an operator, and what he does about it.
///
/// Whatever is done is an entry of the journal with who, when and why, in the transaction that does it. Any collector
/// takes requests, and tells its clients at once; the others follow.
struct AlarmEndpoints: Sendable {
    let pool: DatabasePool
    let news: CommitSink

    var all: [Endpoint] {
        [list, one] + AlarmEndpoints.actions.map(action)
    }

    static let open = "open"
    static let standing = "standing"
    static let any = "any"

    private var list: Endpoint {
        Endpoint(
            .get, "/api/v1/alarms", id: "listAlarms", "Alarms as they are, in the order of their numbers.",
            parameters: [
                Parameter("asset", .text, "Only alarms of this asset."),
                Parameter("site", .text, "Only alarms of this site."),
                Parameter(
                    "state",
                    .choice(
                        [AlarmEndpoints.open, AlarmEndpoints.standing, AlarmEndpoints.any]
                            + AlarmState.allCases.map(\.rawValue), default: AlarmEndpoints.open),
                    "open: whatever is not normal; standing: what an operator has before him, so not what was put aside."
                ),
                Parameter(
                    "priority", .choice(AlarmRule.Priority.allCases.map(\.rawValue), default: ""),
                    "Only alarms of this priority."),
                .limit(1_000, default: 200), .cursor,
            ],
            answer: .object([
                ("alarms", .array(.named("Alarm")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let after = try Cursor(query.text("cursor"), count: 1)?.numbers[0] ?? 0
            let priority = query.choice("priority")
            let filter = AlarmStore.Filter(
                asset: query.text("asset"), site: query.text("site"), priority: priority.isEmpty ? nil : priority,
                states: AlarmEndpoints.states(query.choice("state")))
            return try pool.with { connection in
                let alarms = try AlarmStore.list(connection, filter, after: after, most: limit + 1)
                var json = JSONWriter()
                json.object { json in
                    json.list("alarms") { json in
                        for listed in alarms.prefix(limit) { json.object { AlarmEndpoints.write(listed, &$0) } }
                    }
                    json.field("next", alarms.count > limit ? Cursor([alarms[limit - 1].alarm.number]).text : nil)
                }
                return .json(json.bytes)
            }
        }
    }

    private static func states(_ word: String) -> [String]? {
        switch word {
        case any: nil
        case open: AlarmState.allCases.filter { $0 != .normal }.map(\.rawValue)
        case standing: AlarmState.allCases.filter(\.isStanding).map(\.rawValue)
        default: [word]
        }
    }

    private var one: Endpoint {
        Endpoint(
            .get, "/api/v1/alarms/{id}", id: "getAlarm", "One alarm.",
            answer: .object([("alarm", .named("Alarm"), "")])
        ) { [pool] request, _ in
            let number = try AlarmEndpoints.number(request)
            return try pool.with { connection in
                guard let listed = try AlarmStore.list(connection, .init(alarm: number), after: 0, most: 1).first else {
                    throw AlarmEndpoints.unknown
                }
                return AlarmEndpoints.answer(listed)
            }
        }
    }

    // MARK: - Actions

    /// What can be done to an alarm.
    struct Action: Sendable {
        /// What the body says, in a member of this name.
        enum Word: Sendable { case none, comment(isRequired: Bool), reason }

        let path: String
        let id: String
        let summary: String
        let word: Word
        /// Nil: a shelf, whose time is in the body.
        let event: AlarmEvent?
    }

    static let actions = [
        Action(
            path: "acknowledge", id: "acknowledgeAlarm", summary: "Says that somebody knows of the alarm.",
            word: .comment(isRequired: false), event: .acknowledged),
        Action(
            path: "reset", id: "resetAlarm", summary: "Lets go of a latched alarm whose condition is gone.",
            word: .comment(isRequired: false), event: .reset),
        Action(
            path: "shelve", id: "shelveAlarm", summary: "Puts an alarm aside for a time of at most 8 hours.",
            word: .reason, event: nil),
        Action(
            path: "unshelve", id: "unshelveAlarm", summary: "Ends a shelf before its time.",
            word: .comment(isRequired: false), event: .unshelved),
        Action(
            path: "suppress", id: "suppressAlarm", summary: "Hides an alarm until it is unsuppressed.", word: .reason,
            event: .suppressed),
        Action(
            path: "unsuppress", id: "unsuppressAlarm", summary: "Shows an alarm again that was suppressed by somebody.",
            word: .comment(isRequired: false), event: .unsuppressed),
        Action(
            path: "out-of-service", id: "takeAlarmOutOfService",
            summary: "Takes an alarm out of service, while its sensor is mended for instance.", word: .reason,
            event: .removedFromService),
        Action(
            path: "return-to-service", id: "returnAlarmToService", summary: "Puts an alarm back into service.",
            word: .comment(isRequired: false), event: .returnedToService),
        Action(
            path: "comment", id: "commentAlarm", summary: "Adds a comment, without changing the alarm's state.",
            word: .comment(isRequired: true), event: .commented),
    ]

    private func action(_ action: Action) -> Endpoint {
        Endpoint(
            .post, "/api/v1/alarms/{id}/\(action.path)", id: action.id, action.summary, headers: [.operator],
            body: action.body, isBodyOptional: action.isBodyOptional,
            answer: .object([("alarm", .named("Alarm"), "As it is now.")]), moreProblems: [409]
        ) { [pool, news] request, _ in
            let number = try AlarmEndpoints.number(request)
            let who = try request.operator()
            let (event, why) = try action.wish(request)
            let done = try pool.with { connection in
                do {
                    return try AlarmActs.act(connection, alarm: number, event, who: who, why: why)
                } catch let refusal as AlarmRecord.Refusal {
                    throw HTTPProblem(409, refusal.description)
                }
            }
            guard let done else { throw AlarmEndpoints.unknown }
            news([], done.news)
            return AlarmEndpoints.answer(done.alarm)
        }
    }

    // MARK: - Steps

    static let unknown = HTTPProblem(404, "There is no alarm of this number; GET /api/v1/alarms lists them.")

    static func number(_ request: HTTPRequest) throws(HTTPProblem) -> Int64 {
        guard let number = Int64(request.parameter("id")), number > 0 else { throw unknown }
        return number
    }

    private static func answer(_ listed: AlarmStore.Listed) -> HTTPResponse {
        var json = JSONWriter()
        json.object { $0.field("alarm", object: { write(listed, &$0) }) }
        return .json(json.bytes)
    }

    private static func write(_ listed: AlarmStore.Listed, _ json: inout JSONWriter) {
        AlarmWords.write(listed.alarm, asset: listed.id, &json)
        json.field("site", listed.site)
        json.field("stale", listed.isStale)
    }
}

/// Bodies of actions.
extension AlarmEndpoints.Action {
    static let longestText = 1_000
    private static let minutes = 1...480

    var isBodyOptional: Bool {
        if case .comment(isRequired: false) = word { true } else { false }
    }

    var body: Schema {
        switch word {
        case .none, .comment(isRequired: false):
            .object([("comment", .optional(.string), "Stored in the journal, at most 1000 bytes.")])
        case .comment(isRequired: true): .object([("comment", .string, "1 to 1000 bytes.")])
        case .reason:
            .object(
                [("reason", .string, "Why: 1 to 1000 bytes.")]
                    + (event == nil ? [("minutes", .integer, "1 to 480: when the alarm comes back by itself.")] : []))
        }
    }

    /// What the request wants; throws everything that is wrong with its body.
    func wish(_ request: HTTPRequest) throws -> (event: AlarmEvent, why: String?) {
        if isBodyOptional, request.body.isEmpty { return (event ?? .commented, nil) }
        try request.requireContentType("application/json")
        guard let json = try? JSON(request.body, limits: .init(bytes: 16_384, depth: 3, values: 32)),
            let members = json.object
        else { throw HTTPProblem(422, "The body must be a JSON object.") }
        var wrong: [HTTPProblem.Field] = []
        var key = "comment"
        var isRequired = false
        switch word {
        case .none: break
        case .comment(let required): isRequired = required
        case .reason: (key, isRequired) = ("reason", true)
        }
        let known = event == nil ? [key, "minutes"] : [key]
        for name in members.keys.sorted() where !known.contains(name) {
            wrong.append(
                .init("/\(name)", "is not a member of this body\(NearestName.hint(for: name, in: known))"))
        }
        let text = members[key].flatMap { $0.isNull ? nil : $0 }
        if let text {
            let isGood = text.string.map {
                !$0.isEmpty && $0.utf8.count <= AlarmEndpoints.Action.longestText && !$0.utf8.contains(0)
                    && $0.contains { !$0.isWhitespace }
            }
            if isGood != true { wrong.append(.init("/\(key)", "must be a text of 1 to 1000 bytes")) }
        } else if isRequired {
            wrong.append(.init("/\(key)", "is missing: the journal wants it"))
        }
        var wish = event ?? .commented
        if event == nil {
            if let minutes = members["minutes"]?.int, AlarmEndpoints.Action.minutes.contains(Int(clamping: minutes)) {
                wish = .shelved(untilMs: minutes * 60_000)
            } else {
                wrong.append(.init("/minutes", "must be a whole number from 1 to 480"))
            }
        }
        guard wrong.isEmpty else { throw HTTPProblem(422, "The request is not valid.", fields: wrong) }
        return (wish, text?.string)
    }
}
