import Runtime
import TestSupport
import Testing

extension SystemTests {
    /// Alarms through the programs as they are installed.
    @Suite("Alarms", .serialized, .timeLimit(.minutes(4)))
    struct Alarms {
        private static let rules = """
            kind: candu
            defaults: false
            rules:
              - {name: running, type: limit, signal: reactor_power, above: 10, on_delay: 1s, priority: high,
                 consequence: none, response: none}
              - {name: cut_off, type: communication, on_delay: 1s, priority: high, consequence: c, response: r}

            """

        private static func ask(
            _ collector: CollectorUnit, _ method: String, _ path: String, _ body: String? = nil
        ) throws -> (status: Int, json: JSON) {
            guard let port = collector.webPort else { throw SupportFailure("the collector has no port yet") }
            let client = try RawClient(port: port)
            var request = "\(method) \(path) HTTP/1.1\r\nHost: h\r\nX-Operator: anna\r\n"
            if body != nil { request += "Content-Type: application/json\r\n" }
            if method == "POST" { request += "Content-Length: \(body?.utf8.count ?? 0)\r\n" }
            client.send("\(request)\r\n\(body ?? "")")
            let response = try client.response()
            return (response.status, try JSON(response.body, limits: .init(bytes: 1 << 22)))
        }

        @Test(
            "A collector that is killed amid an alarm goes on with it; one operator acknowledges it once; a shelf ends in time"
        )
        func throughARestart() async throws {
            try await offPool {
                let folder = try TemporaryFolder("rules")
                let file = folder.path("rules.yaml")
                try writeFile(file, Alarms.rules, mode: 0o600)
                var settings = Plant.Settings()
                settings.collectors = [
                    CollectorUnit.Settings(name: "collector", lines: ["alarms: {rules: [\"\(file)\"]}"])
                ]
                settings.agents = [AgentUnit.Settings("candu-1", kind: "candu", rateHz: 5)]
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(5)
                func state(_ rule: String) throws -> String {
                    try plant.sql("select state from alarms where rule = '\(rule)'")
                }
                try plant.wait("the alarm is raised") { try state("running") == "unacknowledged" }
                let raised = try plant.sql("select raised_at from alarms where rule = 'running'")

                plant.collector.kill()
                try plant.collector.start()
                try plant.waitForFrames(20)
                #expect(try state("running") == "unacknowledged")
                #expect(try plant.sql("select raised_at from alarms where rule = 'running'") == raised)
                #expect(
                    try plant.sql("select count(*) from alarm_journal where rule = 'running' and not late") == "1",
                    "nothing was told twice")

                let listed = try Alarms.ask(plant.collector, "GET", "/api/v1/alarms?state=standing").json["alarms"]?
                    .array
                let number = try #require(listed?.first { $0["rule"] == .string("running") }?["alarm"]?.int)
                let path = "/api/v1/alarms/\(number)"
                #expect(try Alarms.ask(plant.collector, "POST", "\(path)/acknowledge").status == 200)
                #expect(try Alarms.ask(plant.collector, "POST", "\(path)/acknowledge").status == 409)
                let shelved = try Alarms.ask(
                    plant.collector, "POST", "\(path)/shelve", #"{"minutes":1,"reason":"known"}"#)
                #expect(shelved.json["alarm"]?["state"] == .string("shelved"), "\(shelved)")

                // While the collector is down the shelf ends; it is told with its own time.
                plant.collector.kill()
                try plant.sql(
                    """
                    update alarms set shelved_until = date_trunc('milliseconds', now() - interval '10 s')
                    where rule = 'running'
                    """)
                let until = try plant.sql("select shelved_until from alarms where rule = 'running'")
                try plant.collector.start()
                try plant.wait("the shelf has ended") { try state("running") == "unacknowledged" }
                #expect(
                    try plant.sql(
                        "select occurred_at from alarm_journal where event = 'shelf_expired' and known_at > occurred_at"
                    )
                        == until)

                // The asset is cut off: one alarm for all of it, and nothing of it is certain any more.
                plant.agent.kill()
                try plant.wait("the silence is an alarm") { try state("cut_off") == "unacknowledged" }
                let open = try Alarms.ask(plant.collector, "GET", "/api/v1/alarms").json["alarms"]?.array ?? []
                #expect(open.count == 2 && open.allSatisfy { $0["stale"] == .bool(true) }, "\(open)")
                try plant.agent.start()
                try plant.wait("it is back") { try state("cut_off") == "returned_unacknowledged" }
                let journal = try Alarms.ask(plant.collector, "GET", "/api/v1/alarm-journal?who=anna").json["journal"]
                #expect(
                    journal?.array?.compactMap { $0["event"]?.string } == ["shelved", "acknowledged"])
            }
        }
    }
}
