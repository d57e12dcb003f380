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
                        for fault in faults.prefix(limit) { json.object { AlarmWords.write(fault, &$0) } }
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
            var body = try RequestBody(
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
            news([], [AlarmWords.alert(fault, "opened by \(by)")])
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
            var body = try RequestBody(request, members: ["resolution"])
            let resolution = body.text("resolution", isRequired: true, longest: 1_000)
            try body.finish()
            let fault = try pool.with { connection in
                switch try Faults.resolve(connection, number, by: by, resolution: resolution) {
                case nil: throw FaultEndpoints.unknown
                case false?: throw HTTPProblem(409, "The fault is resolved already.")
                case true?: return try FaultEndpoints.find(connection, number)
                }
            }
            news([], [AlarmWords.alert(fault, "resolved by \(by)")])
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
            var body = try RequestBody(request, members: ["alarms"])
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
        json.object { $0.field("fault", object: { AlarmWords.write(fault, &$0) }) }
        return .json(json.bytes, status: status)
    }
}
