import Ingest
import Model
import Postgres
import Runtime
import Web

/// `/api/v1/faults`: diagnosed causes, found by the detector or told by people.
struct FaultEndpoints: Sendable {
    let pool: DatabasePool
    let news: CommitSink

    var all: [Endpoint] { [list, one, open, resolve, link] }

    private static let severities = ["info", "warning", "critical"]
    private static let answerSchema = Schema.object([("fault", .named("Fault"), "As it is now.")])

    private var list: Endpoint {
        Endpoint(
            .get, "/api/v1/faults", id: "listFaults", "Diagnosed causes behind alarms and anomalies, newest first.",
            parameters: [
                Parameter("asset", .text, "Only faults of this asset."),
                Parameter("state", .choice(["open", "resolved"], default: ""), "Only faults in this state."),
                Parameter("severity", .choice(FaultEndpoints.severities, default: ""), "Only of this severity."),
                .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("faults", .array(.named("Fault")), ""),
                ("next", .nullable(.string), "Cursor of the next page; null on the last."),
            ])
        ) { [pool] _, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            func word(_ name: String) -> String? { query.choice(name).isEmpty ? nil : query.choice(name) }
            let filter = Faults.Filter(
                asset: query.text("asset"), state: word("state"), severity: word("severity"))
            return try pool.with { connection in
                let faults = try Faults.list(connection, filter, before: before, most: limit + 1)
                var json = JSONWriter()
                json.object { json in
                    json.list("faults") { json in
                        for fault in faults.prefix(limit) { json.object { FaultEndpoints.write(fault, &$0) } }
                    }
                    json.field("next", faults.count > limit ? Cursor([faults[limit - 1].number]).text : nil)
                }
                return .json(json.bytes)
            }
        }
    }

    private var one: Endpoint {
        Endpoint(
            .get, "/api/v1/faults/{id}", id: "getFault", "One fault.", answer: .object([("fault", .named("Fault"), "")])
        ) { [pool] request, _ in
            let number = try FaultEndpoints.number(request)
            return try pool.with { FaultEndpoints.answer(try FaultEndpoints.find($0, number)) }
        }
    }

    private var open: Endpoint {
        Endpoint(
            .post, "/api/v1/faults", id: "openFault",
            "Tells of a fault that somebody has found; the alarms that are active on its asset are linked to it.",
            headers: [.operator],
            body: .object([
                ("asset", .string, "Public name."), ("cause", .string, "Id of the cause, such as coolant-leak."),
                ("title", .optional(.string), "Words for people; without them the cause."),
                ("severity", .optional(.oneOf(FaultEndpoints.severities)), "warning, unless said."),
                ("response", .optional(.string), "What to do."),
                ("evidence", .optional(.array(.string)), "What speaks for it, at most 50 texts."),
                ("opened_at", .optional(.time), "Since when it is there; now, unless said."),
            ]),
            answer: FaultEndpoints.answerSchema, status: 201, moreProblems: [409]
        ) { [pool, news] request, _ in
            let by = try request.operator()
            var body = try FaultBody(
                request, members: ["asset", "cause", "title", "severity", "response", "evidence", "opened_at"])
            let name = body.text("asset", isRequired: true, longest: 200)
            let cause = body.text("cause", isRequired: true, longest: 100)
            let title = body.text("title", isRequired: false, longest: 200)
            let response = body.text("response", isRequired: false, longest: 1_000)
            let severity = body.choice("severity", of: FaultEndpoints.severities, default: "warning")
            let evidence = body.texts("evidence")
            let openedMs = body.time("opened_at")
            try body.finish()
            let fault = try pool.with { connection in
                guard let asset = try connection.query("select asset from assets where id = $1", [.text(name)]).first
                else {
                    throw HTTPProblem(
                        422, "The request is not valid.",
                        fields: [.init("/asset", "is not an asset; GET /api/v1/assets lists them")])
                }
                let number = try connection.transaction {
                    try Faults.open(
                        connection,
                        Faults.Finding(
                            asset: try asset[0], cause: cause, title: title.isEmpty ? cause : title,
                            severity: severity, response: response, evidence: evidence,
                            openedMs: try openedMs ?? AlarmStore.nowMs(connection), openedBy: by))
                }
                guard let number else {
                    throw HTTPProblem(409, "The asset has an open fault of this cause already.")
                }
                return try FaultEndpoints.find(connection, number)
            }
            news([], [FaultEndpoints.alert(fault, "opened by \(by)")])
            return FaultEndpoints.answer(fault, status: 201)
        }
    }

    private var resolve: Endpoint {
        Endpoint(
            .post, "/api/v1/faults/{id}/resolve", id: "resolveFault", "Says that a fault is mended, and how.",
            headers: [.operator], body: .object([("resolution", .string, "1 to 1000 bytes.")]),
            answer: FaultEndpoints.answerSchema, moreProblems: [409]
        ) { [pool, news] request, _ in
            let number = try FaultEndpoints.number(request)
            let by = try request.operator()
            var body = try FaultBody(request, members: ["resolution"])
            let resolution = body.text("resolution", isRequired: true, longest: 1_000)
            try body.finish()
            let fault = try pool.with { connection in
                switch try Faults.resolve(connection, number, by: by, resolution: resolution) {
                case nil: throw FaultEndpoints.unknown
                case false?: throw HTTPProblem(409, "The fault is resolved already.")
                case true?: return try FaultEndpoints.find(connection, number)
                }
            }
            news([], [FaultEndpoints.alert(fault, "resolved by \(by)")])
            return FaultEndpoints.answer(fault)
        }
    }

    private var link: Endpoint {
        Endpoint(
            .post, "/api/v1/faults/{id}/alarms", id: "linkFaultAlarms", "Says which alarms a fault has caused.",
            headers: [.operator], body: .object([("alarms", .array(.integer), "Numbers, 1 to 100 of them.")]),
            answer: FaultEndpoints.answerSchema
        ) { [pool] request, _ in
            let number = try FaultEndpoints.number(request)
            _ = try request.operator()
            var body = try FaultBody(request, members: ["alarms"])
            let alarms = body.integers("alarms")
            try body.finish()
            return try pool.with { connection in
                _ = try FaultEndpoints.find(connection, number)
                guard try Faults.link(connection, number, alarms: alarms) == Set(alarms).count else {
                    throw HTTPProblem(
                        422, "The request is not valid.", fields: [.init("/alarms", "are not all of the fault's asset")]
                    )
                }
                return FaultEndpoints.answer(try FaultEndpoints.find(connection, number))
            }
        }
    }

    // MARK: - Steps

    private static let unknown = HTTPProblem(404, "There is no fault of this number; GET /api/v1/faults lists them.")

    private static func number(_ request: HTTPRequest) throws(HTTPProblem) -> Int64 {
        guard let number = Int64(request.parameter("id")), number > 0 else { throw unknown }
        return number
    }

    private static func find(_ connection: PostgresConnection, _ number: Int64) throws -> Faults.Fault {
        guard let fault = try Faults.list(connection, .init(fault: number), before: nil, most: 1).first else {
            throw unknown
        }
        return fault
    }

    private static func answer(_ fault: Faults.Fault, status: Int = 200) -> HTTPResponse {
        var json = JSONWriter()
        json.object { $0.field("fault", object: { write(fault, &$0) }) }
        return .json(json.bytes, status: status)
    }

    private static func alert(_ fault: Faults.Fault, _ what: String) -> CommittedAlert {
        var json = JSONWriter()
        json.object { write(fault, &$0) }
        return CommittedAlert(
            kind: "fault", severity: fault.severity, site: fault.site, agent: fault.agent, asset: fault.asset,
            occurredMs: fault.resolvedMs ?? fault.openedMs, message: "\(fault.asset): \(fault.title) \(what)",
            detail: String(decoding: json.bytes, as: UTF8.self), health: nil, status: nil)
    }

    static func write(_ fault: Faults.Fault, _ json: inout JSONWriter) {
        json.field("fault", fault.number)
        json.field("asset", fault.asset)
        json.field("cause", fault.cause)
        json.field("title", fault.title)
        json.field("severity", fault.severity)
        json.field("state", fault.state)
        json.field("probability", fault.probability)
        json.field("response", fault.response)
        json.key("evidence")
        json.raw(Array(fault.evidence.utf8))
        json.field("opened_at", timeMs: fault.openedMs)
        json.field("opened_by", fault.openedBy)
        json.field("known_at", timeMs: fault.knownMs)
        json.field("resolved_at", timeMs: fault.resolvedMs)
        json.field("resolved_by", fault.resolvedBy)
        json.field("resolution", fault.resolution)
        json.field("anomaly", fault.anomaly)
        json.field("alarms", array: { json in for alarm in fault.alarms { json.int(alarm) } })
    }
}

/// The body of a request about faults, read member by member; everything that is wrong is told at once.
private struct FaultBody {
    private let members: [String: JSON]
    private var wrong: [HTTPProblem.Field] = []

    init(_ request: HTTPRequest, members known: [String]) throws {
        try request.requireContentType("application/json")
        guard let members = (try? JSON(request.body, limits: .init(bytes: 65_536, depth: 4, values: 500)))?.object
        else { throw HTTPProblem(422, "The body must be a JSON object.") }
        self.members = members
        for name in members.keys.sorted() where !known.contains(name) {
            wrong.append(.init("/\(name)", "is not a member of this body\(NearestName.hint(for: name, in: known))"))
        }
    }

    func finish() throws(HTTPProblem) {
        guard wrong.isEmpty else { throw HTTPProblem(422, "The request is not valid.", fields: wrong) }
    }

    private func given(_ name: String) -> JSON? { members[name].flatMap { $0.isNull ? nil : $0 } }

    private static func isGood(_ text: String, longest: Int) -> Bool {
        text.utf8.count <= longest && !text.utf8.contains(0) && text.contains { !$0.isWhitespace }
    }

    mutating func text(_ name: String, isRequired: Bool, longest: Int) -> String {
        guard let value = given(name) else {
            if isRequired { wrong.append(.init("/\(name)", "is missing")) }
            return ""
        }
        guard let text = value.string, FaultBody.isGood(text, longest: longest) else {
            wrong.append(.init("/\(name)", "must be a text of 1 to \(longest) bytes"))
            return ""
        }
        return text
    }

    mutating func choice(_ name: String, of words: [String], default fallback: String) -> String {
        guard let value = given(name) else { return fallback }
        guard let word = value.string, words.contains(word) else {
            wrong.append(.init("/\(name)", "must be one of \(words.joined(separator: ", "))"))
            return fallback
        }
        return word
    }

    /// As a JSON array.
    mutating func texts(_ name: String) -> String {
        guard let value = given(name) else { return "[]" }
        let texts = (value.array ?? []).compactMap(\.string).filter { FaultBody.isGood($0, longest: 500) }
        guard let array = value.array, array.count <= 50, texts.count == array.count else {
            wrong.append(.init("/\(name)", "must be a list of at most 50 texts of 1 to 500 bytes"))
            return "[]"
        }
        var json = JSONWriter()
        json.array { json in for text in texts { json.string(text) } }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    mutating func time(_ name: String) -> Int64? {
        guard let value = given(name) else { return nil }
        guard let timeMs = value.string.flatMap({ RFC3339.parse($0) }), PostgresTime.clamped(timeMs) == timeMs else {
            wrong.append(.init("/\(name)", "must be an instant such as 2026-11-21T09:08:07Z"))
            return nil
        }
        return timeMs
    }

    mutating func integers(_ name: String) -> [Int64] {
        let numbers = (given(name)?.array ?? []).compactMap(\.int)
        guard let array = given(name)?.array, (1...100).contains(array.count), numbers.count == array.count else {
            wrong.append(.init("/\(name)", "must be a list of 1 to 100 whole numbers"))
            return []
        }
        return numbers
    }
}
