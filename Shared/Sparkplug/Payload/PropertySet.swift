/// Properties of a metric: two parallel lists. On the wire they may be of unequal length; what has no partner
/// is kept but not found by `subscript`.
public struct PropertySet: Sendable, Equatable {
    public var keys: [String]
    public var values: [PropertyValue]

    public init(keys: [String] = [], values: [PropertyValue] = []) {
        self.keys = keys
        self.values = values
    }

    /// The value of the first property with this key.
    public subscript(key: String) -> PropertyValue? {
        for (own, value) in zip(keys, values) where own == key { return value }
        return nil
    }

    public mutating func append(_ key: String, _ value: PropertyValue) {
        keys.append(key)
        values.append(value)
    }
}

/// The value of one property.
public struct PropertyValue: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        case scalar(Scalar)
        case set(PropertySet)
        case list([PropertySet])
        /// A third party's extension, whose content is not kept.
        case `extension`
    }

    public var type: DataType?
    public var isNull: Bool?
    public var content: Content?

    public init(type: DataType? = nil, isNull: Bool? = nil, content: Content? = nil) {
        self.type = type
        self.isNull = isNull
        self.content = content
    }

    public init(_ text: String) { self.init(type: .string, content: .scalar(.string(text))) }
    public init(_ number: Double) { self.init(type: .double, content: .scalar(.double(number))) }
    public init(_ number: Int32) { self.init(type: .int32, content: .scalar(.int32(number))) }
    public init(_ flag: Bool) { self.init(type: .boolean, content: .scalar(.boolean(flag))) }
}

extension PropertySet {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> PropertySet {
        let outer = try reader.enter(field)
        var set = PropertySet()
        while let field = try reader.field() {
            switch field.number {
            case 1:
                try reader.countElement()
                set.keys.append(try reader.string(field))
            case 2: set.values.append(try PropertyValue.read(field, &reader))
            default: try reader.skip(field)
            }
        }
        reader.leave(outer)
        return set
    }

    func write(_ writer: inout WireWriter) {
        for key in keys { writer.write(1, key) }
        for value in values { writer.write(2) { value.write(&$0) } }
    }
}

extension PropertyValue {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> PropertyValue {
        try reader.countElement()
        let outer = try reader.enter(field)
        var value = PropertyValue()
        while let field = try reader.field() {
            switch field.number {
            case 1: value.type = DataType(rawValue: try reader.uint32(field))
            case 2: value.isNull = try reader.bool(field)
            default:
                if let content = try Content.read(field, &reader) {
                    value.content = content
                } else {
                    try reader.skip(field)
                }
            }
        }
        reader.leave(outer)
        return value
    }

    func write(_ writer: inout WireWriter) {
        writer.write(1, type?.rawValue)
        writer.write(2, isNull)
        switch content {
        case .scalar(let scalar): scalar.write(first: 3, &writer)
        case .set(let set): writer.write(9) { set.write(&$0) }
        case .list(let list):
            writer.write(10) { inner in
                for set in list { inner.write(1) { set.write(&$0) } }
            }
        case .extension: writer.write(11) { _ in }
        case nil: break
        }
    }
}

extension PropertyValue.Content {
    /// Nil if the field is not one of the value's.
    static func read(
        _ field: WireReader.Field, _ reader: inout WireReader
    ) throws(PayloadError) -> PropertyValue.Content? {
        if let scalar = try Scalar.read(field, first: 3, &reader) { return .scalar(scalar) }
        switch field.number {
        case 9: return .set(try PropertySet.read(field, &reader))
        case 10: return .list(try readList(field, &reader))
        case 11:
            _ = try reader.buffer(field)
            return .extension
        default: return nil
        }
    }

    private static func readList(
        _ field: WireReader.Field, _ reader: inout WireReader
    ) throws(PayloadError) -> [PropertySet] {
        let outer = try reader.enter(field)
        var list: [PropertySet] = []
        while let field = try reader.field() {
            if field.number == 1 {
                try reader.countElement()
                list.append(try PropertySet.read(field, &reader))
            } else {
                try reader.skip(field)
            }
        }
        reader.leave(outer)
        return list
    }
}
