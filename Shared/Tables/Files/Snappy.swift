/// Decompresses Snappy's raw format, which pandas and others write by default. Never compresses.
enum Snappy {
    /// Decompresses to exactly `count` bytes; nil when the source is damaged or of another size.
    static func decompress(_ source: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        var at = 0
        guard let length = varint(source, &at), length == count else { return nil }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, written in
            isWhole = decompress(source, from: at, to: room, count: count)
            written = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }

    private static func varint(_ source: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard at < source.count else { return nil }
            let byte = source[at]
            at += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private static func decompress(
        _ source: UnsafeRawBufferPointer, from start: Int, to room: UnsafeMutableBufferPointer<UInt8>, count: Int
    ) -> Bool {
        var at = start
        var out = 0
        while at < source.count {
            let tag = source[at]
            at += 1
            if tag & 3 == 0 {
                var length = Int(tag >> 2)
                if length >= 60 {
                    let extra = length - 59
                    guard source.count - at >= extra else { return false }
                    length = 0
                    for index in 0..<extra { length |= Int(source[at + index]) << (8 * index) }
                    at += extra
                }
                length += 1
                guard source.count - at >= length, count - out >= length else { return false }
                for index in 0..<length { room[out + index] = source[at + index] }
                at += length
                out += length
                continue
            }
            let offsetBytes = tag & 3 == 1 ? 1 : tag & 3 == 2 ? 2 : 4
            guard source.count - at >= offsetBytes else { return false }
            var offset = 0
            for index in 0..<offsetBytes { offset |= Int(source[at + index]) << (8 * index) }
            at += offsetBytes
            let length = tag & 3 == 1 ? Int(tag >> 2 & 7) + 4 : Int(tag >> 2) + 1
            if tag & 3 == 1 { offset |= Int(tag >> 5) << 8 }
            guard offset > 0, offset <= out, count - out >= length else { return false }
            // Source and target may overlap: what was just copied is then copied again.
            for index in 0..<length { room[out + index] = room[out + index - offset] }
            out += length
        }
        return out == count
    }
}
