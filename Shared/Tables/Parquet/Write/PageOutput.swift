/// Compresses pages and lines them up, as they will stand in the file.
struct PageOutput: ~Copyable {
    private(set) var bytes = ByteSink(capacity: 1 << 20)
    private let zstd = ZstdCompressor(level: Zstd.level)
    /// Set when there was no memory to compress with; the pages are then useless.
    private(set) var hasFailed = false

    mutating func removeAll() { bytes.removeAll() }

    /// A page before it is compressed, and after, both with its header.
    struct Size {
        var plain = 0
        var compressed = 0

        static func += (left: inout Size, right: Size) {
            left.plain += right.plain
            left.compressed += right.compressed
        }
    }

    /// A page of `count` values, nulls included.
    mutating func page(
        _ kind: PageKind, _ encoding: PageEncoding, count: Int, _ payload: UnsafeRawBufferPointer
    ) -> Size {
        // The header says how long the compressed page is and comes before it: compress behind the longest header.
        let longestHeader = 64
        let room = bytes.room(longestHeader + ZstdCompressor.bound(payload.count))
        guard let packed = zstd.compress(payload, to: room + longestHeader) else {
            hasFailed = true
            return Size()
        }
        var thrift = ThriftWriter()
        thrift.structure { thrift in
            thrift.int32(1, kind.rawValue)
            thrift.int32(2, payload.count)
            thrift.int32(3, packed)
            if kind == .dictionary {
                thrift.structure(7) { thrift in
                    thrift.int32(1, count)
                    thrift.int32(2, PageEncoding.plain.rawValue)
                }
            } else {
                thrift.structure(5) { thrift in
                    thrift.int32(1, count)
                    thrift.int32(2, encoding.rawValue)
                    thrift.int32(3, PageEncoding.rle.rawValue)
                    thrift.int32(4, PageEncoding.rle.rawValue)
                }
            }
        }
        let header = thrift.bytes.count
        thrift.bytes.withUnsafeBytes { if let from = $0.baseAddress { room.copyMemory(from: from, byteCount: header) } }
        (room + header).copyMemory(from: room + longestHeader, byteCount: packed)
        bytes.advance(header + packed)
        return Size(plain: header + payload.count, compressed: header + packed)
    }
}
