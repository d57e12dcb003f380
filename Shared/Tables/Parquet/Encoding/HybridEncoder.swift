/// Parquet's hybrid of runs and bit-packed numbers: for places in a dictionary, and for what is null.
enum HybridEncoder {
    static func encode(_ values: UnsafeBufferPointer<UInt32>, width: Int, into sink: inout ByteSink) {
        var packedFrom = 0
        var at = 0
        while at < values.count {
            let value = values[at]
            var end = at + 1
            while end < values.count, values[end] == value { end += 1 }
            // Packed numbers come in eights: a run gives its first ones to fill the last eight up.
            let filling = (8 - (at - packedFrom) % 8) % 8
            if end - at - filling >= 8 {
                pack(UnsafeBufferPointer(rebasing: values[packedFrom..<at + filling]), width, into: &sink)
                run(of: value, count: end - at - filling, width, into: &sink)
                packedFrom = end
            }
            at = end
        }
        pack(UnsafeBufferPointer(rebasing: values[packedFrom...]), width, into: &sink)
    }

    static func run(of value: UInt32, count: Int, _ width: Int, into sink: inout ByteSink) {
        sink.varint(UInt64(count) << 1)
        var rest = value
        for _ in 0..<(width + 7) / 8 {
            sink.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    private static func pack(_ values: UnsafeBufferPointer<UInt32>, _ width: Int, into sink: inout ByteSink) {
        guard !values.isEmpty else { return }
        sink.varint(UInt64((values.count + 7) / 8) << 1 | 1)
        BitPacking.pack(values, width: width, into: &sink)
    }
}
