import Assets
import Model
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

@Suite struct BirthReadingTests {
    @Test func anAgentsNodeBirthIsRead() throws {
        var agent = try TestAgent(epoch: 0xFEDC_BA98_7654_3210)
        for _ in 0..<5 { agent.accept(.frame(agent.frame(atMs: 1))) }
        agent.first = 3
        agent.receipted = 2
        let other = try #require(Epoch(bits: 9))
        agent.earlier = [other: 4...17]
        let birth = try BirthReading.node(try Payload(decoding: agent.birth()[0].payload))
        #expect(birth.seq == 0 && birth.bdSeq == 1)
        let delivery = try #require(birth.delivery)
        #expect(delivery.epoch == agent.epoch && delivery.sequence == 5)
        #expect(delivery.word.first == 3 && delivery.word.receipted == 2)
        #expect(delivery.earlier == [other: 4...17])
    }

    @Test(arguments: AssetCatalog.all.map(\.id))
    func anAgentsDeviceBirthDeclaresEverySignal(kind id: String) throws {
        var agent = try TestAgent(kind: id)
        let birth = try BirthReading.device(try Payload(decoding: agent.birth()[1].payload))
        #expect(birth.kind == id && birth.seq == 1)
        let device = agent.aliases.devices[0]
        for (group, signals) in agent.kind.groups.enumerated() {
            for (position, signal) in signals.signals.enumerated() {
                let metric = try #require(birth.metrics.first { $0.name == signal.name })
                #expect(metric.alias == device.alias(group: group, position: position))
                #expect(metric.unit == signal.unit && metric.title == signal.title)
                #expect(metric.group == signals.name && metric.position == position)
                #expect(metric.low == signal.physical?.lowerBound && metric.high == signal.physical?.upperBound)
                if case .category(let labels) = signal.form { #expect(metric.labels == labels) }
            }
        }
    }

    @Test func aPlainNodesBirthHasNoDelivery() throws {
        let birth = try BirthReading.node(
            try Payload(decoding: PlainNode("p").birth(["a": 1], bdSeq: 255)[0].payload))
        #expect(birth.delivery == nil && birth.bdSeq == 255)
    }

    private static func metrics(_ change: (inout [Metric]) -> Void) throws -> Payload {
        var agent = try TestAgent()
        var payload = try Payload(decoding: agent.birth()[0].payload)
        change(&payload.metrics)
        return payload
    }

    @Test func birthsThatAreNoneAreRefusedWithTheReason() throws {
        let wrong: [(String, Payload)] = [
            ("no seq", Payload(metrics: [])),
            ("no seq", Payload(metrics: [], seq: 256)),
            ("no name", Payload(metrics: [Metric(alias: 1)], seq: 0)),
            ("no name", Payload(metrics: [Metric(name: "")], seq: 0)),
            ("no name", Payload(metrics: [Metric(name: String(repeating: "x", count: 257))], seq: 0)),
            ("no name", Payload(metrics: [Metric(name: "a\0b")], seq: 0)),
            ("4097 metrics", Payload(metrics: (0...4_096).map { Metric(name: "m\($0)") }, seq: 0)),
            (
                "16 hexadecimal",
                try BirthReadingTests.metrics { metrics in
                    for index in metrics.indices where metrics[index].name == MetricName.epoch {
                        metrics[index].value = .scalar(.string("xyz"))
                    }
                }
            ),
            (
                "Delivery/First is not",
                try BirthReadingTests.metrics { metrics in
                    for index in metrics.indices where metrics[index].name == MetricName.first {
                        metrics[index].value = .scalar(.int64(-1))
                    }
                }
            ),
            (
                "Delivery/Sequence is not",
                try BirthReadingTests.metrics { metrics in
                    for index in metrics.indices where metrics[index].name == MetricName.sequence {
                        metrics[index].value = .scalar(.long(UInt64.max))
                        metrics[index].datatype = .uint64
                    }
                }
            ),
        ]
        for (part, payload) in wrong {
            let problem = #expect(throws: BirthProblem.self) { _ = try BirthReading.node(payload) }
            #expect(problem?.description.contains(part) == true, "\(String(describing: problem)) for \(part)")
        }
    }

    /// Properties of the wrong type, or without end, are passed over or cut; they never refuse a birth.
    @Test func propertiesAreTakenAsTheyAre() throws {
        var set = PropertySet()
        set.append(PropertyKey.unit, PropertyValue(Int32(5)))
        set.append(PropertyKey.low, PropertyValue("low"))
        set.append(PropertyKey.high, PropertyValue(Double.nan))
        set.append(PropertyKey.documentation, PropertyValue(String(repeating: "ä\0", count: 10_000)))
        set.append(PropertyKey.position, PropertyValue(1e300))
        set.append(PropertyKey.group, PropertyValue(""))
        let birth = try BirthReading.device(
            Payload(metrics: [Metric(name: "m", datatype: .double, properties: set)], seq: 7))
        let metric = try #require(birth.metrics.first)
        #expect(metric.unit.isEmpty && metric.low == nil && metric.high == nil && metric.group == nil)
        #expect(metric.title == String(repeating: "ä", count: 200) && metric.position == nil)
    }

    @Test(arguments: [
        ("", 0), ("0000000000000001:1-2", 1), ("0000000000000001:1-2,0000000000000002:3-3", 2),
        ("0000000000000001:2-1", 0), ("junk,0000000000000002:3-3,", 1), ("0000000000000000:1-2", 0),
        ("0000000000000001:0-2", 0), ("0000000000000001:1-99999999999999999999", 0),
    ])
    func earlierEpochs(text: String, count: Int) {
        #expect(BirthReading.earlierEpochs(text).count == count)
    }

    // MARK: - Aliases

    @Test func aliasesAndNamesLeadToTheSamePlaces() {
        var map = AliasMap(count: 3)
        let slots = (0..<4).map { MetricSlot(role: .signal, group: 1, position: UInt16($0), datatype: .double) }
        map.add(name: "zero", alias: 0, slots[0])
        map.add(name: "low", alias: 5, slots[1])
        map.add(name: "high", alias: .max, slots[2])
        map.add(name: "none", alias: nil, slots[3])
        #expect(map[alias: 0] == slots[0] && map[name: "zero"] == slots[0])
        #expect(map[alias: 5] == slots[1] && map[alias: .max] == slots[2] && map[name: "none"] == slots[3])
        for alias in [1, 4, 6, 267, 268, 1 << 14, .max - 1] as [UInt64] { #expect(map[alias: alias] == .unknown) }
        #expect(map[name: "nobody"] == .unknown)
        map.add(name: "again", alias: 5, slots[0])
        #expect(map[alias: 5] == slots[0], "the last one that claims an alias has it")
    }

    /// A birth of few metrics with huge aliases takes no memory for the aliases between.
    @Test func memoryFollowsTheMetricsNotTheAliases() {
        var map = AliasMap(count: 2)
        for alias in [267, 268, 16_383, 16_384, 1 << 40] as [UInt64] {
            map.add(name: "\(alias)", alias: alias, MetricSlot(role: .sequence))
        }
        #expect(map.denseSlots <= 2 * 4 + 256)
        #expect(map[alias: 16_383].role == .sequence && map[alias: 267].role == .sequence)
        #expect(AliasMap(count: .max / 8)[alias: 3] == .unknown)
    }
}
