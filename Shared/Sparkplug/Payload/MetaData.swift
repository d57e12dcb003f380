/// Describes the bytes or the file that a metric carries.
public struct MetaData: Sendable, Equatable {
    public var isMultiPart: Bool?
    public var contentType: String?
    public var sizeBytes: UInt64?
    /// Number of this part of a multi-part value.
    public var seq: UInt64?
    public var fileName: String?
    public var fileType: String?
    public var md5: String?
    public var description: String?

    public init(
        isMultiPart: Bool? = nil, contentType: String? = nil, sizeBytes: UInt64? = nil, seq: UInt64? = nil,
        fileName: String? = nil, fileType: String? = nil, md5: String? = nil, description: String? = nil
    ) {
        self.isMultiPart = isMultiPart
        self.contentType = contentType
        self.sizeBytes = sizeBytes
        self.seq = seq
        self.fileName = fileName
        self.fileType = fileType
        self.md5 = md5
        self.description = description
    }
}

extension MetaData {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> MetaData {
        let outer = try reader.enter(field)
        var metadata = MetaData()
        while let field = try reader.field() {
            switch field.number {
            case 1: metadata.isMultiPart = try reader.bool(field)
            case 2: metadata.contentType = try reader.string(field)
            case 3: metadata.sizeBytes = try reader.uint64(field)
            case 4: metadata.seq = try reader.uint64(field)
            case 5: metadata.fileName = try reader.string(field)
            case 6: metadata.fileType = try reader.string(field)
            case 7: metadata.md5 = try reader.string(field)
            case 8: metadata.description = try reader.string(field)
            default: try reader.skip(field)
            }
        }
        reader.leave(outer)
        return metadata
    }

    func write(_ writer: inout WireWriter) {
        writer.write(1, isMultiPart)
        writer.write(2, contentType)
        writer.write(3, sizeBytes)
        writer.write(4, seq)
        writer.write(5, fileName)
        writer.write(6, fileType)
        writer.write(7, md5)
        writer.write(8, description)
    }
}
