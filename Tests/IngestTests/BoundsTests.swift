import Model
import Postgres
import Runtime
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

/// Whatever is published: memory and database grow to a limit and no further, what does not fit is counted, and agents
/// that behave are served all the while.
@Suite(.timeLimit(.minutes(10)))
struct BoundsTests {
    private static func settings(_ change: (inout Ingestor.Settings) -> Void) -> Ingestor.Settings {
        var settings = Ingestor.Settings()
        change(&settings)
        return settings
    }

    /// The agent's newest frame comes through.
    private static func expectServed(_ agent: inout TestAgent, _ pipeline: Pipeline) throws {
        let number = agent.accept(.frame(agent.frame(atMs: Clock.wallMs())))
        pipeline.send([try agent.message(number)])
        #expect(try pipeline.stream(agent).committed.contains(number))
    }

    @Test func dataOfNodesThatWereNeverBornLeaveNothing() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            let payload = Payload(timestampMs: 1, metrics: [Metric(alias: 1)], seq: 1).encoded()
            for start in stride(from: 0, to: 30_000, by: 5_000) {
                pipeline.put(
                    (start..<start + 5_000).map {
                        TestMessage(topic: "spBv1.0/site-1/DDATA/garbage-\($0)/device", payload: payload)
                    })
                pipeline.turn()
            }
            #expect(pipeline.ingestor.nodes.count == 1 && pipeline.ingestor.topics.count <= 1)
            #expect(pipeline.ingestor.strangersAskedMs.count <= 10_000)
            #expect(pipeline.counters.rebirthRequests.value <= 200, "as many as in a second")
            try BoundsTests.expectServed(&agent, pipeline)
            #expect(try pipeline.psql("select count(*) from streams") == "1")
        }
    }

    @Test func nodesAreLimitedAndThoseThatAreGoneMakeRoom() async throws {
        try await offPool {
            let pipeline = try Pipeline(settings: BoundsTests.settings { $0.mostNodes = 5 })
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            for index in 0..<10 { pipeline.send(PlainNode("plain-\(index)").birth(["m": 1])) }
            #expect(pipeline.ingestor.nodes.count == 5)
            #expect(pipeline.counters.overLimit.value == 6)
            // When one is gone, another finds room.
            pipeline.send([PlainNode("plain-0").death()])
            pipeline.send(PlainNode("plain-9").birth(["m": 1]))
            #expect(pipeline.ingestor.nodes["site-1", "plain-9"] != nil)
            #expect(pipeline.ingestor.nodes["site-1", "plain-0"] == nil && pipeline.ingestor.nodes.count == 5)
            try BoundsTests.expectServed(&agent, pipeline)
        }
    }

    @Test func devicesAreLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline(
                settings: BoundsTests.settings {
                    $0.mostDevicesOfNode = 3
                    $0.mostDevices = 5
                })
            func born(_ node: PlainNode) -> [TestMessage] {
                let metric = Metric(name: "m", datatype: .double, value: .scalar(.double(1)))
                return node.birth([:])
                    + (1...6).map {
                        node.message(.birth, Payload(metrics: [metric], seq: UInt64($0)), device: "d\($0)")
                    }
            }
            pipeline.send(born(PlainNode("a")))
            #expect(pipeline.ingestor.deviceCount == 3)
            pipeline.send(born(PlainNode("b")))
            #expect(pipeline.ingestor.deviceCount == 5)
            #expect(pipeline.counters.overLimit.value == 3 + 4)
            #expect(try pipeline.psql("select count(*) from assets") == "5")
            pipeline.send([PlainNode("a").death()])
            pipeline.send(born(PlainNode("c")))
            #expect(pipeline.ingestor.deviceCount == 5, "three of b's and c's after a's went")
        }
    }

    @Test func newEpochsAreLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            var wild = try TestAgent("wild")
            for _ in 0..<150 {
                try wild.beginEpoch()
                pipeline.send(wild.birth())
            }
            #expect(try pipeline.psql("select count(*) from streams where agent = 'wild'") == "100")
            #expect(pipeline.counters.overLimit.value >= 50)
            try BoundsTests.expectServed(&agent, pipeline)
            pipeline.nowMs += 3_600_000
            pipeline.send(wild.birth())
            #expect(try pipeline.psql("select count(*) from streams where agent = 'wild'") == "101")
        }
    }

    /// A stream torn into ever more pieces would slow every commit.
    @Test func gapsAreLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline(settings: BoundsTests.settings { $0.mostGaps = 10 })
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            for _ in 0..<100 { agent.accept(.frame(agent.frame(atMs: Clock.wallMs()))) }
            pipeline.send(try stride(from: Int64(1), to: 100, by: 2).map { try agent.message($0) })
            #expect(try pipeline.stream(agent).committed.ranges.count == 10)
            // What closes gaps is taken, and what was left out comes again.
            pipeline.send(try (1...100).map { try agent.message($0, isHistorical: true) })
            #expect(try pipeline.stream(agent).committed == SequenceSet(1...100))
            #expect(try pipeline.audit().verdict == .whole)
        }
    }

    @Test func messagesThatWaitForOthersAreLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline(settings: BoundsTests.settings { $0.mostKeptBytes = 100_000 })
            let nodes = (0..<20).map { PlainNode("plain-\($0)") }
            pipeline.send(nodes.flatMap { $0.birth(["m": 1]) })
            let filler = Metric(name: "filler", value: .scalar(.string(String(repeating: "x", count: 10_000))))
            func early(_ node: PlainNode) -> TestMessage {
                node.message(.data, Payload(timestampMs: 1, metrics: [filler], seq: 5))
            }
            pipeline.send(nodes[..<5].map(early))
            #expect(pipeline.ingestor.gapped.count == 5)
            pipeline.send(nodes[5...].map(early))
            #expect(pipeline.ingestor.gapped.isEmpty, "all gaps are given up at once")
            #expect(nodes.allSatisfy { pipeline.rebirths($0.name) == 1 })
        }
    }

    /// A node that comes and goes without end fills the table of events only so far.
    @Test func eventsAreLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            let node = PlainNode("flapping")
            for _ in 0..<15 {
                pipeline.put((0..<100).flatMap { _ in node.birth([:]) + [node.death()] })
                pipeline.turn()
            }
            for _ in 0..<3 { pipeline.turn() }
            #expect(try pipeline.psql("select count(*) from events") == "2000")
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            #expect(try pipeline.psql("select count(*) from events where agent = 'agent-1'") == "1")
        }
    }

    @Test func quarantineIsLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            for _ in 0..<3 {
                pipeline.send(
                    (0..<500).map { _ in TestMessage(topic: "spBv1.0/site-1/NBIRTH/garbage", payload: [0xFF, 0xFF]) })
            }
            #expect(try pipeline.psql("select count(*) from quarantine") == "1000")
            #expect(pipeline.counters.quarantined.value == 1_500, "all are counted")
            #expect(pipeline.ingestor.nodes["site-1", "garbage"] == nil)
            try BoundsTests.expectServed(&agent, pipeline)
        }
    }

    /// Births that say what was said before ask the database nothing; those that always say something else are rationed.
    @Test func birthsWithoutEndCostLittle() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            var agent = try TestAgent()
            pipeline.send(agent.birth())
            let before = pipeline.ingestor.registrar.attempts
            for _ in 0..<200 { pipeline.put(agent.birth() + PlainNode("same").birth(["m": 1])) }
            pipeline.turn()
            #expect(
                pipeline.ingestor.registrar.attempts - before <= 3,
                "the new node, its stream and its alarms, not each of 600 births")
            try BoundsTests.expectServed(&agent, pipeline)
            pipeline.ingestor.registrationBudget = HourlyBudget(mostOfOne: 20, mostOfAll: 100)
            for index in 0..<60 {
                let metric = Metric(name: "m\(index)", datatype: .double)
                pipeline.put([PlainNode("new").message(.birth, Payload(metrics: [metric], seq: 0))])
            }
            pipeline.turn()
            #expect(pipeline.counters.overLimit.value == 40)
            #expect(try pipeline.psql("select count(*) from signals where name ~ '^m[0-9]'") == "20")
            try BoundsTests.expectServed(&agent, pipeline)
        }
    }

    @Test func topicsAreLimited() throws {
        var table = TopicTable(most: 1_000)
        let node = Node(site: "s", agent: "a")
        for index in 0..<3_000 {
            Array("spBv1.0/s/DDATA/a/\(index)".utf8).withUnsafeBytes { table.add($0, .data, node, nil) }
        }
        #expect(table.count == 1_000)
        Array("spBv1.0/s/DDATA/a/7".utf8).withUnsafeBytes { topic in
            #expect(table[topic]?.node === node)
            table.add(topic, .data, node, nil)
        }
        Array("spBv1.0/s/DDATA/a/2999".utf8).withUnsafeBytes { #expect(table[$0] == nil) }
        table.removeAll()
        #expect(table.count == 0)
    }

    /// Topics that fall into the same place of the table are told apart by their bytes.
    @Test(arguments: Seeds.list(fixed: 2))
    func topicsAreToldApart(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = TopicTable()
        var nodes: [String: Node] = [:]
        for _ in 0..<2_000 {
            let name = String((0..<random.below(30)).map { _ in Character(["a", "b", "/", "ä"][random.below(4)]) })
            if nodes[name] == nil {
                let node = Node(site: "s", agent: name)
                nodes[name] = node
                Array(name.utf8).withUnsafeBytes { table.add($0, .data, node, nil) }
            }
        }
        for (name, node) in nodes {
            Array(name.utf8).withUnsafeBytes { #expect(table[$0]?.node === node, "\(replayHint(seed))") }
            Array((name + "x").utf8).withUnsafeBytes { #expect(table[$0] == nil, "\(replayHint(seed))") }
        }
    }

    @Test func wantedSitesAreLimited() async throws {
        try await offPool {
            let pipeline = try Pipeline()
            pipeline.put((0..<25_000).map { TestMessage(topic: "spBv1.0/site-\($0 + 2)/NDATA/a", payload: []) })
            pipeline.turn()
            #expect(pipeline.ingestor.wantedSites.count <= 10_000)
            #expect(pipeline.wantedSites().count == 25_000, "upkeep has a limit of its own")
            #expect(pipeline.ingestor.nodes.count == 0)
        }
    }
}
