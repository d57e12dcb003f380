/// A CSV or JSON file in the making. Belongs to one thread.
public final class TextTableFile {
    private let format: TableFormat
    private let headLength: Int
    private var file: TableFile

    public var length: Int { file.length }

    /// Makes the file, or empties it.
    public init(path: String, format: TableFormat, schema: TableSchema) throws(TableFailure) {
        self.format = format
        let head = TextTableFile.head(format, schema)
        headLength = head.count
        file = try TableFile(creating: path)
        try file.write(head)
    }

    /// Goes on with a file that was `length` bytes long.
    public init(
        continuing path: String, format: TableFormat, schema: TableSchema, length: Int
    ) throws(TableFailure) {
        self.format = format
        headLength = TextTableFile.head(format, schema).count
        file = try TableFile(continuing: path, at: length)
    }

    private static func head(_ format: TableFormat, _ schema: TableSchema) -> [UInt8] {
        guard format == .csv else { return Array("[".utf8) }
        var bytes: [UInt8] = []
        for (place, column) in schema.columns.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            CSVText.append(column.name, to: &bytes)
        }
        return bytes + Array("\r\n".utf8)
    }

    /// The whole file of these rows.
    public static func text(_ format: TableFormat, _ schema: TableSchema, rows: [UInt8]) -> String {
        let rows = format == .json ? Array(rows.dropFirst()) + Array("\n]\n".utf8) : rows
        return String(decoding: head(format, schema) + rows, as: UTF8.self)
    }

    /// Adds what an encoder of the same format and schema has taken.
    public func append(_ rows: [UInt8]) throws(TableFailure) {
        guard !rows.isEmpty else { return }
        let isFirst = format == .json && file.length == headLength
        try file.write(isFirst ? Array(rows.dropFirst()) : rows)
    }

    /// Waits until the disk has everything so far.
    public func sync() throws(TableFailure) { try file.sync() }

    /// Ends the file.
    public func finish() throws(TableFailure) {
        if format == .json { try file.write(Array("\n]\n".utf8)) }
        try file.sync()
    }
}

/// Writes a table to a CSV file (RFC 4180, UTF-8, times as RFC 3339). A null and what is no number is an empty field,
/// an empty text is two quotes; numbers read back as the same value.
public struct CSVWriter: TableWriter, ~Copyable {
    private let writer: TextTableWriter

    /// Makes the file, or empties it. A CSV file has no place for metadata.
    public init(path: String, schema: TableSchema, metadata: [String: String] = [:]) throws(TableFailure) {
        writer = try TextTableWriter(path, .csv, schema)
    }

    public mutating func append(_ batch: TableBatch) throws(TableFailure) { try writer.append(batch) }
    public mutating func finish() throws(TableFailure) { try writer.finish() }
}

/// Writes a table to a JSON file: an array of an object for each row, with every column, nulls too. What JSON cannot
/// say (no number, the infinities) is null.
public struct JSONTableWriter: TableWriter, ~Copyable {
    private let writer: TextTableWriter

    /// Makes the file, or empties it. An array has no place for metadata.
    public init(path: String, schema: TableSchema, metadata: [String: String] = [:]) throws(TableFailure) {
        writer = try TextTableWriter(path, .json, schema)
    }

    public mutating func append(_ batch: TableBatch) throws(TableFailure) { try writer.append(batch) }
    public mutating func finish() throws(TableFailure) { try writer.finish() }
}

/// What the writers of text share.
private final class TextTableWriter {
    private static let bufferBytes = 1 << 18
    private let path: String
    private let encoder: TextTableEncoder
    private let file: TextTableFile

    init(_ path: String, _ format: TableFormat, _ schema: TableSchema) throws(TableFailure) {
        guard let encoder = TextTableEncoder(format, schema) else {
            throw TableFailure(path, "cannot be text: \(format.rawValue)")
        }
        self.path = path
        self.encoder = encoder
        file = try TextTableFile(path: path, format: format, schema: schema)
    }

    func append(_ batch: TableBatch) throws(TableFailure) {
        try encoder.append(batch, path: path)
        if encoder.byteCount > TextTableWriter.bufferBytes { try file.append(encoder.take()) }
    }

    func finish() throws(TableFailure) {
        try file.append(encoder.take())
        try file.finish()
    }
}
