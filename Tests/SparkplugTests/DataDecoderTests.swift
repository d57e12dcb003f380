import Model
import Sparkplug
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct DataDecoderTests {
    @Test(arguments: Seeds.list(fixed: 4))
    func agreesWithTheFullDecoder(seed: UInt64) throws {
        var source = RandomPayload(seed: seed)
        for _ in 0..<1000 {
            let bytes = source.payload().encoded()
            #expect(FlatPayload.fast(bytes) == FlatPayload.full(bytes), "\(replayHint(seed))")
        }
    }

    @Test func whatStandsAfterTheMetricsIsKnownBefore() throws {
        let bytes = Payload(timestampMs: 7, metrics: [Metric(alias: 1), Metric(alias: 2)], seq: 255).encoded()
        try bytes.withUnsafeBytes { raw in
            let decoder = try DataDecoder(raw)
            #expect(decoder.timestampMs == 7)
            #expect(decoder.seq == 255)
        }
    }

    @Test func metricsInBothTagEncodings() throws {
        // 0x92 0x00 is the tag of field 2 in two bytes.
        let bytes: [UInt8] = [0x12, 2, 0x10, 1] + [0x92, 0x00, 2, 0x10, 2] + [0x12, 3, 0x90, 0x00, 3]
        #expect(FlatPayload.fast(bytes)?.metrics.map(\.alias) == [1, 2, 3])
        #expect(FlatPayload.fast(bytes) == FlatPayload.full(bytes))
    }

    struct NumberCase: Sendable, CustomTestStringConvertible {
        let scalar: Scalar
        let type: DataType
        let double: Double?
        let integer: Int64?
        init(_ scalar: Scalar, _ type: DataType, _ double: Double?, _ integer: Int64?) {
            (self.scalar, self.type, self.double, self.integer) = (scalar, type, double, integer)
        }
        var testDescription: String { "\(scalar) as \(type)" }
    }

    /// What nodes in the field really send.
    @Test(arguments: [
        NumberCase(.int(0xFFFF_FFF9), .int8, -7, -7),  // sign extended to 32 bits
        NumberCase(.int(0xF9), .int8, -7, -7),  // kept to 8 bits
        NumberCase(.int(0xFFF9), .int16, -7, -7),
        NumberCase(.int(0xFFFF_FFF9), .int32, -7, -7),
        NumberCase(.long(UInt64(bitPattern: -7)), .int32, -7, -7),
        NumberCase(.long(UInt64(bitPattern: -7)), .int64, -7, -7),
        NumberCase(.int(0xFFFF_FFF9), .int64, -7, -7),
        NumberCase(.int(200), .uint8, 200, 200),
        NumberCase(.int(0xFFFF_FFFF), .uint32, 4_294_967_295, 4_294_967_295),
        NumberCase(.long(0xFFFF_FFFF), .uint32, 4_294_967_295, 4_294_967_295),  // Tahu's Java library
        NumberCase(.long(.max), .uint64, 0x1p64, nil),
        NumberCase(.int(7), .uint64, 7, 7),
        NumberCase(.int(0xFFFF_FFFF), .unknown, 4_294_967_295, 4_294_967_295),
        NumberCase(.long(5), .unknown, 5, 5),
        NumberCase(.long(.max), .unknown, 0x1p64, nil),
        NumberCase(.long(1_767_225_600_000), .dateTime, 1_767_225_600_000, 1_767_225_600_000),
        NumberCase(.float(0.5), .float, 0.5, nil),
        NumberCase(.float(0.5), .double, 0.5, nil),
        NumberCase(.double(0.1), .double, 0.1, nil),
        NumberCase(.double(0.1), .int8, 0.1, nil),
        NumberCase(.int(3), .double, 3, 3),
        NumberCase(.boolean(true), .boolean, 1, 1),
        NumberCase(.int(2), .boolean, 1, 1),
        NumberCase(.string("1"), .int8, nil, nil),
    ])
    func numbers(_ item: NumberCase) throws {
        let metric = Metric(alias: 1, value: .scalar(item.scalar))
        #expect(metric.number(declared: item.type) == item.double)
        #expect(metric.integer(declared: item.type) == item.integer)
        let bytes = Payload(metrics: [metric]).encoded()
        try bytes.withUnsafeBytes { raw in
            var decoder = try DataDecoder(raw)
            #expect(try decoder.next())
            #expect(decoder.metric.number(declared: item.type) == item.double)
            #expect(decoder.metric.integer(declared: item.type) == item.integer)
        }
    }

    @Test func nullHasNoValueWhateverElseItSays() throws {
        let metric = Metric(alias: 1, isNull: true, value: .scalar(.double(3)))
        #expect(metric.number(declared: .double) == nil)
        try Payload(metrics: [metric]).encoded().withUnsafeBytes { raw in
            var decoder = try DataDecoder(raw)
            #expect(try decoder.next())
            #expect(decoder.metric.number(declared: .double) == nil)
            #expect(decoder.metric.integer(declared: .double) == nil)
        }
    }

    @Test func aMetricsOwnDataTypeGoesBeforeTheDeclaredOne() {
        let metric = Metric(alias: 1, datatype: .int8, value: .scalar(.int(0xFF)))
        #expect(metric.number(declared: .uint8) == -1)
    }
}
