import Model
import Sparkplug
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct DataEncoderTests {
    private static let device = Samples.aliases.devices[0]

    private func encode(_ frame: Frame, _ envelope: DataEnvelope) throws -> Payload {
        var encoder = DataEncoder(device: DataEncoderTests.device)
        return try Payload(decoding: try encoder.withMessage(frame, envelope) { Array($0) })
    }

    @Test func everyPartOfAMessage() throws {
        let payload = try encode(Samples.frame, Samples.envelope())
        let time: UInt64 = 1_767_225_600_000
        let delivery = DataEncoderTests.device.delivery
        let first = DataEncoderTests.device.firstAlias[0]
        let stale = PropertySet(keys: ["Quality"], values: [PropertyValue(Int32(500))])
        let expected = Payload(
            timestampMs: 1_767_225_600_050,
            metrics: [
                Metric(alias: delivery.epoch, timestampMs: time, value: .scalar(.string("0123456789abcdef"))),
                Metric(alias: delivery.sequence, timestampMs: time, value: .scalar(.long(43))),
                Metric(alias: delivery.chain, timestampMs: time, value: .scalar(.long(0xFEDC_BA98_7654_3210))),
                Metric(alias: first, timestampMs: time, value: .scalar(.double(290.25))),
                Metric(alias: first + 1, timestampMs: time, isNull: true, properties: stale),
                Metric(alias: first + 2, timestampMs: time, value: .scalar(.boolean(true))),
                Metric(
                    alias: first + 3, timestampMs: time, properties: stale, value: .scalar(.string("Störung"))),
            ], seq: 7)
        #expect(payload == expected)
    }

    @Test func historicalMarksEveryMetric() throws {
        let payload = try encode(Samples.frame, Samples.envelope(isHistorical: true))
        #expect(payload.metrics.count == 7)
        #expect(payload.metrics.allSatisfy { $0.isHistorical == true })
    }

    @Test func valuesWithoutAWordTravelAsDoubles() throws {
        for (position, value) in [(2, 0.5), (2, -0.0), (3, 3.0), (3, -1.0), (3, 1.5), (3, -0.0), (3, 1e300)] {
            var values = [1.0, 1, 1, 1]
            values[position] = value
            let metric = try encode(Frame(group: 0, timeMs: 1, values: values), Samples.envelope()).metrics[
                3 + position]
            #expect(metric.datatype == .double)
            #expect(metric.number()?.bitPattern == value.bitPattern)
        }
    }

    @Test func shorterFramesAreOfAnOlderVersionAndLongerOnesAreRefused() throws {
        #expect(try encode(Frame(group: 0, timeMs: 1, values: [1, 2]), Samples.envelope()).metrics.count == 5)
        #expect(try encode(Frame(group: 1, timeMs: 1, values: []), Samples.envelope()).metrics.count == 3)
        var encoder = DataEncoder(device: DataEncoderTests.device)
        #expect(throws: DataEncoder.Failure.unknownSignals(group: 1, values: 2, signals: 1)) {
            try encoder.withMessage(Frame(group: 1, timeMs: 1, values: [1, 2]), Samples.envelope()) { _ in }
        }
        #expect(throws: DataEncoder.Failure.unknownGroup(2)) {
            try encoder.withMessage(Frame(group: 2, timeMs: 1, values: []), Samples.envelope()) { _ in }
        }
    }

    /// Any frame of any asset, whose aliases and labels may be long, comes back bit for bit.
    @Test(arguments: Seeds.list())
    func everyFrameComesBack(seed: UInt64) throws {
        var source = RandomPayload(seed: seed)
        for _ in 0..<40 {
            let kind = DataEncoderTests.kind(&source)
            let padding = DataEncoderTests.padding(count: [0, 100, 128, 16_400][source.random.below(4)])
            let device = AliasTable(assets: [("pad", padding), ("asset", kind)]).devices[1]
            var encoder = DataEncoder(device: device)
            for _ in 0..<10 {
                let frame = DataEncoderTests.frame(kind, &source)
                let envelope = DataEnvelope(
                    epoch: Epoch(bits: source.random.next() | 1)!, sequence: Int64(bitPattern: source.number()),
                    chain: source.random.next(), seq: UInt8(truncatingIfNeeded: source.random.next()),
                    sentMs: Int64(bitPattern: source.number()), isHistorical: source.flip())
                let bytes = try encoder.withMessage(frame, envelope) { Array($0) }
                let read = try DataEncoderTests.read(bytes, device)
                #expect(read.envelope == envelope, "\(replayHint(seed))")
                #expect(
                    RecordCoding.encode(.frame(read.frame)) == RecordCoding.encode(.frame(frame)), "\(replayHint(seed))"
                )
            }
        }
    }

    private static func kind(_ source: inout RandomPayload) -> AssetKind {
        let groups = (0..<1 + source.random.below(3)).map { group in
            SignalGroup(
                "g\(group)", .everyTick,
                (0...source.random.below(60)).map { position in
                    let form: Signal.Form =
                        switch source.random.below(4) {
                        case 0: .flag
                        case 1: .category((0..<3).map { "\($0)\(source.text())" })
                        default: .number
                        }
                    return Signal("s\(group)_\(position)", "S", form: form)
                })
        }
        return AssetKind(id: "random", title: "", groups: groups, scenarios: []) { _ in fatalError("not simulated") }
    }

    private static func padding(count: Int) -> AssetKind {
        let signals = (0..<count).map { Signal("p\($0)", "P") }
        return AssetKind(id: "pad", title: "", groups: [SignalGroup("g", .everyTick, signals)], scenarios: []) { _ in
            fatalError("not simulated")
        }
    }

    private static func frame(_ kind: AssetKind, _ source: inout RandomPayload) -> Frame {
        let group = source.random.below(kind.groups.count)
        let signals = kind.groups[group].signals
        let values = signals.map { signal -> Double in
            if source.random.below(6) == 0 { return source.double() }
            switch signal.form {
            case .number: return source.double()
            case .flag: return Double(source.random.below(2))
            case .category: return Double(source.random.below(3))
            }
        }
        let qualities = signals.map { _ in Quality.allCases[source.random.below(3)] }
        return Frame(
            group: UInt8(group), timeMs: Int64(bitPattern: source.number()), values: values,
            qualities: source.flip() ? qualities : [])
    }

    /// The reverse of the encoder, written from the contract: aliases to places, words to values.
    private static func read(_ bytes: [UInt8], _ device: AliasTable.Device) throws -> (
        frame: Frame, envelope: DataEnvelope
    ) {
        let payload = try Payload(decoding: bytes)
        let head = payload.metrics.prefix(3)
        let aliases = [device.delivery.epoch, device.delivery.sequence, device.delivery.chain]
        #expect(head.map(\.alias) == aliases)
        let envelope = DataEnvelope(
            epoch: Epoch(head[0].text ?? "")!, sequence: head[1].integer(declared: .int64) ?? -1,
            chain: UInt64(bitPattern: head[2].integer(declared: .int64) ?? 0),
            seq: UInt8(payload.seq ?? 0), sentMs: Int64(bitPattern: payload.timestampMs ?? 0),
            isHistorical: head[0].isHistorical ?? false)
        let readings = payload.metrics.dropFirst(3)
        let timeMs = Int64(bitPattern: head[0].timestampMs ?? 0)
        #expect(payload.metrics.allSatisfy { $0.timestampMs == head[0].timestampMs })
        let firstAlias = readings.first?.alias ?? 0
        let index = device.firstAlias.lastIndex { $0 <= firstAlias } ?? 0
        var values: [Double] = []
        var qualities: [Quality] = []
        for (position, metric) in readings.enumerated() {
            #expect(metric.alias == device.alias(group: index, position: position))
            qualities.append(Quality(sparkplugCode: metric.qualityCode))
            if let text = metric.text, case .category(let labels) = device.groups[index].signals[position].form {
                values.append(Double(labels.firstIndex(of: text) ?? -1))
            } else {
                values.append(metric.number(declared: .double) ?? Frame.noValue)
            }
        }
        return (Frame(group: UInt8(index), timeMs: timeMs, values: values, qualities: qualities), envelope)
    }
}
