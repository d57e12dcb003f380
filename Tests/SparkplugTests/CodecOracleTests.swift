import Model
import Sparkplug
import TestSupport
import Testing

/// Our codec against protoc, which knows nothing of it.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CodecOracleTests {
    /// One metric of every data type, as a node would send it.
    private static func metric(_ type: DataType) -> Metric {
        let value: Metric.Value? =
            switch type {
            case .int8, .int16, .int32: .scalar(.int32(-7))
            case .uint8, .uint16, .uint32: .scalar(.int(200))
            case .int64: .scalar(.int64(.min))
            case .uint64: .scalar(.long(.max))
            case .float: .scalar(.float(-0.5))
            case .double: .scalar(.double(0.1))
            case .boolean: .scalar(.boolean(true))
            case .dateTime: .scalar(.long(1_767_225_600_123))
            case .string, .text, .uuid: .scalar(.string("Grüße\n\"\\"))
            case .dataSet:
                .dataSet(
                    DataSet(
                        columnCount: 2, columns: ["a", "b"], types: [.int32, .string],
                        rows: [
                            DataSet.Row([.scalar(.int(1)), .scalar(.string("x"))]), DataSet.Row([nil, .extension]),
                        ]))
            case .template:
                .template(
                    Template(
                        version: "1", metrics: [Metric(name: "inner", datatype: .int8, value: .scalar(.int(3)))],
                        parameters: [Template.Parameter(name: "p", type: .double, value: .scalar(.double(2)))],
                        templateRef: "definition", isDefinition: false))
            case .unknown, .propertySet, .propertySetList: nil
            default: .bytes([0, 1, 2, 255])
            }
        return Metric(
            name: type.description, timestampMs: 1, datatype: type, isNull: value == nil ? true : nil,
            metadata: type == .file ? MetaData(contentType: "text/plain", sizeBytes: 4, md5: "00") : nil,
            properties: PropertySet(
                keys: ["Quality", "nested", "list"],
                values: [
                    PropertyValue(Int32(192)),
                    PropertyValue(
                        type: .propertySet,
                        content: .set(PropertySet(keys: ["unit"], values: [PropertyValue("°C")]))),
                    PropertyValue(
                        type: .propertySetList,
                        content: .list([PropertySet(), PropertySet(keys: ["x"], values: [PropertyValue(false)])])),
                ]), value: value)
    }

    @Test func everyDataTypeAgreesWithProtoc() async throws {
        let payload = Payload(
            timestampMs: 5, metrics: (0...34).map { CodecOracleTests.metric(DataType(rawValue: $0)) }, seq: 0,
            uuid: "u", body: [1, 2])
        let bytes = try await offPool { try Protoc.encode(PayloadText.payload(payload), as: "Payload") }
        #expect(bytes == payload.encoded())
        #expect(try Payload(decoding: bytes) == payload)
    }

    /// Every message that we build ourselves says to protoc what our own reading of it says.
    @Test func everyMessageTypeAgreesWithProtoc() async throws {
        let births = Births(aliases: Samples.aliases)
        let device = Samples.aliases.devices[0]
        let envelope = Samples.envelope(sequence: 9, isHistorical: true)
        let payloads = [
            births.node(Samples.status, bdSeq: 3, properties: [("Software", "test")], timeMs: 1000),
            Births.nodeDeath(bdSeq: 3, timeMs: 1000),
            births.device(device, latest: [Samples.frame, nil], status: Samples.status, seq: 1, timeMs: 1000),
            Births.deviceDeath(seq: 2, timeMs: 1000),
            births.report(Samples.report, envelope),
            Command.payload([.rebirth, .receipt(Samples.receipt), .resend(Samples.resend)], sentMs: 1000),
        ]
        for payload in payloads {
            let bytes = try await offPool { try Protoc.encode(PayloadText.payload(payload), as: "Payload") }
            #expect(bytes == payload.encoded())
            #expect(try Payload(decoding: bytes) == payload)
        }
        // DDATA is written by the data encoder, not by Payload: protoc reads it and writes it in its own order.
        var encoder = DataEncoder(device: device)
        let message = try encoder.withMessage(Samples.frame, envelope) { Array($0) }
        let rewritten = try await offPool {
            try Protoc.encode(try Protoc.decode(message, as: "Payload"), as: "Payload")
        }
        #expect(try rewritten == Payload(decoding: message).encoded())
    }

    @Test(arguments: Seeds.list(fixed: 3))
    func randomPayloadsAgreeWithProtoc(seed: UInt64) async throws {
        var source = RandomPayload(seed: seed)
        let payloads = (0..<300).map { _ in source.payload() }
        let batch = try await offPool { try Protoc.encode(PayloadText.batch(payloads), as: "Batch") }
        // A batch of payloads in field 1 is, to the codec, a message of length-delimited fields.
        let ours = payloads.reduce(into: [UInt8]()) { bytes, payload in
            let encoded = payload.encoded()
            bytes.append(0x0A)
            Wire.append(varint: UInt64(encoded.count), to: &bytes)
            bytes += encoded
        }
        #expect(ours == batch, "\(replayHint(seed))")
        for payload in payloads {
            let bytes = payload.encoded()
            #expect(try Payload(decoding: bytes).encoded() == bytes, "\(replayHint(seed))")
        }
    }

    /// What protoc calls malformed, we do too.
    @Test(arguments: Seeds.list(fixed: 1))
    func whatProtocRefusesWeRefuse(seed: UInt64) async throws {
        var source = RandomPayload(seed: seed)
        var refused = 0
        for _ in 0..<60 {
            // A payload without extensions, whose content we do not look at.
            let payload = Payload(
                timestampMs: 1,
                metrics: [Metric(name: source.text(), alias: source.number(), value: .scalar(source.scalar()))], seq: 3)
            var bytes = payload.encoded()
            let place = source.random.below(bytes.count)
            bytes[place] = UInt8(truncatingIfNeeded: source.random.next())
            let mutated = bytes
            let accepted = await offPoolResult { _ = try Protoc.decode(mutated, as: "Payload") }
            if !accepted {
                refused += 1
                #expect(throws: PayloadError.self, "\(mutated) \(replayHint(seed))") {
                    try Payload(decoding: mutated)
                }
            }
        }
        #expect(refused > 5)
    }
}

private func offPoolResult(_ work: @escaping @Sendable () throws -> Void) async -> Bool {
    do {
        try await offPool(work)
        return true
    } catch { return false }
}
