/// Numbers of a few bits each, the first in the lowest bits, as Parquet packs them.
enum BitPacking {
    /// How many bits the number takes.
    @inline(__always)
    static func width(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

    /// Packs `values`, filled up with zeros to a multiple of eight. None may take more than `width` bits.
    static func pack(_ values: UnsafeBufferPointer<UInt32>, width: Int, into sink: inout ByteSink) {
        guard width > 0 else { return }
        let bytes = (values.count + 7) / 8 * width
        var out = sink.room(bytes + 8)
        var word: UInt64 = 0
        var filled = 0
        for value in values {
            word |= UInt64(value) << UInt64(filled)
            filled += width
            if filled >= 32 {
                out.storeBytes(of: UInt32(truncatingIfNeeded: word), as: UInt32.self)
                out += 4
                word >>= 32
                filled -= 32
            }
        }
        // What is left, and the padding: at most seven values and four bytes.
        let end = sink.room(0) + bytes
        while out < end {
            out.storeBytes(of: UInt8(truncatingIfNeeded: word), as: UInt8.self)
            out += 1
            word >>= 8
        }
        sink.advance(bytes)
    }

    /// Packs 32 numbers of up to 64 bits.
    static func pack32(_ values: UnsafePointer<UInt64>, width: Int, into sink: inout ByteSink) {
        guard width > 0 else { return }
        var out = sink.room(width * 4 + 8)
        var word: UInt64 = 0
        var filled = 0
        for index in 0..<32 {
            let value = values[index]
            word |= value << UInt64(filled)
            filled += width
            if filled >= 64 {
                out.storeBytes(of: word, as: UInt64.self)
                out += 8
                filled -= 64
                // A shift by 64 gives 0 in Swift.
                word = value >> UInt64(width - filled)
            }
        }
        if filled > 0 { out.storeBytes(of: word, as: UInt64.self) }
        sink.advance(width * 4)
    }
}
