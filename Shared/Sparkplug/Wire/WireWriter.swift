/// Writes protocol-buffer fields. What is nil is not written; what is present is written even if it is zero.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ field: UInt32, _ value: UInt64?) {
        guard let value else { return }
        tag(field, .varint)
        varint(value)
    }

    mutating func write(_ field: UInt32, _ value: UInt32?) { write(field, value.map(UInt64.init)) }

    mutating func write(_ field: UInt32, _ value: Bool?) { write(field, value.map { $0 ? UInt64(1) : 0 }) }

    mutating func write(_ field: UInt32, _ value: Float) {
        tag(field, .fixed32)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ field: UInt32, _ value: Double) {
        tag(field, .fixed64)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ field: UInt32, _ value: String?) {
        guard var value else { return }
        tag(field, .bytes)
        value.withUTF8 { utf8 in
            varint(UInt64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func write(_ field: UInt32, _ value: [UInt8]?) {
        guard let value else { return }
        tag(field, .bytes)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes a nested message. Its length is known afterwards: one byte is kept for it, more are made room for.
    mutating func write(_ field: UInt32, message body: (inout WireWriter) -> Void) {
        tag(field, .bytes)
        let start = bytes.count
        bytes.append(0)
        body(&self)
        let count = bytes.count - start - 1
        guard count >= 0x80 else {
            bytes[start] = UInt8(count)
            return
        }
        var length: [UInt8] = []
        WireWriter.append(UInt64(count), to: &length)
        bytes.replaceSubrange(start...start, with: length)
    }

    private mutating func tag(_ field: UInt32, _ wire: WireReader.WireType) {
        varint(UInt64(field) << 3 | UInt64(wire.rawValue))
    }

    private mutating func varint(_ value: UInt64) { WireWriter.append(value, to: &bytes) }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
