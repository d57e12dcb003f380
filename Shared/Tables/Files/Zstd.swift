import CZstd

/// Compresses with one context, which is dear to make.
///
/// Sendable because it belongs to whoever owns it: it is in no two places at a time.
struct ZstdCompressor: ~Copyable {
    private let context: OpaquePointer?
    private let level: CInt

    init(level: Int) {
        context = ZSTD_createCCtx()
        self.level = CInt(level)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// The most bytes that `count` bytes can become.
    static func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

    /// Compresses to where `bound` bytes have room; how many it took, or nil when there is no memory.
    func compress(_ source: UnsafeRawBufferPointer, to room: UnsafeMutableRawPointer) -> Int? {
        guard let context else { return nil }
        let count = ZSTD_compressCCtx(
            context, room, ZSTD_compressBound(source.count), source.baseAddress, source.count, level)
        return ZSTD_isError(count) == 0 ? count : nil
    }
}

enum Zstd {
    /// The level that writers use: on measurements, higher ones take twice the time for a few percent.
    static let level = 1

    /// Decompresses to exactly `count` bytes; nil when the source is damaged or of another size.
    static func decompress(_ source: UnsafeRawBufferPointer, count: Int) -> [UInt8]? {
        // The frame says how much it holds, mostly: one that lies needs no memory.
        let claimed = ZSTD_getFrameContentSize(source.baseAddress, source.count)
        guard claimed == UInt64(count) || claimed == UInt64(bitPattern: -1) else { return nil }
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, written in
            let got = ZSTD_decompress(room.baseAddress, count, source.baseAddress, source.count)
            isWhole = ZSTD_isError(got) == 0 && got == count
            written = isWhole ? count : 0
        }
        return isWhole ? bytes : nil
    }
}
