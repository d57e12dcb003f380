/// A table as a metric's value. Whether its counts agree is for the reader to judge; the wire does not ensure it.
public struct DataSet: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        /// Nil is a cell without a value.
        public var cells: [BasicValue?]

        public init(_ cells: [BasicValue?] = []) { self.cells = cells }
    }

    public var columnCount: UInt64?
    public var columns: [String]
    public var types: [DataType]
    public var rows: [Row]

    public init(columnCount: UInt64? = nil, columns: [String] = [], types: [DataType] = [], rows: [Row] = []) {
        self.columnCount = columnCount
        self.columns = columns
        self.types = types
        self.rows = rows
    }
}

extension DataSet {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> DataSet {
        let outer = try reader.enter(field)
        var set = DataSet()
        while let field = try reader.field() {
            switch field.number {
            case 1: set.columnCount = try reader.uint64(field)
            case 2:
                try reader.countElement()
                set.columns.append(try reader.string(field))
            case 3: try set.readTypes(field, &reader)
            case 4: set.rows.append(try Row.read(field, &reader))
            default: try reader.skip(field)
            }
        }
        reader.leave(outer)
        return set
    }

    /// One code per field as the schema says, or many packed into one field.
    private mutating func readTypes(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) {
        if field.wire != .bytes {
            try reader.countElement()
            types.append(DataType(rawValue: try reader.uint32(field)))
            return
        }
        let outer = try reader.enter(field)
        while !reader.isAtEnd {
            try reader.countElement()
            types.append(DataType(rawValue: UInt32(truncatingIfNeeded: try reader.cursor.varint())))
        }
        reader.leave(outer)
    }

    func write(_ writer: inout WireWriter) {
        writer.write(1, columnCount)
        for column in columns { writer.write(2, column) }
        for type in types { writer.write(3, type.rawValue) }
        for row in rows { writer.write(4) { row.write(&$0) } }
    }
}

extension DataSet.Row {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> DataSet.Row {
        try reader.countElement()
        let outer = try reader.enter(field)
        var row = DataSet.Row()
        while let field = try reader.field() {
            if field.number == 1 {
                row.cells.append(try readCell(field, &reader))
            } else {
                try reader.skip(field)
            }
        }
        reader.leave(outer)
        return row
    }

    private static func readCell(
        _ field: WireReader.Field, _ reader: inout WireReader
    ) throws(PayloadError) -> BasicValue? {
        try reader.countElement()
        let outer = try reader.enter(field)
        var cell: BasicValue?
        while let field = try reader.field() {
            if let scalar = try Scalar.read(field, first: 1, &reader) {
                cell = .scalar(scalar)
            } else if field.number == 7 {
                _ = try reader.buffer(field)
                cell = .extension
            } else {
                try reader.skip(field)
            }
        }
        reader.leave(outer)
        return cell
    }

    func write(_ writer: inout WireWriter) {
        for cell in cells {
            writer.write(1) { inner in
                switch cell {
                case .scalar(let scalar): scalar.write(first: 1, &inner)
                case .extension: inner.write(7) { _ in }
                case nil: break
                }
            }
        }
    }
}
