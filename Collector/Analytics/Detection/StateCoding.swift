/// Writes a state of plain Doubles and words, and seals it with a checksum.
struct StateWriter {
    private var bytes: [UInt8] = []

    mutating func word(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func word(_ value: Int64) { word(UInt64(bitPattern: value)) }
    mutating func word(_ value: Double) { word(value.bitPattern) }

    mutating func text(_ value: String) {
        let utf8 = Array(value.utf8)
        word(UInt64(utf8.count))
        bytes += utf8
    }

    /// A value all of whose fields are Doubles, as it lies in memory.
    mutating func plain<T: BitwiseCopyable>(_ value: T) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
    mutating func plain<T: BitwiseCopyable>(_ values: [T]) {
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// What was written, and its checksum.
    func sealed() -> [UInt8] {
        var result = bytes
        let sum = StateWriter.checksum(bytes[...])
        withUnsafeBytes(of: sum.littleEndian) { result.append(contentsOf: $0) }
        return result
    }

    /// Words are added with a rotation: fast, and every bit of every word counts. Against damage, not against malice.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum: UInt64 = 0x9E37_79B9_7F4A_7C15
        bytes.withUnsafeBytes { raw in
            var at = 0
            while at + 8 <= raw.count {
                sum =
                    (sum ^ UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
                    &* 0xBF58_476D_1CE4_E5B9
                sum ^= sum >> 29
                at += 8
            }
            while at < raw.count {
                sum = (sum ^ UInt64(raw[at])) &* 0x100_0000_01B3
                at += 1
            }
        }
        return sum
    }
}

/// Reads what `StateWriter` wrote. Asks for more than there is give zeros, and `isComplete` is false.
struct StateReader {
    private let bytes: [UInt8]
    private let end: Int
    private var at = 0
    private var isShort = false

    /// Nil if the checksum is not that of the bytes.
    init?(sealed bytes: [UInt8]) {
        guard bytes.count >= 24 else { return nil }
        end = bytes.count - 8
        let sum = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self) }
        guard UInt64(littleEndian: sum) == StateWriter.checksum(bytes[..<end]) else { return nil }
        self.bytes = bytes
    }

    var isComplete: Bool { !isShort && at == end }

    private mutating func advance(_ count: Int) -> Int? {
        guard count >= 0, count <= end - at else {
            isShort = true
            return nil
        }
        defer { at += count }
        return at
    }

    mutating func word() -> UInt64 {
        guard let place = advance(8) else { return 0 }
        return UInt64(
            littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt64.self) })
    }
    mutating func int() -> Int64 { Int64(bitPattern: word()) }
    mutating func double() -> Double { Double(bitPattern: word()) }

    mutating func text() -> String {
        let count = word()
        guard count <= 1_024, let place = advance(Int(count)) else {
            isShort = true
            return ""
        }
        return String(decoding: bytes[place..<(place + Int(count))], as: UTF8.self)
    }

    mutating func plain<T: BitwiseCopyable>(_ value: inout T) {
        guard let place = advance(MemoryLayout<T>.size) else { return }
        value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: T.self) }
    }

    /// As many as there are in `values`.
    mutating func plain<T: BitwiseCopyable>(_ values: inout [T]) {
        guard let place = advance(MemoryLayout<T>.stride * values.count) else { return }
        bytes.withUnsafeBytes { source in
            values.withUnsafeMutableBytes { target in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[place..<(place + target.count)]))
            }
        }
    }
}
