/// The numbers of the Parquet format that we use (apache/parquet-format, parquet.thrift).
enum ParquetFormat {
    /// At both ends of a file.
    static let magic = Array("PAR1".utf8)
    /// What a writer of ours calls itself.
    static let createdBy = "bellwether"
    /// The key of the metadata under which the table's schema stands as JSON.
    static let schemaKey = "bellwether.schema"
}

enum PhysicalType: Int, Sendable {
    case boolean = 0, int32 = 1, int64 = 2, int96 = 3, float = 4, double = 5, byteArray = 6, fixedByteArray = 7
}

enum PageEncoding: Int, Sendable {
    case plain = 0, plainDictionary = 2, rle = 3, bitPacked = 4, deltaBinaryPacked = 5
    case deltaLengthByteArray = 6, deltaByteArray = 7, rleDictionary = 8, byteStreamSplit = 9
}

enum PageCodec: Int, Sendable {
    case uncompressed = 0, snappy = 1, gzip = 2, lzo = 3, brotli = 4, lz4 = 5, zstd = 6, lz4Raw = 7
}

enum PageKind: Int, Sendable {
    case data = 0, index = 1, dictionary = 2, dataV2 = 3
}
