/// Reads a page's bytes from front to back within their bounds.
struct ByteSource {
    /// The bytes are not what they should be.
    struct Failure: Error {}

    private let bytes: UnsafeRawBufferPointer
    private(set) var at = 0

    /// The bytes must outlive the source.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var left: Int { bytes.count - at }
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[at...]) }

    mutating func take(_ count: Int) throws(Failure) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= left else { throw Failure() }
        defer { at += count }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
    }

    mutating func byte() throws(Failure) -> UInt8 {
        guard at < bytes.count else { throw Failure() }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type) throws(Failure) -> Value {
        Value(littleEndian: try take(MemoryLayout<Value>.size).loadUnaligned(as: type))
    }

    mutating func varint() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Failure()
    }

    mutating func zigzag() throws(Failure) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
