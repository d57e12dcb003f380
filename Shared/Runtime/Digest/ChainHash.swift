import CCrypto
public import Model

/// The hash chain of a stream: each record's link covers the record and, through the link before, all before it.
/// Two streams with the same link at the same sequence number hold the same records up to there.
public enum ChainHash {
    /// The link before sequence 1.
    public static let start: UInt64 = 0

    /// The first eight bytes, read as little endian, of
    /// SHA-256(previous ‖ epoch ‖ sequence ‖ record), each number as eight little-endian bytes.
    public static func next(
        after previous: UInt64, epoch: Epoch, sequence: Int64, record: UnsafeRawBufferPointer
    ) -> UInt64 {
        withUnsafeTemporaryAllocation(byteCount: 24 + record.count + 32, alignment: 8) { buffer in
            buffer.storeBytes(of: previous.littleEndian, toByteOffset: 0, as: UInt64.self)
            buffer.storeBytes(of: epoch.bits.littleEndian, toByteOffset: 8, as: UInt64.self)
            buffer.storeBytes(of: sequence.littleEndian, toByteOffset: 16, as: Int64.self)
            let input = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(24 + record.count)])
            let output = UnsafeMutableRawBufferPointer(rebasing: buffer[(24 + record.count)...])
            UnsafeMutableRawBufferPointer(rebasing: input[24...]).copyMemory(from: record)
            SHA256(
                input.baseAddress?.assumingMemoryBound(to: UInt8.self), input.count,
                output.baseAddress?.assumingMemoryBound(to: UInt8.self))
            return UInt64(littleEndian: output.loadUnaligned(as: UInt64.self))
        }
    }

    public static func next(after previous: UInt64, epoch: Epoch, sequence: Int64, record: [UInt8]) -> UInt64 {
        record.withUnsafeBytes { next(after: previous, epoch: epoch, sequence: sequence, record: $0) }
    }
}
