import CCrypto

/// SHA-256 of bytes that come piece by piece.
public struct SHA256: Sendable {
    private var context = SHA256_CTX()

    public init() { ccrypto_sha256_begin(&context) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        ccrypto_sha256_update(&context, start, bytes.count)
    }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The digest of everything so far, as 64 hexadecimal digits.
    public var hex: String {
        var context = context
        var digest = [UInt8](repeating: 0, count: 32)
        ccrypto_sha256_end(&context, &digest)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The digest of a file's content.
    public static func ofFile(_ path: String) throws(FileFailure) -> String {
        var digest = SHA256()
        try Files.forEachPiece(of: path) { digest.update($0) }
        return digest.hex
    }
}
