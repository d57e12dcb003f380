import Runtime

/// A Parquet file in the making: row groups one behind the other, then the footer that tells where they are. Belongs
/// to one thread.
public final class ParquetFile {
    /// What must be known to go on with a file later: after a crash, a copy from the last time it was synced.
    public struct State: Sendable, Equatable {
        public internal(set) var length: Int
        public internal(set) var rowCount: Int
        public internal(set) var groupCount: Int
        /// The groups' entries in the footer.
        public internal(set) var entries: [UInt8]

        public init(length: Int, rowCount: Int, groupCount: Int, entries: [UInt8]) {
            self.length = length
            self.rowCount = rowCount
            self.groupCount = groupCount
            self.entries = entries
        }
    }

    private let schema: TableSchema
    private let metadata: [String: String]
    private var file: TableFile
    public private(set) var state: State

    /// Makes the file, or empties it. `metadata` goes into the footer beside the schema.
    public init(path: String, schema: TableSchema, metadata: [String: String] = [:]) throws(TableFailure) {
        try ParquetFile.check(schema, path)
        self.schema = schema
        self.metadata = metadata
        file = try TableFile(creating: path)
        try file.write(ParquetFormat.magic)
        state = State(length: file.length, rowCount: 0, groupCount: 0, entries: [])
    }

    /// Goes on with a file that was left in this state.
    public init(
        continuing path: String, schema: TableSchema, metadata: [String: String] = [:], state: State
    ) throws(TableFailure) {
        self.schema = schema
        self.metadata = metadata
        self.state = state
        file = try TableFile(continuing: path, at: state.length)
    }

    /// Adds a group that was encoded with the same schema.
    public func append(_ group: EncodedRowGroup) throws(TableFailure) {
        let entry = group.entry(at: file.length, ordinal: state.groupCount)
        try file.write(group.bytes)
        state.entries += entry
        state.groupCount += 1
        state.rowCount += group.rowCount
        state.length = file.length
    }

    /// Waits until the disk has everything so far.
    public func sync() throws(TableFailure) { try file.sync() }

    /// Writes the footer: the file is complete.
    public func finish() throws(TableFailure) {
        var bytes = footer()
        bytes += littleEndian(UInt32(clamping: bytes.count))
        bytes += ParquetFormat.magic
        try file.write(bytes)
        try file.sync()
    }

    private static func check(_ schema: TableSchema, _ path: String) throws(TableFailure) {
        guard !schema.columns.isEmpty else { throw TableFailure(path, "table \(schema.name) has no columns") }
        var names: Set<String> = []
        for column in schema.columns where !names.insert(column.name).inserted {
            throw TableFailure(path, "table \(schema.name) has two columns \(column.name)")
        }
    }

    private func footer() -> [UInt8] {
        var pairs = [(ParquetFormat.schemaKey, schema.json)]
        for column in schema.columns {
            if !column.unit.isEmpty { pairs.append(("unit:\(column.name)", column.unit)) }
            if !column.description.isEmpty { pairs.append(("description:\(column.name)", column.description)) }
        }
        pairs += metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var thrift = ThriftWriter()
        thrift.structure { thrift in
            thrift.int32(1, 2)
            thrift.list(2, of: .structure, schema.columns.count + 1) { thrift in
                thrift.structure { thrift in
                    thrift.string(4, "schema")
                    thrift.int32(5, schema.columns.count)
                }
                for column in schema.columns { column.writeElement(&thrift) }
            }
            thrift.int64(3, state.rowCount)
            thrift.list(4, of: .structure, state.groupCount) { $0.elements(state.entries) }
            thrift.list(5, of: .structure, pairs.count) { thrift in
                for (key, value) in pairs {
                    thrift.structure { thrift in
                        thrift.string(1, key)
                        thrift.string(2, value)
                    }
                }
            }
            thrift.string(6, "\(ParquetFormat.createdBy) version 0.1.0")
            // Without it readers do not trust the least and greatest values.
            thrift.list(7, of: .structure, schema.columns.count) { thrift in
                for _ in schema.columns { thrift.structure { thrift in thrift.structure(1) { _ in } } }
            }
        }
        return thrift.bytes
    }
}

extension Column {
    fileprivate func writeElement(_ thrift: inout ThriftWriter) {
        thrift.structure { thrift in
            thrift.int32(1, ColumnEncoder.physicalType(of: form).rawValue)
            thrift.int32(3, isNullable ? 1 : 0)
            thrift.string(4, name)
            switch form {
            case .text, .category:
                thrift.int32(6, 0)
                thrift.structure(10) { thrift in thrift.structure(1) { _ in } }
            case .timeMs:
                thrift.int32(6, 9)
                thrift.structure(10) { thrift in
                    thrift.structure(8) { thrift in
                        thrift.bool(1, true)
                        thrift.structure(2) { thrift in thrift.structure(1) { _ in } }
                    }
                }
            case .integer, .number, .number32, .flag: break
            }
        }
    }
}

extension ColumnEncoder {
    static func physicalType(of form: Column.Form) -> PhysicalType {
        switch form {
        case .integer, .timeMs: .int64
        case .number: .double
        case .number32: .float
        case .text, .category: .byteArray
        case .flag: .boolean
        }
    }
}
