/// Walks the metrics of a data message without taking memory for each.
///
///     var decoder = try DataDecoder(bytes)
///     while try decoder.next() { use(decoder.metric) }
///
/// It accepts exactly what `Payload(decoding:)` accepts. The bytes must outlive the decoder.
public struct DataDecoder {
    public private(set) var timestampMs: UInt64?
    public private(set) var seq: UInt64?
    /// The metric that the last `next` found.
    public private(set) var metric = DataMetric()

    private let payload: UnsafeRawBufferPointer
    private var reader: WireReader

    /// Reads what stands around the metrics, wherever it stands, so that it is known before the first of them.
    public init(_ payload: UnsafeRawBufferPointer, limits: PayloadLimits = PayloadLimits()) throws(PayloadError) {
        guard payload.count <= Int(UInt32.max) else {
            throw PayloadError(problem: .tooLarge(limitBytes: Int(UInt32.max)), offset: 0)
        }
        self.payload = payload
        reader = try WireReader(payload, limits: limits)
        var scout = reader
        while !scout.isAtEnd {
            if scout.cursor.next.pointee == Tag.metric {
                scout.cursor.next += 1
                scout.cursor.next += try scout.cursor.length()
                continue
            }
            guard let field = try scout.field() else { break }
            switch field.number {
            case 1: timestampMs = try scout.uint64(field)
            case 3: seq = try scout.uint64(field)
            case 2, 4, 5: _ = try scout.buffer(field)
            default: try scout.skip(field)
            }
        }
    }

    /// False after the last metric.
    public mutating func next() throws(PayloadError) -> Bool {
        while !reader.isAtEnd {
            if reader.cursor.next.pointee == Tag.metric {
                reader.cursor.next += 1
            } else {
                guard let field = try reader.field() else { break }
                guard field.number == 2 else {
                    try reader.skip(field)
                    continue
                }
                try reader.require(.bytes, field)
            }
            try readMetric()
            return true
        }
        return false
    }

    public func bytes(_ span: DataMetric.Span) -> UnsafeRawBufferPointer {
        let start = Int(span.start)
        let end = start + Int(span.count)
        guard end <= payload.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: payload[start..<end])
    }

    /// Bytes that are not UTF-8 become U+FFFD, as in `Payload`.
    public func text(_ span: DataMetric.Span) -> String { String(decoding: bytes(span), as: UTF8.self) }

    /// The tags of the fields that nearly every metric of a data message has.
    private enum Tag {
        static let metric: UInt8 = 0x12
        static let alias: UInt8 = 0x10
        static let timestamp: UInt8 = 0x18
        static let double: UInt8 = 0x69
    }

    @inline(__always)
    private mutating func readMetric() throws(PayloadError) {
        try reader.countMetric()
        let outer = try reader.enter()
        metric = DataMetric()
        var cursor = reader.cursor
        while cursor.next < cursor.end {
            switch cursor.next.pointee {
            case Tag.alias:
                cursor.next += 1
                metric.alias = try cursor.varint()
                metric.flags.insert(.hasAlias)
            case Tag.timestamp:
                cursor.next += 1
                metric.timestampMs = try cursor.varint()
                metric.flags.insert(.hasTimestamp)
            case Tag.double:
                cursor.next += 1
                metric.set(.double, try cursor.fixed64())
            default:
                reader.cursor = cursor
                try readOtherField()
                cursor = reader.cursor
            }
        }
        reader.cursor = cursor
        reader.leave(outer)
    }

    /// The fields that few metrics of a data message have, and the others in an unusual encoding.
    @inline(never)
    private mutating func readOtherField() throws(PayloadError) {
        guard let field = try reader.field() else { return }
        switch field.number {
        case 1:
            metric.name = try span(field)
            metric.flags.insert(.hasName)
        case 2:
            metric.alias = try reader.uint64(field)
            metric.flags.insert(.hasAlias)
        case 3:
            metric.timestampMs = try reader.uint64(field)
            metric.flags.insert(.hasTimestamp)
        case 4:
            metric.datatype = DataType(rawValue: try reader.uint32(field))
            metric.flags.insert(.hasDatatype)
        case 5: metric.set(.historical, try reader.bool(field))
        case 6: metric.set(.transient, try reader.bool(field))
        case 7: metric.set(.null, try reader.bool(field))
        case 8: _ = try MetaData.read(field, &reader)
        case 9:
            let code = try quality(field)
            metric.qualityCode = code ?? 0
            metric.set(.hasQuality, code != nil)
        case 10: metric.set(.int, UInt64(try reader.uint32(field)))
        case 11: metric.set(.long, try reader.uint64(field))
        case 12: metric.set(.float, UInt64(try reader.float(field).bitPattern))
        case 13: metric.set(.double, try reader.double(field).bitPattern)
        case 14: metric.set(.boolean, try reader.bool(field) ? 1 : 0)
        case 15: metric.set(.string, try span(field).bits)
        case 16: metric.set(.bytes, try span(field).bits)
        case 17:
            _ = try DataSet.read(field, &reader)
            metric.set(.dataSet, 0)
        case 18:
            _ = try Template.read(field, &reader)
            metric.set(.template, 0)
        case 19:
            _ = try reader.buffer(field)
            metric.set(.extension, 0)
        default: try reader.skip(field)
        }
    }

    private mutating func span(_ field: WireReader.Field) throws(PayloadError) -> DataMetric.Span {
        let count = try reader.buffer(field).count
        return DataMetric.Span(
            start: UInt32(truncatingIfNeeded: reader.offset - count), count: UInt32(truncatingIfNeeded: count))
    }

    /// The code of the property `Quality`, found without keeping the others.
    private mutating func quality(_ field: WireReader.Field) throws(PayloadError) -> Int32? {
        let before = reader
        let outer = try reader.enter(field)
        var keys = 0
        var values = 0
        var position: Int?
        var code: Int32?
        while let field = try reader.field() {
            switch field.number {
            case 1:
                try reader.countElement()
                let key = try reader.buffer(field)
                if position == nil, PropertyKey.isQuality(key) { position = keys }
                keys += 1
            case 2:
                let found = try qualityValue(field)
                if position == values { code = found }
                values += 1
            default: try reader.skip(field)
            }
        }
        reader.leave(outer)
        // A value that came before its key passed by unseen.
        if let position, position < values, code == nil {
            reader = before
            return try PropertySet.read(field, &reader)[PropertyKey.quality]?.qualityCode
        }
        return code
    }

    /// The integer of one property value, if it has one.
    private mutating func qualityValue(_ field: WireReader.Field) throws(PayloadError) -> Int32? {
        try reader.countElement()
        let outer = try reader.enter(field)
        var code: Int32?
        var isNull = false
        while let field = try reader.field() {
            switch field.number {
            case 1: _ = try reader.uint32(field)
            case 2: isNull = try reader.bool(field)
            case 3, 4: code = Int32(truncatingIfNeeded: try reader.uint64(field))
            case 5...8:
                code = nil
                switch field.number {
                case 5: _ = try reader.float(field)
                case 6: _ = try reader.double(field)
                case 7: _ = try reader.bool(field)
                default: _ = try reader.buffer(field)
                }
            case 9...11:
                code = nil
                _ = try PropertyValue.Content.read(field, &reader)
            default: try reader.skip(field)
            }
        }
        reader.leave(outer)
        return isNull ? nil : code
    }
}

extension DataMetric {
    @inline(__always)
    fileprivate mutating func set(_ flag: Flags, _ value: Bool) {
        if value { flags.insert(flag) } else { flags.remove(flag) }
    }

    @inline(__always)
    fileprivate mutating func set(_ newKind: Numbers.Kind, _ newBits: UInt64) {
        kind = newKind
        bits = newBits
    }
}

extension DataMetric.Span {
    /// As `DataMetric.bits` holds it.
    fileprivate var bits: UInt64 { UInt64(start) << 32 | UInt64(count) }
}
