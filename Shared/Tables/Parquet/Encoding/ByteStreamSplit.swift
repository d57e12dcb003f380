/// BYTE_STREAM_SPLIT: first the lowest byte of every value, then the second, and so on.
enum ByteStreamSplit {
    static func encode<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ values: UnsafeBufferPointer<Bits>, into sink: inout ByteSink
    ) {
        let width = MemoryLayout<Bits>.size
        let out = sink.room(values.count * width).assumingMemoryBound(to: UInt8.self)
        if width == 8, let start = values.baseAddress {
            split8(UnsafeRawPointer(start), count: values.count, out)
        } else {
            for byte in 0..<width {
                let stream = out + byte * values.count
                for index in values.indices {
                    stream[index] = UInt8(truncatingIfNeeded: values[index] >> Bits(byte * 8))
                }
            }
        }
        sink.advance(values.count * width)
    }

    /// Eight values at a time, as a matrix of eight by eight bytes that is transposed in three steps.
    private static func split8(_ values: UnsafeRawPointer, count: Int, _ out: UnsafeMutablePointer<UInt8>) {
        let raw = UnsafeMutableRawPointer(out)
        let whole = count / 8 * 8
        var at = 0
        while at < whole {
            @inline(__always)
            func row(_ index: Int) -> UInt64 {
                values.loadUnaligned(fromByteOffset: (at + index) * 8, as: UInt64.self).littleEndian
            }
            var (a, b, c, d) = (row(0), row(1), row(2), row(3))
            var (e, f, g, h) = (row(4), row(5), row(6), row(7))
            exchange(&a, &b, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&c, &d, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&e, &f, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&g, &h, 8, 0x00FF_00FF_00FF_00FF)
            exchange(&a, &c, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&b, &d, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&e, &g, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&f, &h, 16, 0x0000_FFFF_0000_FFFF)
            exchange(&a, &e, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&b, &f, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&c, &g, 32, 0x0000_0000_FFFF_FFFF)
            exchange(&d, &h, 32, 0x0000_0000_FFFF_FFFF)
            raw.storeBytes(of: a, toByteOffset: at, as: UInt64.self)
            raw.storeBytes(of: b, toByteOffset: count + at, as: UInt64.self)
            raw.storeBytes(of: c, toByteOffset: 2 * count + at, as: UInt64.self)
            raw.storeBytes(of: d, toByteOffset: 3 * count + at, as: UInt64.self)
            raw.storeBytes(of: e, toByteOffset: 4 * count + at, as: UInt64.self)
            raw.storeBytes(of: f, toByteOffset: 5 * count + at, as: UInt64.self)
            raw.storeBytes(of: g, toByteOffset: 6 * count + at, as: UInt64.self)
            raw.storeBytes(of: h, toByteOffset: 7 * count + at, as: UInt64.self)
            at += 8
        }
        for index in whole..<count {
            for byte in 0..<8 {
                out[byte * count + index] = values.load(fromByteOffset: index * 8 + byte, as: UInt8.self)
            }
        }
    }

    /// Changes the upper part of `low` for the lower part of `high`, in every column that the mask has.
    @inline(__always)
    private static func exchange(_ low: inout UInt64, _ high: inout UInt64, _ shift: UInt64, _ mask: UInt64) {
        let changed = ((low &>> shift) ^ high) & mask
        high ^= changed
        low ^= changed &<< shift
    }

    /// The values again; `bytes` holds `count` values of `width` bytes exactly.
    static func decode(_ bytes: UnsafeRawBufferPointer, count: Int, width: Int) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count * width)
        for byte in 0..<width {
            for index in 0..<count { out[index * width + byte] = bytes[byte * count + index] }
        }
        return out
    }
}
