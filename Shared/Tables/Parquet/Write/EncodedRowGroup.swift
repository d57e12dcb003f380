/// Rows as they will stand in a Parquet file: made by any thread, appended by the one that has the file.
public struct EncodedRowGroup: Sendable {
    /// What the file's footer says of a column; offsets count from the group's start.
    struct Chunk: Sendable {
        let type: PhysicalType
        let encodings: [PageEncoding]
        let path: String
        let valueCount: Int
        let size: PageOutput.Size
        let dictionaryOffset: Int?
        let dataOffset: Int
        let nullCount: Int
        /// Least and greatest value in their plain form; nil when there is none that could be told.
        let least: [UInt8]?
        let greatest: [UInt8]?
    }

    public let rowCount: Int
    let bytes: [UInt8]
    let chunks: [Chunk]

    /// How many bytes it takes in the file.
    public var byteCount: Int { bytes.count }

    /// The group's entry in the footer of a file in which it stands at `start`.
    func entry(at start: Int, ordinal: Int) -> [UInt8] {
        var thrift = ThriftWriter()
        let plain = chunks.reduce(0) { $0 + $1.size.plain }
        thrift.structure { thrift in
            thrift.list(1, of: .structure, chunks.count) { thrift in
                for chunk in chunks {
                    thrift.structure { thrift in
                        thrift.int64(2, start + (chunk.dictionaryOffset ?? chunk.dataOffset))
                        thrift.structure(3) { thrift in chunk.write(&thrift, start) }
                    }
                }
            }
            thrift.int64(2, plain)
            thrift.int64(3, rowCount)
            thrift.int64(5, start)
            thrift.int64(6, bytes.count)
            if ordinal <= Int(Int16.max) { thrift.int16(7, ordinal) }
        }
        return thrift.bytes
    }
}

extension EncodedRowGroup.Chunk {
    fileprivate func write(_ thrift: inout ThriftWriter, _ start: Int) {
        thrift.int32(1, type.rawValue)
        thrift.list(2, of: .int32, encodings.count) { thrift in
            for encoding in encodings { thrift.element(encoding.rawValue) }
        }
        thrift.list(3, of: .binary, 1) { $0.element(path.utf8) }
        thrift.int32(4, PageCodec.zstd.rawValue)
        thrift.int64(5, valueCount)
        thrift.int64(6, size.plain)
        thrift.int64(7, size.compressed)
        thrift.int64(9, start + dataOffset)
        if let dictionaryOffset { thrift.int64(11, start + dictionaryOffset) }
        thrift.structure(12) { thrift in
            thrift.int64(3, nullCount)
            if let least, let greatest {
                thrift.binary(5, greatest)
                thrift.binary(6, least)
            }
        }
    }
}
