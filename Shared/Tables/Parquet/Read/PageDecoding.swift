/// The encodings of values, backwards. Everything is held against the bytes that are there: damaged pages throw.
enum PageDecoding {
    /// The hybrid of runs and packed numbers: exactly `count` numbers of `width` bits.
    static func hybrid(
        _ source: inout ByteSource, width: Int, count: Int
    ) throws(ByteSource.Failure) -> [UInt32] {
        guard (0...32).contains(width) else { throw ByteSource.Failure() }
        var values: [UInt32] = []
        values.reserveCapacity(count)
        while values.count < count {
            let head = try source.varint()
            let left = count - values.count
            if head & 1 == 0 {
                var value: UInt32 = 0
                for byte in 0..<(width + 7) / 8 { value |= UInt32(try source.byte()) << UInt32(byte * 8) }
                let length = head >> 1
                guard length > 0 else { throw ByteSource.Failure() }
                values.append(contentsOf: repeatElement(value, count: Int(min(length, UInt64(left)))))
            } else {
                let eights = head >> 1
                guard eights > 0, eights <= UInt64(count / 8 + 1) else { throw ByteSource.Failure() }
                // The last bytes may be left out where they hold nothing but padding.
                let wanted = Int(eights) * width
                let packed = try source.take(min(wanted, source.left))
                try unpack(packed, width: width, count: min(Int(eights) * 8, left), into: &values)
            }
        }
        return values
    }

    private static func unpack(
        _ packed: UnsafeRawBufferPointer, width: Int, count: Int, into values: inout [UInt32]
    ) throws(ByteSource.Failure) {
        guard packed.count * 8 >= count * width else { throw ByteSource.Failure() }
        guard width > 0 else { return values.append(contentsOf: repeatElement(0, count: count)) }
        var word: UInt64 = 0
        var filled = 0
        var at = 0
        let mask = UInt64(1) << UInt64(width) - 1
        for _ in 0..<count {
            while filled < width {
                if packed.count - at >= 4, filled <= 32 {
                    word |=
                        UInt64(packed.loadUnaligned(fromByteOffset: at, as: UInt32.self).littleEndian) << UInt64(filled)
                    at += 4
                    filled += 32
                } else {
                    word |= UInt64(packed[at]) << UInt64(filled)
                    at += 1
                    filled += 8
                }
            }
            values.append(UInt32(truncatingIfNeeded: word & mask))
            word >>= UInt64(width)
            filled -= width
        }
    }

    /// DELTA_BINARY_PACKED: exactly `count` numbers, or as many as the page says when `count` is nil, but at most
    /// `limit`.
    static func delta(
        _ source: inout ByteSource, count: Int?, limit: Int
    ) throws(ByteSource.Failure) -> [Int64] {
        let block = try source.varint()
        let parts = try source.varint()
        let total = try source.varint()
        guard block > 0, block <= 1 << 20, block % 128 == 0, parts > 0, parts <= 512, block % parts == 0,
            block / parts % 32 == 0, total <= UInt64(limit), count.map({ UInt64($0) == total }) ?? true
        else { throw ByteSource.Failure() }
        let perPart = Int(block / parts)
        var value = try source.zigzag()
        var values: [Int64] = []
        guard total > 0 else { return values }
        values.reserveCapacity(Int(total))
        values.append(value)
        while values.count < Int(total) {
            let least = try source.zigzag()
            let widths = try source.take(Int(parts))
            for width in widths where values.count < Int(total) {
                guard width <= 64 else { throw ByteSource.Failure() }
                let packed = try source.take(perPart * Int(width) / 8)
                for index in 0..<min(perPart, Int(total) - values.count) {
                    value = value &+ least &+ Int64(bitPattern: bits(packed, at: index * Int(width), Int(width)))
                    values.append(value)
                }
            }
        }
        return values
    }

    /// Up to 64 bits from anywhere; the caller has checked that they are there.
    @inline(__always)
    private static func bits(_ packed: UnsafeRawBufferPointer, at bit: Int, _ width: Int) -> UInt64 {
        guard width > 0 else { return 0 }
        let first = bit >> 3
        let shift = bit & 7
        var value: UInt64 = 0
        if packed.count - first >= 8 {
            value = packed.loadUnaligned(fromByteOffset: first, as: UInt64.self).littleEndian >> UInt64(shift)
            if shift + width > 64 { value |= UInt64(packed[first + 8]) << UInt64(64 - shift) }
        } else {
            for byte in first..<packed.count {
                let place = (byte - first) * 8 - shift
                value |= place < 0 ? UInt64(packed[byte]) >> UInt64(-place) : UInt64(packed[byte]) << UInt64(place)
            }
        }
        return width == 64 ? value : value & (UInt64(1) << UInt64(width) - 1)
    }

    /// Values that stand one behind the other in their own bytes.
    static func plain<Value: FixedWidthInteger & BitwiseCopyable>(
        _ source: inout ByteSource, _ type: Value.Type, count: Int
    ) throws(ByteSource.Failure) -> [Value] {
        let size = MemoryLayout<Value>.size
        guard count <= source.left / size else { throw ByteSource.Failure() }
        let bytes = try source.take(count * size)
        return [Value](unsafeUninitializedCapacity: count) { room, written in
            UnsafeMutableRawBufferPointer(room).copyMemory(from: bytes)
            written = count
        }
    }

    static func byteStreamSplit<Value: FixedWidthInteger & BitwiseCopyable>(
        _ source: inout ByteSource, _ type: Value.Type, count: Int
    ) throws(ByteSource.Failure) -> [Value] {
        let width = MemoryLayout<Value>.size
        guard count <= source.left / width else { throw ByteSource.Failure() }
        let bytes = ByteStreamSplit.decode(try source.take(count * width), count: count, width: width)
        return bytes.withUnsafeBytes { Array($0.bindMemory(to: Value.self)) }
    }

    // MARK: - Texts, as bytes

    static func texts(
        _ source: inout ByteSource, _ encoding: PageEncoding, count: Int
    ) throws(ByteSource.Failure) -> [String] {
        var texts: [String] = []
        switch encoding {
        case .plain:
            // Each has a length of four bytes at least.
            guard count <= source.left / 4 else { throw ByteSource.Failure() }
            texts.reserveCapacity(count)
            for _ in 0..<count {
                let length = try source.integer(UInt32.self)
                texts.append(try text(try source.take(Int(length))))
            }
        case .deltaLengthByteArray:
            let lengths = try delta(&source, count: count, limit: count)
            for length in lengths { texts.append(try text(try source.take(Int(clamping: length)))) }
        case .deltaByteArray:
            let shared = try delta(&source, count: count, limit: count)
            let lengths = try delta(&source, count: count, limit: count)
            // What was read so far may be repeated by few bytes: bounded all the same.
            var budget = 1 << 28
            var last: [UInt8] = []
            for (shared, length) in zip(shared, lengths) {
                guard shared >= 0, shared <= last.count else { throw ByteSource.Failure() }
                last.removeLast(last.count - Int(shared))
                last += try source.take(Int(clamping: length))
                budget -= last.count
                guard budget >= 0 else { throw ByteSource.Failure() }
                texts.append(
                    try last.withUnsafeBufferPointer { (bytes) throws(ByteSource.Failure) in
                        try text(UnsafeRawBufferPointer(bytes))
                    })
            }
        default: throw ByteSource.Failure()
        }
        return texts
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) throws(ByteSource.Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw ByteSource.Failure() }
        return text
    }
}
