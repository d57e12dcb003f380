/// A place in borrowed bytes from which protocol-buffer values are read. Every step is checked.
/// Small enough to live in registers; the bytes must outlive it.
struct ByteCursor {
    let base: UnsafePointer<UInt8>
    /// The end of the whole payload: up to here wide loads are safe.
    let limit: UnsafePointer<UInt8>
    var next: UnsafePointer<UInt8>
    /// The end of the message being read.
    var end: UnsafePointer<UInt8>

    init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address: any will do, nothing is read from it.
        base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
        limit = base + bytes.count
        next = base
        end = limit
    }

    @inline(never)
    func failure(_ problem: PayloadError.Problem) -> PayloadError {
        PayloadError(problem: problem, offset: next - base)
    }

    /// A length prefix, which must not reach beyond the message.
    @inline(__always)
    mutating func length() throws(PayloadError) -> Int {
        let count = try varint()
        guard count <= UInt64(bitPattern: Int64(end - next)) else { throw failure(.truncated) }
        return Int(truncatingIfNeeded: count)
    }

    @inline(__always)
    mutating func fixed64() throws(PayloadError) -> UInt64 {
        guard end - next >= 8 else { throw failure(.truncated) }
        let value = UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
        next += 8
        return value
    }

    @inline(__always)
    mutating func fixed32() throws(PayloadError) -> UInt32 {
        guard end - next >= 4 else { throw failure(.truncated) }
        let value = UInt32(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt32.self))
        next += 4
        return value
    }

    @inline(__always)
    mutating func varint() throws(PayloadError) -> UInt64 {
        guard next < end else { throw failure(.truncated) }
        let first = next.pointee
        if first < 0x80 {
            next += 1
            return UInt64(first)
        }
        return try longVarint()
    }

    /// Up to eight bytes at once: a time in milliseconds has six, and a loop over them is what decoding would cost.
    @inline(__always)
    mutating func longVarint() throws(PayloadError) -> UInt64 {
        if limit - next >= 8 {
            var word = UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
            let stops = ~word & 0x8080_8080_8080_8080
            if stops != 0 {
                let count = (stops.trailingZeroBitCount &+ 1) &>> 3
                guard count <= end - next else { throw failure(.truncated) }
                next += count
                word &= stops ^ (stops &- 1)
                // Seven bits of each byte, drawn together in three steps: pairs, fours, eight.
                word = ((word & 0x7F00_7F00_7F00_7F00) &>> 1) | (word & 0x007F_007F_007F_007F)
                word = ((word & 0x3FFF_0000_3FFF_0000) &>> 2) | (word & 0x0000_3FFF_0000_3FFF)
                return ((word & 0x0FFF_FFFF_0000_0000) &>> 4) | (word & 0x0000_0000_0FFF_FFFF)
            }
        }
        let (value, end) = try bytewiseVarint()
        next = end
        return value
    }

    /// Not mutating, so that a cursor in registers stays there.
    @inline(never)
    private func bytewiseVarint() throws(PayloadError) -> (value: UInt64, end: UnsafePointer<UInt8>) {
        var value: UInt64 = 0
        for index in 0..<min(10, end - next) {
            let byte = next[index]
            // The tenth byte has room for one bit, and there is no eleventh.
            if index == 9, byte > 1 { throw failure(.integerTooLong) }
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte < 0x80 { return (value, next + index + 1) }
        }
        throw failure(.truncated)
    }
}
