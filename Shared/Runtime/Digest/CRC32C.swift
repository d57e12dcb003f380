import CSystem
public import Model

/// CRC-32C (Castagnoli): finds damage, proves nothing against intent.
///
///     var crc = CRC32C()
///     crc.update(header)
///     crc.update(body)
///     store(crc.value)
public struct CRC32C: Sendable {
    /// The checksum of everything so far; 0 of nothing.
    public private(set) var value: UInt32 = 0

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        value = csystem_crc32c(value, start, bytes.count)
    }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Adds the integer's bytes in little-endian order.
    public mutating func update(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { update($0) }
    }

    public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes)
        return crc.value
    }

    public static func of(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { of($0) } }

    /// The checksum that a stored record carries: over its epoch, its sequence number and its bytes
    /// (`RecordCoding`), so that a row copied to another place is found out too.
    public static func ofRecord(epoch: Epoch, sequence: Int64, bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = CRC32C()
        crc.update(epoch.bits)
        crc.update(sequence)
        crc.update(bytes)
        return crc.value
    }

    public static func ofRecord(epoch: Epoch, sequence: Int64, bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { ofRecord(epoch: epoch, sequence: sequence, bytes: $0) }
    }
}
