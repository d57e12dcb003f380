/// Encodes rows in PostgreSQL's binary COPY format into one reusable block of memory.
///
/// A value that PostgreSQL could not hold is not encoded: it sets `problem`, and the copy then fails as `refused`.
public struct CopyBuffer: ~Copyable {
    /// The largest single value taken. PostgreSQL's own limit is 1 GiB for a row.
    public static let maxValueBytes = 256 << 20
    private static let signature = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + Array(repeating: 0, count: 8)

    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    /// Bytes encoded so far.
    public private(set) var count = 0
    /// Rows begun since the buffer was made or emptied.
    public private(set) var rowCount = 0
    /// Why a value could not be encoded; the first one.
    public private(set) var problem: String?

    /// Fields put since the current row began.
    private var fieldCount: Int16 = 0

    public init(capacity: Int = 1 << 17) {
        self.capacity = max(capacity, 64)
        base = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    public func withUnsafeBytes<T, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> T) throws(E) -> T {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    public mutating func removeAll() {
        count = 0
        rowCount = 0
        problem = nil
    }

    /// Encodes a row: `body` puts its fields in the order of the statement's columns.
    @inline(__always)
    public mutating func row(_ body: (inout CopyBuffer) -> Void) {
        reserve(2)
        let start = count
        count += 2
        fieldCount = 0
        body(&self)
        base.storeBytes(of: fieldCount.bigEndian, toByteOffset: start, as: Int16.self)
        rowCount += 1
    }

    public mutating func putNull() {
        reserve(4)
        fieldCount &+= 1
        store(Int32(-1))
    }

    public mutating func put(_ value: Bool) {
        reserve(5)
        fieldCount &+= 1
        store(Int32(1))
        store(UInt8(value ? 1 : 0))
    }

    public mutating func put(_ value: Int16) { putFixed(value) }
    public mutating func put(_ value: Int32) { putFixed(value) }
    public mutating func put(_ value: Int64) { putFixed(value) }
    public mutating func put(_ value: Float) { putFixed(value.bitPattern) }
    public mutating func put(_ value: Double) { putFixed(value.bitPattern) }

    /// A timestamptz from milliseconds since 1970.
    public mutating func put(timestampMs timeMs: Int64) {
        if PostgresTime.isStorable(timeMs) { return putFixed(PostgresTime.binary(timeMs)) }
        refuse("the time \(timeMs) ms is outside of what PostgreSQL can hold")
    }

    public mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { putText(UnsafeRawBufferPointer($0), prefix: nil) }
    }

    /// JSON text for a jsonb column; the server checks it.
    public mutating func put(json text: String) {
        var text = text
        text.withUTF8 { putText(UnsafeRawBufferPointer($0), prefix: 1) }
    }

    /// A bytea.
    public mutating func put(bytes: some Collection<UInt8>) {
        let stored: Void? = bytes.withContiguousStorageIfAvailable { putRaw(UnsafeRawBufferPointer($0)) }
        if stored == nil { Array(bytes).withUnsafeBytes { putRaw($0) } }
    }

    /// A float8[] without NULLs: 20 bytes and 12 for each value.
    public mutating func put(_ values: Span<Double>) {
        let size = 20 + values.count * 12
        guard size <= CopyBuffer.maxValueBytes else { return refuse("an array of \(values.count) values is too large") }
        reserve(4 + size)
        fieldCount &+= 1
        if values.isEmpty {
            store(Int32(12))
            store(Int32(0))
        } else {
            store(Int32(truncatingIfNeeded: size))
            store(Int32(1))
        }
        store(Int32(0))
        store(PostgresType.float8)
        if values.isEmpty { return }
        store(Int32(truncatingIfNeeded: values.count))
        store(Int32(1))
        var place = base + count
        for index in values.indices {
            place.storeBytes(of: Int32(8).bigEndian, as: Int32.self)
            place.storeBytes(of: values[unchecked: index].bitPattern.bigEndian, toByteOffset: 4, as: UInt64.self)
            place += 12
        }
        count += values.count * 12
    }

    /// Where each row stands, for whoever has to send some of them only.
    public func rowRanges() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(rowCount)
        var start = 0
        while start < count {
            var end = start + 2
            for _ in 0..<load(Int16.self, start) { end += 4 + max(0, Int(load(Int32.self, end))) }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }

    private func load<T: FixedWidthInteger>(_: T.Type, _ offset: Int) -> T {
        T(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    mutating func putHeader() {
        reserve(CopyBuffer.signature.count)
        for byte in CopyBuffer.signature { store(byte) }
    }

    mutating func putTrailer() {
        reserve(2)
        store(Int16(-1))
    }

    private mutating func refuse(_ why: String) {
        if problem == nil { problem = why }
        putNull()
    }

    private mutating func putText(_ text: UnsafeRawBufferPointer, prefix: UInt8?) {
        guard text.count < CopyBuffer.maxValueBytes else { return refuse("a text of \(text.count) bytes is too large") }
        if text.contains(0) { return refuse("a text has a NUL character, which PostgreSQL cannot hold") }
        reserve(5 + text.count)
        fieldCount &+= 1
        store(Int32(truncatingIfNeeded: text.count + (prefix == nil ? 0 : 1)))
        if let prefix { store(prefix) }
        copy(text)
    }

    private mutating func putRaw(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= CopyBuffer.maxValueBytes else {
            return refuse("a value of \(bytes.count) bytes is too large")
        }
        reserve(4 + bytes.count)
        fieldCount &+= 1
        store(Int32(truncatingIfNeeded: bytes.count))
        copy(bytes)
    }

    @inline(__always)
    private mutating func putFixed<T: FixedWidthInteger>(_ value: T) {
        reserve(4 + MemoryLayout<T>.size)
        fieldCount &+= 1
        store(Int32(truncatingIfNeeded: MemoryLayout<T>.size))
        store(value)
    }

    /// Room for it was reserved.
    @inline(__always)
    private mutating func store<T: FixedWidthInteger>(_ value: T) {
        base.storeBytes(of: value.bigEndian, toByteOffset: count, as: T.self)
        count += MemoryLayout<T>.size
    }

    private mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        if let source = bytes.baseAddress { (base + count).copyMemory(from: source, byteCount: bytes.count) }
        count += bytes.count
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
    }
}

// The memory has one owner, which moves with the value.
extension CopyBuffer: @unchecked Sendable {}
