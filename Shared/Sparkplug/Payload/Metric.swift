/// A named or aliased value of a node or device.
public struct Metric: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
        case scalar(Scalar)
        case bytes([UInt8])
        case dataSet(DataSet)
        case template(Template)
        /// A third party's extension, whose content is not kept.
        case `extension`
    }

    public var name: String?
    public var alias: UInt64?
    /// Time of capture, milliseconds since 1970-01-01 UTC.
    public var timestampMs: UInt64?
    public var datatype: DataType?
    public var isHistorical: Bool?
    public var isTransient: Bool?
    public var isNull: Bool?
    public var metadata: MetaData?
    public var properties: PropertySet?
    public var value: Value?

    public init(
        name: String? = nil, alias: UInt64? = nil, timestampMs: UInt64? = nil, datatype: DataType? = nil,
        isHistorical: Bool? = nil, isTransient: Bool? = nil, isNull: Bool? = nil, metadata: MetaData? = nil,
        properties: PropertySet? = nil, value: Value? = nil
    ) {
        self.name = name
        self.alias = alias
        self.timestampMs = timestampMs
        self.datatype = datatype
        self.isHistorical = isHistorical
        self.isTransient = isTransient
        self.isNull = isNull
        self.metadata = metadata
        self.properties = properties
        self.value = value
    }
}

extension Metric {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> Metric {
        try reader.countMetric()
        let outer = try reader.enter(field)
        var metric = Metric()
        while let field = try reader.field() {
            switch field.number {
            case 1: metric.name = try reader.string(field)
            case 2: metric.alias = try reader.uint64(field)
            case 3: metric.timestampMs = try reader.uint64(field)
            case 4: metric.datatype = DataType(rawValue: try reader.uint32(field))
            case 5: metric.isHistorical = try reader.bool(field)
            case 6: metric.isTransient = try reader.bool(field)
            case 7: metric.isNull = try reader.bool(field)
            case 8: metric.metadata = try MetaData.read(field, &reader)
            case 9: metric.properties = try PropertySet.read(field, &reader)
            default:
                if let value = try Value.read(field, &reader) {
                    metric.value = value
                } else {
                    try reader.skip(field)
                }
            }
        }
        reader.leave(outer)
        return metric
    }

    func write(_ writer: inout WireWriter) {
        writer.write(1, name)
        writer.write(2, alias)
        writer.write(3, timestampMs)
        writer.write(4, datatype?.rawValue)
        writer.write(5, isHistorical)
        writer.write(6, isTransient)
        writer.write(7, isNull)
        if let metadata { writer.write(8) { metadata.write(&$0) } }
        if let properties { writer.write(9) { properties.write(&$0) } }
        switch value {
        case .scalar(let scalar): scalar.write(first: 10, &writer)
        case .bytes(let bytes): writer.write(16, bytes)
        case .dataSet(let set): writer.write(17) { set.write(&$0) }
        case .template(let template): writer.write(18) { template.write(&$0) }
        case .extension: writer.write(19) { _ in }
        case nil: break
        }
    }
}

extension Metric.Value {
    /// Nil if the field is not one of the value's.
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> Metric.Value? {
        if let scalar = try Scalar.read(field, first: 10, &reader) { return .scalar(scalar) }
        switch field.number {
        case 16: return .bytes(try reader.bytes(field))
        case 17: return .dataSet(try DataSet.read(field, &reader))
        case 18: return .template(try Template.read(field, &reader))
        case 19:
            _ = try reader.buffer(field)
            return .extension
        default: return nil
        }
    }
}
