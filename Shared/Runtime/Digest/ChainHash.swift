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
        let head = (previous.littleEndian, epoch.bits.littleEndian, sequence.littleEndian)
        var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeBytes(of: head) { head in
            withUnsafeMutableBytes(of: &digest) { digest in
                ccrypto_sha256(
                    head.baseAddress, head.count, record.baseAddress, record.count,
                    digest.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        return UInt64(littleEndian: digest.0)
    }

    public static func next(after previous: UInt64, epoch: Epoch, sequence: Int64, record: [UInt8]) -> UInt64 {
        record.withUnsafeBytes { next(after: previous, epoch: epoch, sequence: sequence, record: $0) }
    }
}
