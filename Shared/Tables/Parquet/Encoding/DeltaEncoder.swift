/// DELTA_BINARY_PACKED: whole numbers by their steps, in blocks of 128 in four parts of 32. A steady clock costs five
/// bytes a block.
enum DeltaEncoder {
    private static let block = 128

    static func encode(_ values: UnsafeBufferPointer<Int64>, into sink: inout ByteSink) {
        sink.varint(UInt64(block))
        sink.varint(4)
        sink.varint(UInt64(values.count))
        sink.zigzag(values.first ?? 0)
        guard values.count > 1 else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: block) { steps in
            var at = 1
            while at < values.count {
                encode(
                    block: UnsafeBufferPointer(rebasing: values[(at - 1)..<min(at + block, values.count)]),
                    steps, into: &sink)
                at += block
            }
        }
    }

    /// `values` begins with the last one of the block before.
    private static func encode(
        block values: UnsafeBufferPointer<Int64>, _ steps: UnsafeMutableBufferPointer<UInt64>,
        into sink: inout ByteSink
    ) {
        let count = values.count - 1
        var least = Int64.max
        for index in 0..<count { least = min(least, values[index + 1] &- values[index]) }
        sink.zigzag(least)
        for index in 0..<count {
            steps[index] = UInt64(bitPattern: values[index + 1] &- values[index] &- least)
        }
        for index in count..<block { steps[index] = 0 }
        var widths: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &widths) { widths in
            for part in 0..<4 {
                var bits: UInt64 = 0
                for index in part * 32..<part * 32 + 32 { bits |= steps[index] }
                widths[part] = UInt8(BitPacking.width(bits))
            }
            sink.append(UnsafeRawBufferPointer(widths))
            guard let first = steps.baseAddress else { return }
            // Parts without values are left out; their width is 0, so that they take no room anyway.
            for part in 0..<4 where widths[part] > 0 {
                BitPacking.pack32(first + part * 32, width: Int(widths[part]), into: &sink)
            }
        }
    }
}
