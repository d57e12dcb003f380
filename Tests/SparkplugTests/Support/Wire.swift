/// Bytes of protocol buffers by hand, for messages that no encoder would write.
enum Wire {
    static func append(varint value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        append(varint: value, to: &bytes)
        return bytes
    }

    static func field(_ number: UInt64, varint value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }
    static func field(_ number: UInt64, bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }
    static func field(_ number: UInt64, fixed64 value: UInt64) -> [UInt8] {
        varint(number << 3 | 1) + withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    static func field(_ number: UInt64, fixed32 value: UInt32) -> [UInt8] {
        varint(number << 3 | 5) + withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
