import Model

/// Writes the metrics of one data message into memory that is known to be large enough (`DataEncoder` counts it).
///
/// Everything that all metrics of a message share after the alias, their time and the historical flag, is encoded
/// once and stored as two words; what these stores write beyond its end is overwritten by what follows.
struct MetricWriter {
    private let start: UnsafeMutableRawPointer
    private var next: UnsafeMutableRawPointer
    private var sharedLow: UInt64
    private var sharedHigh: UInt64
    private var sharedCount: Int

    /// `memory` must have an address and room for the message.
    init(_ memory: UnsafeMutableRawBufferPointer, timeMs: Int64, isHistorical: Bool) {
        start = memory.baseAddress!
        next = start
        sharedLow = 0
        sharedHigh = 0
        sharedCount = 0
        // Built where the message will stand, then taken from there.
        put(0x18)
        putVarint(UInt64(bitPattern: timeMs))
        if isHistorical {
            put(0x28)
            put(1)
        }
        sharedCount = next - start
        sharedLow = start.loadUnaligned(as: UInt64.self)
        sharedHigh = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        next = start
    }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: next - start) }

    mutating func putEnvelope(_ envelope: DataEnvelope, _ aliases: AliasTable.Delivery) {
        put(0x08)
        putVarint(UInt64(bitPattern: envelope.sentMs))
        put(0x18)
        putVarint(UInt64(envelope.seq))
        var metric = beginMetric(aliases.epoch)
        put(0x7A)
        put(16)
        putHex(envelope.epoch.bits)
        endMetric(metric)
        metric = beginMetric(aliases.sequence)
        put(0x58)
        putVarint(UInt64(bitPattern: envelope.sequence))
        endMetric(metric)
        metric = beginMetric(aliases.chain)
        put(0x58)
        putVarint(envelope.chain)
        endMetric(metric)
    }

    /// Starts a metric with its alias, time and historical flag; give the result to `endMetric`.
    @inline(__always)
    mutating func beginMetric(_ alias: UInt64) -> UnsafeMutableRawPointer {
        put(0x12)
        let length = next
        next += 1
        put(0x10)
        putVarint(alias)
        next.storeBytes(of: sharedLow, as: UInt64.self)
        next.storeBytes(of: sharedHigh, toByteOffset: 8, as: UInt64.self)
        next += sharedCount
        return length
    }

    @inline(__always)
    mutating func endMetric(_ length: UnsafeMutableRawPointer) {
        let count = next - length - 1
        if count < 0x80 {
            length.storeBytes(of: UInt8(truncatingIfNeeded: count), as: UInt8.self)
        } else {
            makeRoom(length, count)
        }
    }

    /// A long label: the metric moves up, so that its length fits before it.
    private mutating func makeRoom(_ length: UnsafeMutableRawPointer, _ count: Int) {
        let lengthBytes = (Int.bitWidth - count.leadingZeroBitCount + 6) / 7
        (length + lengthBytes).copyMemory(from: length + 1, byteCount: count)
        next = length
        putVarint(UInt64(count))
        next += count
    }

    @inline(__always)
    mutating func putDouble(_ value: Double) {
        put(0x69)
        next.storeBytes(of: value.bitPattern.littleEndian, as: UInt64.self)
        next += 8
    }

    /// A Double where another type was announced.
    mutating func putTypedDouble(_ value: Double) {
        put(0x20)
        put(UInt8(DataType.double.rawValue))
        putDouble(value)
    }

    mutating func putBoolean(_ value: Bool) {
        put(0x70)
        put(value ? 1 : 0)
    }

    mutating func putNull() {
        put(0x38)
        put(1)
    }

    mutating func putQuality(_ quality: Quality) {
        let code = UInt64(UInt32(bitPattern: quality.sparkplugCode))
        let codeBytes: UInt8 = code < 0x80 ? 1 : 2
        put(0x4A)
        put(14 + codeBytes)
        put(0x0A)
        put(7)
        for byte in PropertyKey.quality.utf8 { put(byte) }
        put(0x12)
        put(3 + codeBytes)
        put(0x08)
        put(UInt8(DataType.int32.rawValue))
        put(0x18)
        putVarint(code)
    }

    /// A field that is already encoded.
    mutating func putEncoded(_ field: [UInt8]) {
        field.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress else { return }
            next.copyMemory(from: address, byteCount: bytes.count)
        }
        next += field.count
    }

    private mutating func putHex(_ bits: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: bits >> UInt64(shift)) & 15
            put(digit < 10 ? 48 + digit : 87 + digit)
        }
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        next.storeBytes(of: byte, as: UInt8.self)
        next += 1
    }

    @inline(__always)
    private mutating func putVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            put(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        put(UInt8(truncatingIfNeeded: rest))
    }
}
