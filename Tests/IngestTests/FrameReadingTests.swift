import Assets
import Model
import Runtime
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

/// From an agent's encoder to the collector's reader: what was accepted is what is stored, bit for bit; and what is no
/// frame of ours is told apart.
@Suite struct FrameReadingTests {
    private static let kinds = AssetCatalog.all.map(\.id)
    private static let special: [Double] = [
        0, -0.0, 1, -1, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
        -.greatestFiniteMagnitude, 1e-308, .pi, 0.1, 0x1p53 + 2, Double(Int64.max), .ulpOfOne,
    ]
    /// 1601, 1970, 2024 to 9999, in milliseconds.
    private static let times: [Int64] = [
        -11_644_473_600_000, -1, 0, 1, 1_704_067_200_000, 2_147_483_647_999, 4_102_444_800_000, 253_402_300_799_999,
    ]

    private static func frame(_ group: SignalGroup, _ index: Int, _ random: inout SeededRandom) -> Frame {
        let values = group.signals.map { signal -> Double in
            if random.below(12) == 0 { return [.nan, .infinity, -.infinity][random.below(3)] }
            switch signal.form {
            case .number: return random.below(3) == 0 ? special[random.below(special.count)] : random.normal() * 1e3
            case .flag: return random.below(5) == 0 ? special[random.below(special.count)] : Double(random.below(2))
            case .category(let labels):
                return random.below(5) == 0
                    ? special[random.below(special.count)] : Double(random.below(max(1, labels.count)))
            }
        }
        let qualities: [Quality] =
            random.below(2) == 0 ? [] : values.map { _ in Quality.allCases[random.below(Quality.allCases.count)] }
        return Frame(
            group: UInt8(index), timeMs: times[random.below(times.count)], values: values, qualities: qualities)
    }

    private static func isSame(_ one: Frame, _ other: Frame) -> Bool {
        one == other
            || (one.group == other.group && one.timeMs == other.timeMs && one.qualities == other.qualities
                && one.values.elementsEqual(other.values) { $0.bitPattern == $1.bitPattern })
    }

    @Test(arguments: kinds, Seeds.list(fixed: 2))
    func whatAnAgentEncodesIsRead(kind: String, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var agent = try TestAgent(kind: kind, epoch: random.next() | 1)
        let born = try BornDevice(&agent)
        var reading = FrameReading()
        for _ in 0..<300 {
            let index = random.below(agent.kind.groups.count)
            let frame = FrameReadingTests.frame(agent.kind.groups[index], index, &random)
            let number = Int64(bitPattern: random.next() >> 1)
            let chain = random.next()
            let isHistorical = random.below(2) == 0
            let message = try agent.message(
                .frame(frame), number, chain, of: agent.epoch, isHistorical: isHistorical)
            // The epoch is read alike whether it is the expected one or not.
            let current = random.below(2) == 0 ? agent.epoch : nil
            try withDecoder(message.payload) {
                try reading.read($0, aliases: born.aliases, asset: born.asset, currentEpoch: current)
            }
            let head = reading.head
            #expect(head.epoch == agent.epoch && head.sequence == number && head.chain == chain, "\(replayHint(seed))")
            #expect(head.timeMs == frame.timeMs && head.isHistorical == isHistorical && head.unknown == 0)
            #expect(head.group == index && head.count == frame.values.count && head.report == nil)
            let read = reading.frame(timeMs: head.timeMs ?? 0)
            #expect(
                FrameReadingTests.isSame(read, frame), "\(read) is not \(frame); \(replayHint(seed))")
            // What the chain was computed over can be computed again.
            #expect(RecordCoding.encode(.frame(read)) == RecordCoding.encode(.frame(frame)), "\(replayHint(seed))")
        }
    }

    @Test(arguments: Report.Cause.allCases)
    func reportsAreRead(cause: Report.Cause) throws {
        var agent = try TestAgent(epoch: 0xFFFF_0000_0000_0001)
        let births = agent.birth()
        let node = try BirthReading.node(try Payload(decoding: births[0].payload))
        let aliases = AliasMap(deliveryOf: node.metrics)
        var reading = FrameReading()
        for lost in [nil, 1...1, 17...Int64.max] as [ClosedRange<Int64>?] {
            let report = Report(cause: cause, epoch: agent.epoch, lost: lost, fromMs: -5, toMs: 7, ticks: 3)
            let message = try agent.message(.report(report), 9, 0x8000_0000_0000_0001, of: agent.epoch)
            try withDecoder(message.payload) {
                try reading.read($0, aliases: aliases, asset: nil, currentEpoch: nil)
            }
            #expect(reading.head.report == report && reading.head.count == 0)
            #expect(reading.head.sequence == 9 && reading.head.chain == 0x8000_0000_0000_0001)
        }
    }

    @Test func theAgentsWordAboutItsOutboxIsRead() throws {
        var agent = try TestAgent()
        let aliases = AliasMap(
            deliveryOf: try BirthReading.node(try Payload(decoding: agent.birth()[0].payload)).metrics)
        var now = agent.status
        now.first = 5
        now.receipted = 4
        now.pending = 17
        now.dropped = 3
        now.outboxBytes = 1 << 40
        now.outboxCapacityBytes = 1 << 41
        now.outboxDaysLeft = 0.25
        let births = Births(aliases: agent.aliases)
        let change = try #require(births.statusChange(now, since: agent.status, seq: 3, timeMs: 1))
        var reading = FrameReading()
        try withDecoder(change.encoded()) {
            try reading.read($0, aliases: aliases, asset: nil, currentEpoch: nil)
        }
        #expect(
            reading.word
                == AgentWord(
                    first: 5, receipted: 4, pending: 17, dropped: 3, outboxBytes: 1 << 40,
                    outboxCapacityBytes: 1 << 41, outboxDaysLeft: 0.25))
        #expect(reading.head.sequence == nil && reading.head.unknown == 0)
    }

    // MARK: - Not as we write it

    /// One message of the first group, with metrics changed.
    private static func reading(
        _ change: (inout [Metric]) -> Void
    ) throws -> (reading: FrameReading, frame: Frame) {
        var agent = try TestAgent(kind: "candu", epoch: 5)
        let born = try BornDevice(&agent)
        let frame = agent.frame([1, 2, 3], atMs: 1_000)
        let message = try agent.message(.frame(frame), 1, 2, of: agent.epoch)
        var payload = try Payload(decoding: message.payload)
        change(&payload.metrics)
        var reading = FrameReading()
        try withDecoder(payload.encoded()) {
            try reading.read($0, aliases: born.aliases, asset: born.asset, currentEpoch: nil)
        }
        return (reading, frame)
    }

    @Test func everyNumberTypeIsUnderstood() throws {
        let types: [(Scalar, DataType?, Double)] = [
            (.int(7), nil, 7), (.int(UInt32.max), .int32, -1), (.int(0xFF), .int8, -1), (.long(7), .int64, 7),
            (.long(.max), .uint64, Double(UInt64.max)), (.float(1.5), .float, 1.5), (.boolean(true), .boolean, 1),
            (.double(-0.0), .double, -0.0),
        ]
        for (scalar, type, value) in types {
            let (reading, _) = try FrameReadingTests.reading {
                $0[3].value = .scalar(scalar)
                $0[3].datatype = type
            }
            #expect(reading.values[0].bitPattern == value.bitPattern, "\(scalar) as \(String(describing: type))")
            #expect(reading.qualities[0] == .good)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -.nan, .signalingNaN])
    func whatIsNotANumberIsNoValue(value: Double) throws {
        let (reading, _) = try FrameReadingTests.reading { $0[3].value = .scalar(.double(value)) }
        #expect(reading.values[0].bitPattern == Frame.noValue.bitPattern && reading.qualities[0] == .bad)
        #expect(reading.isNotAllGood)
    }

    @Test func nullWinsOverAValue() throws {
        let (reading, _) = try FrameReadingTests.reading { $0[3].isNull = true }
        #expect(reading.values[0].isNaN && reading.qualities[0] == .bad)
    }

    @Test(arguments: [(0, Quality.bad), (192, .good), (500, .stale), (1, .bad), (-7, .bad)] as [(Int32, Quality)])
    func qualitiesAreUnderstood(code: Int32, quality: Quality) throws {
        let (reading, _) = try FrameReadingTests.reading {
            var set = PropertySet()
            set.append("other", PropertyValue("text"))
            set.append(PropertyKey.quality, PropertyValue(code))
            $0[3].properties = set
        }
        #expect(reading.qualities[0] == quality && reading.values[0] == 1)
    }

    @Test func theOrderOfMetricsDoesNotMatter() throws {
        let (reading, frame) = try FrameReadingTests.reading { $0.reverse() }
        #expect(Array(reading.values[..<reading.head.count]) == frame.values)
        #expect(reading.head.epoch == Epoch(bits: 5) && reading.head.sequence == 1)
    }

    @Test func aSignalThatIsLeftOutIsNoValue() throws {
        let (reading, frame) = try FrameReadingTests.reading { $0.remove(at: 4) }
        #expect(reading.head.count == frame.values.count)
        #expect(reading.values[1].isNaN && reading.qualities[1] == .bad && reading.values[2] == 3)
    }

    @Test func aShorterFrameOfAnOlderAgentIsAFrame() throws {
        let (reading, frame) = try FrameReadingTests.reading { $0.removeLast(2) }
        #expect(reading.head.count == frame.values.count - 2 && !reading.isNotAllGood)
    }

    @Test func theLastOfTwoIsTaken() throws {
        let (reading, _) = try FrameReadingTests.reading {
            var second = $0[3]
            second.value = .scalar(.double(77))
            $0.insert(second, at: 4)
        }
        #expect(reading.values[0] == 77)
    }

    @Test func unknownMetricsAreCounted() throws {
        let (reading, frame) = try FrameReadingTests.reading {
            $0.append(Metric(alias: 60_000, value: .scalar(.double(1))))
            $0.append(Metric(alias: .max, value: .scalar(.double(1))))
            $0.append(Metric(name: "nobody", value: .scalar(.double(1))))
            $0.append(Metric(value: .scalar(.double(1))))
        }
        #expect(reading.head.unknown == 4)
        #expect(Array(reading.values[..<reading.head.count]) == frame.values)
    }

    @Test func readingsOfTwoGroupsAreNoFrame() throws {
        var agent = try TestAgent(kind: "caster")
        let device = agent.aliases.devices[0]
        let other = try #require(device.alias(group: 1, position: 0))
        let born = try BornDevice(&agent)
        let message = try agent.message(.frame(agent.frame(atMs: 1)), 1, 2, of: agent.epoch)
        var payload = try Payload(decoding: message.payload)
        payload.metrics.append(Metric(alias: other, timestampMs: 1, value: .scalar(.double(1))))
        var reading = FrameReading()
        #expect(throws: FrameProblem.self) {
            try withDecoder(payload.encoded()) {
                try reading.read($0, aliases: born.aliases, asset: born.asset, currentEpoch: nil)
            }
        }
    }

    @Test(arguments: ["", "0", "00000000000000zz", "ABCDEF0123456789", "00000000000000000", "0000000000000000"])
    func anEpochThatIsNoneIsNone(text: String) throws {
        let (reading, _) = try FrameReadingTests.reading { $0[0].value = .scalar(.string(text)) }
        #expect(reading.head.epoch == nil)
    }

    @Test func aSequenceThatIsNoIntegerIsNone() throws {
        for value in [Scalar.double(1), .string("1"), .float(1)] {
            let (reading, _) = try FrameReadingTests.reading { $0[1].value = .scalar(value) }
            #expect(reading.head.sequence == nil, "\(value)")
        }
        let (reading, _) = try FrameReadingTests.reading { $0[1].value = .scalar(.long(UInt64(bitPattern: -5))) }
        #expect(reading.head.sequence == -5, "which is refused as a number later")
    }

    /// Cut at every byte: refused, or read as the metrics that are whole; never anything else.
    @Test func messagesCutAtEveryByte() throws {
        var agent = try TestAgent(kind: "caster")
        let born = try BornDevice(&agent)
        let frame = agent.frame([1, 2, 3], atMs: 1_000, [])
        let bytes = try agent.message(.frame(frame), 1, 2, of: agent.epoch).payload
        var reading = FrameReading()
        var whole = 0
        for end in 0..<bytes.count {
            do {
                try withDecoder(Array(bytes[..<end])) {
                    try reading.read($0, aliases: born.aliases, asset: born.asset, currentEpoch: nil)
                }
            } catch { continue }
            whole += 1
            #expect(Array(reading.values[..<reading.head.count]) == Array(frame.values[..<reading.head.count]))
        }
        #expect(whole > 0)
    }

    /// Bytes changed at random never trap, and never give a frame of impossible shape.
    @Test(arguments: Seeds.list(fixed: 3))
    func damagedMessages(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var agent = try TestAgent(kind: "caster")
        let born = try BornDevice(&agent)
        var reading = FrameReading()
        for _ in 0..<3_000 {
            let index = random.below(agent.kind.groups.count)
            let frame = FrameReadingTests.frame(agent.kind.groups[index], index, &random)
            var bytes = try agent.message(.frame(frame), 1, 2, of: agent.epoch).payload
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            do {
                try withDecoder(bytes) {
                    try reading.read($0, aliases: born.aliases, asset: born.asset, currentEpoch: agent.epoch)
                }
            } catch { continue }
            let head = reading.head
            #expect(head.count <= agent.kind.groups[head.group].signals.count, "\(replayHint(seed))")
            #expect(head.count <= reading.values.count && reading.values.count == reading.qualities.count)
        }
    }
}
