import Model
import Runtime
import Sparkplug
import TestSupport
import Testing

extension SystemTests {
    /// Through the programs as they are installed: a request to a collector, the command to the agent, the effects in
    /// the readings, and the labels in the database.
    @Suite("Scenarios", .serialized, .timeLimit(.minutes(6)))
    struct Scenarios {
        private static func plant(collectors: Int = 1, lines: [String] = []) throws -> Plant {
            var settings = Plant.Settings()
            settings.collectors = (1...collectors).map { CollectorUnit.Settings(name: "collector-\($0)") }
            var agent = AgentUnit.Settings("candu-1", kind: "candu", rateHz: 5)
            agent.lines = lines
            settings.agents = [agent]
            return try Plant(settings)
        }

        private static let path = "/api/v1/assets/candu-1/scenarios"

        /// A request to a collector: status and answer.
        private static func ask(
            _ collector: CollectorUnit, _ method: String, _ path: String, _ body: String? = nil, by: String? = "anna"
        ) throws -> (status: Int, json: JSON) {
            guard let port = collector.webPort else { throw SupportFailure("the collector has no port yet") }
            let client = try RawClient(port: port)
            var request = "\(method) \(path) HTTP/1.1\r\nHost: h\r\n"
            if let by { request += "X-Operator: \(by)\r\n" }
            if let body { request += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
            client.send("\(request)\r\n\(body ?? "")")
            let response = try client.response()
            return (response.status, try JSON(response.body, limits: .init(bytes: 1 << 22)))
        }

        private static func wait(_ plant: Plant, _ run: String, _ state: String) throws {
            try plant.wait("\(run) is \(state)") {
                try plant.sql("select state from scenario_runs where run = '\(run)'") == state
            }
        }

        private static func level(_ plant: Plant) throws -> Double {
            let text = try plant.sql(
                "select pressurizer_level from candu_readings where pressurizer_level is not null order by ts desc limit 1"
            )
            guard let level = Double(text) else { throw SupportFailure("no level: \(text)") }
            return level
        }

        @Test("A scenario asked for at the collector acts, is recorded once with its true onset, and is stopped")
        func fromRequestToRecovery() async throws {
            try await offPool {
                let plant = try Self.plant()
                try plant.start()
                try plant.waitForFrames(20)
                let offered = try Self.ask(plant.collector, "GET", Self.path).json
                #expect(offered["commands"] == .bool(true))
                #expect(offered["available"]?.array?.contains { $0["scenario"] == .string("coolant-leak") } == true)
                #expect(offered["running"] == .array([]) && offered["history"] == .array([]))
                let before = try Self.level(plant)

                let started = try Self.ask(
                    plant.collector, "POST", Self.path,
                    #"{"scenario":"leak-and-bias","run":"leak","onset_s":2,"parts":["#
                        + #"{"scenario":"coolant-leak","ramp_s":1,"duration_s":null,"recovery_s":2},"#
                        + #"{"scenario":"sensor-bias","ramp_s":0,"duration_s":null,"recovery_s":0}]}"#)
                #expect(started.status == 202 && started.json["run"]?["state"] == .string("requested"), "\(started)")
                try Self.wait(plant, "leak", "running")
                try plant.wait("the leak shows in the readings") { try Self.level(plant) < before - 3 }
                let times = try plant.sql(
                    """
                    select round(extract(epoch from onset_at - accepted_at) * 100), requested_at < onset_at, started_by
                    from scenario_runs
                    """)
                #expect(times == "200|t|anna", "\(times)")
                let one = try Self.ask(plant.collector, "GET", "\(Self.path)/leak").json["run"]
                #expect(one?["onset"]?.string != nil && one?["by"] == .string("anna"))
                #expect(one?["state"] == .string("running"))
                #expect(plant.agent.runningScenarios == ["leak-and-bias"])

                let stopped = try Self.ask(plant.collector, "DELETE", "\(Self.path)/leak", by: "bert")
                #expect(stopped.status == 202, "\(stopped)")
                try Self.wait(plant, "leak", "ended")
                #expect(try Self.ask(plant.collector, "DELETE", "\(Self.path)/leak").status == 409)
                #expect(plant.agent.runningScenarios.isEmpty)
                try plant.waitForFrames(20)
                // The label is exact: every frame after the onset shows the bias, up to the stop, and no other one does.
                let label = try plant.sql(
                    """
                    select bool_and((core_outlet_temperature_b - core_outlet_temperature > 6)
                        = (ts > onset_at and ts <= stopped_at)), count(*) filter (where ts > onset_at and ts <= stopped_at) > 5
                    from candu_readings, scenario_runs where core_outlet_temperature_b is not null
                    """)
                #expect(label == "t|t", "\(label)")
                let listed = try Self.ask(plant.collector, "GET", "\(Self.path)?state=ended").json
                #expect(listed["running"] == .array([]) && listed["history"]?.array?.count == 1)
                #expect(listed["history"]?[0]?["stopped_by"] == .string("bert"))

                try plant.drainAndStop()
                let events = try plant.sql(
                    """
                    select e.kind, count(*), bool_and(a.id = 'candu-1') from events e join assets a on a.asset = e.asset
                    where e.kind like 'scenario%' group by 1 order by 1
                    """)
                #expect(
                    events
                        == "scenario_accepted|1|t\nscenario_ended|1|t\nscenario_onset|1|t\nscenario_stopped|1|t",
                    "\(events)")
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
                #expect(try ProductAudit(plant).isComplete)
            }
        }

        @Test("A link that is cut while a scenario runs loses no label, and doubles none")
        func cutLink() async throws {
            try await offPool {
                let plant = try Self.plant()
                try plant.start()
                try plant.waitForFrames(10)
                _ = try Self.ask(
                    plant.collector, "POST", Self.path,
                    #"{"scenario":"sensor-stuck","run":"stuck","onset_s":3,"duration_s":4}"#)
                try Self.wait(plant, "stuck", "waiting")
                plant.agent.link.refuse(true)
                plant.agent.link.cut()
                // Its onset and its end are told to nobody for now.
                try plant.wait("the agent is called offline") {
                    try plant.number("select count(*) from events where kind = 'agent_offline'") > 0
                }
                let refused = try Self.ask(plant.collector, "POST", Self.path, #"{"scenario":"sensor-bias"}"#)
                #expect(
                    refused.status == 409 && refused.json["detail"]?.string?.contains("offline") == true, "\(refused)")
                try plant.wait("the run is over at the agent") { plant.agent.runningScenarios.isEmpty }
                // A kill does not change what happened.
                plant.agent.kill()
                plant.agent.link.refuse(false)
                try plant.agent.start()
                try Self.wait(plant, "stuck", "ended")
                let times = try plant.sql(
                    """
                    select round(extract(epoch from onset_at - accepted_at)), round(extract(epoch from ended_at - onset_at))
                    from scenario_runs
                    """)
                #expect(times == "3|4", "\(times)")
                try plant.drainAndStop()
                #expect(
                    try plant.sql("select kind, count(*) from events where kind like 'scenario%' group by 1 order by 1")
                        == "scenario_accepted|1\nscenario_ended|1\nscenario_onset|1")
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
                #expect(try ProductAudit(plant).isComplete)
            }
        }

        @Test("An agent that is killed while scenarios run goes on with them")
        func killedWhileRunning() async throws {
            try await offPool {
                let plant = try Self.plant(lines: [
                    "scenarios:", "  schedule:",
                    "    - {scenario: sensor-bias, after: 2s, duration: 8s, ramp: 0s, recovery: 0s}",
                ])
                try plant.start()
                try plant.waitForFrames(5)
                _ = try Self.ask(
                    plant.collector, "POST", Self.path, #"{"scenario":"sensor-stuck","run":"stuck","duration_s":null}"#)
                try Self.wait(plant, "stuck", "running")
                for _ in 0..<3 {
                    plant.agent.kill()
                    try plant.agent.start()
                    try plant.waitForFrames(5)
                }
                #expect(plant.agent.runningScenarios.contains("sensor-stuck"))
                #expect(try Self.ask(plant.collector, "DELETE", "\(Self.path)/stuck").status == 202)
                try Self.wait(plant, "stuck", "ended")
                try plant.wait("the scheduled one is over") {
                    try plant.sql("select source, state, started_by from scenario_runs where scenario = 'sensor-bias'")
                        == "schedule|ended|schedule"
                }
                try plant.drainAndStop()
                #expect(
                    try plant.sql("select kind, count(*) from events where kind like 'scenario%' group by 1 order by 1")
                        == "scenario_ended|2\nscenario_onset|2\nscenario_stopped|1")
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }

        @Test("The collector that does not serve the site takes requests all the same")
        func twins() async throws {
            try await offPool {
                let plant = try Self.plant(collectors: 2)
                try plant.collectors[0].start()
                try plant.agent.start()
                try plant.waitForFrames(10)
                try plant.collectors[1].start()
                try plant.wait("the second collector answers") {
                    plant.collectors[1].webPort != nil
                        && (try? Self.ask(plant.collectors[1], "GET", Self.path).status) == 200
                }
                let started = try Self.ask(
                    plant.collectors[1], "POST", Self.path, #"{"scenario":"sensor-stuck","run":"stuck"}"#)
                #expect(started.status == 202, "\(started)")
                try Self.wait(plant, "stuck", "running")
                // The one that serves goes away; the other one takes over, and takes the next request to the agent.
                plant.collectors[0].kill()
                try plant.wait("the second collector serves", within: .seconds(90)) {
                    try Self.ask(plant.collectors[1], "DELETE", "\(Self.path)/stuck").status == 202
                }
                try Self.wait(plant, "stuck", "ended")
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }

        @Test("What anybody sends to an asset is obeyed only if it is sound, and never without bounds")
        func hostileCommands() async throws {
            try await offPool {
                let plant = try Self.plant()
                try plant.start()
                try plant.waitForFrames(5)
                let hostile = try HostileClient(port: plant.broker.port)
                let topic = "spBv1.0/\(plant.site)/DCMD/candu-1/candu-1"
                let start = "Device Control/Scenario Start"
                func send(_ name: String?, _ text: String) throws {
                    let metric = Metric(name: name, datatype: .string, value: .scalar(.string(text)))
                    try hostile.publish(topic, Payload(timestampMs: 1, metrics: [metric]).encoded())
                }
                let rubbish: [(name: String?, text: String)] = [
                    (nil, "{}"), ("Device Control/Open Valve", "1"), ("Scenario/Note", "{}"), (start, ""), (start, "5"),
                    (start, "{"), (start, "{}"), (start, #"{"scenario":"meteorite"}"#),
                    (start, #"{"scenario":"coolant-leak","severity":7}"#),
                    (start, #"{"scenario":"coolant-leak","severity":1,"severity":1}"#),
                    (start, #"{"scenario":"coolant-leak","duration_s":1e300}"#),
                    (start, #"{"scenario":"coolant-leak","run":"../x"}"#),
                    (start, #"{"scenario":"coolant-leak","by":"\u0000"}"#),
                    (start, String(repeating: "[", count: 7_000)), (start, String(repeating: "x", count: 100_000)),
                    ("Device Control/Scenario Stop", "{}"), ("Device Control/Scenario Stop", #"{"run":"*"}"#),
                ]
                for (name, text) in rubbish { try send(name, text) }
                try hostile.publish(topic, [0xFF, 0x00, 0x13])
                try plant.wait("everything refused, and counted") {
                    plant.agent.statusNumber("refused_commands") == Int64(rubbish.count + 1)
                }
                // A sound command is anybody's right whom the broker's access list allows it; it is recorded.
                try send(start, #"{"scenario":"sensor-bias","run":"raw","duration_s":600}"#)
                try Self.wait(plant, "raw", "running")
                #expect(try plant.sql("select source, started_by from scenario_runs") == "command|unknown")
                // A retained one is nobody's word of now.
                let metric = Metric(
                    name: start, datatype: .string,
                    value: .scalar(.string(#"{"scenario":"sensor-drift","run":"kept"}"#)))
                try hostile.publish(topic, Payload(timestampMs: 1, metrics: [metric]).encoded(), retain: true)
                try Self.wait(plant, "kept", "running")
                let births = plant.agent.statusNumber("births") ?? 0
                plant.agent.link.cut()
                try plant.wait("another birth") { plant.agent.statusNumber("births") ?? 0 > births }
                // A flood: each command that is obeyed becomes a record, so that they are bounded.
                for number in 0..<300 { try send("Device Control/Scenario Stop", #"{"run":"nothing-\#(number)"}"#) }
                try plant.wait("the flood refused") {
                    plant.agent.statusNumber("refused_commands") ?? 0 >= Int64(rubbish.count) + 200
                }
                try plant.drainAndStop()
                #expect(try plant.number("select count(*) from notes") <= 125)
                #expect(try plant.number("select count(*) from scenario_runs") == 2)
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }

        @Test("What is not allowed is refused, at the collector and at the agent")
        func refusals() async throws {
            try await offPool {
                let plant = try Self.plant(lines: ["scenarios: {commands: refuse}"])
                try plant.start()
                try plant.waitForFrames(5)
                let offered = try Self.ask(plant.collector, "GET", Self.path).json
                #expect(offered["commands"] == .bool(false) && offered["available"] == .array([]))
                let refused = try Self.ask(plant.collector, "POST", Self.path, #"{"scenario":"sensor-stuck"}"#)
                #expect(refused.status == 409, "\(refused)")
                #expect(try plant.number("select count(*) from scenario_runs") == 0)
                #expect(try Self.ask(plant.collector, "DELETE", "\(Self.path)/nothing").status == 404)
                #expect(try Self.ask(plant.collector, "POST", Self.path, "{}", by: nil).status == 400)
            }
        }
    }
}

extension AgentUnit {
    /// What the status file says of scenarios.
    fileprivate var runningScenarios: [String] {
        guard let bytes = fileBytes("\(stateFolder)/status.json"), let json = try? JSON(bytes) else { return [] }
        return (json["scenarios"]?.array ?? []).compactMap { $0["scenario"]?.string }
    }
}
