/// Reads the fields of a payload. Every step is checked; nothing traps on any bytes.
///
/// One reader walks a whole payload: `enter` narrows it to a nested message, `leave` widens it again.
struct WireReader {
    struct Field {
        let number: UInt32
        let wire: WireType
    }

    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    var cursor: ByteCursor
    private let limits: PayloadLimits
    private var metricsLeft: Int
    private var elementsLeft: Int
    private var depth = 0

    init(_ bytes: UnsafeRawBufferPointer, limits: PayloadLimits) throws(PayloadError) {
        guard bytes.count <= limits.maxBytes else {
            throw PayloadError(problem: .tooLarge(limitBytes: limits.maxBytes), offset: 0)
        }
        cursor = ByteCursor(bytes)
        self.limits = limits
        metricsLeft = limits.maxMetrics
        elementsLeft = limits.maxElements
    }

    /// Position in the payload.
    var offset: Int { cursor.next - cursor.base }
    var isAtEnd: Bool { cursor.next == cursor.end }

    func failure(_ problem: PayloadError.Problem) -> PayloadError { cursor.failure(problem) }

    // MARK: Fields

    /// Nil at the end of the message.
    mutating func field() throws(PayloadError) -> Field? {
        guard cursor.next < cursor.end else { return nil }
        let tag = try cursor.varint()
        guard tag <= UInt64(UInt32.max), tag >= 8, let wire = WireType(rawValue: UInt8(tag & 7)) else {
            throw failure(.badTag)
        }
        return Field(number: UInt32(truncatingIfNeeded: tag >> 3), wire: wire)
    }

    /// Passes over an unknown field.
    mutating func skip(_ field: Field) throws(PayloadError) {
        switch field.wire {
        case .varint: _ = try cursor.varint()
        case .fixed64: _ = try cursor.fixed64()
        case .bytes: _ = try span()
        case .fixed32: _ = try cursor.fixed32()
        }
    }

    // MARK: Values of a field; each fails if the field has another wire type

    func require(_ wire: WireType, _ field: Field) throws(PayloadError) {
        guard field.wire == wire else { throw failure(.wrongWireType(field: field.number)) }
    }

    mutating func uint64(_ field: Field) throws(PayloadError) -> UInt64 {
        try require(.varint, field)
        return try cursor.varint()
    }

    /// Higher bits are dropped, as protocol buffers do.
    mutating func uint32(_ field: Field) throws(PayloadError) -> UInt32 {
        UInt32(truncatingIfNeeded: try uint64(field))
    }

    mutating func bool(_ field: Field) throws(PayloadError) -> Bool { try uint64(field) != 0 }

    mutating func float(_ field: Field) throws(PayloadError) -> Float {
        try require(.fixed32, field)
        return Float(bitPattern: try cursor.fixed32())
    }

    mutating func double(_ field: Field) throws(PayloadError) -> Double {
        try require(.fixed64, field)
        return Double(bitPattern: try cursor.fixed64())
    }

    /// Bytes that are not UTF-8 become U+FFFD: one wrong character in a unit must not hide a whole node.
    mutating func string(_ field: Field) throws(PayloadError) -> String {
        String(decoding: try buffer(field), as: UTF8.self)
    }

    mutating func bytes(_ field: Field) throws(PayloadError) -> [UInt8] { Array(try buffer(field)) }

    mutating func buffer(_ field: Field) throws(PayloadError) -> UnsafeBufferPointer<UInt8> {
        try require(.bytes, field)
        return try span()
    }

    private mutating func span() throws(PayloadError) -> UnsafeBufferPointer<UInt8> {
        let count = try cursor.length()
        let start = cursor.next
        cursor.next += count
        return UnsafeBufferPointer(start: start, count: count)
    }

    // MARK: Nested messages

    /// Narrows the reader to the nested message of this field; give the result to `leave`.
    mutating func enter(_ field: Field) throws(PayloadError) -> UnsafePointer<UInt8> {
        try require(.bytes, field)
        return try enter()
    }

    /// The same when the tag has been read and was right.
    @inline(__always)
    mutating func enter() throws(PayloadError) -> UnsafePointer<UInt8> {
        guard depth < limits.maxDepth else { throw failure(.tooDeep(limit: limits.maxDepth)) }
        let count = try cursor.length()
        let outer = cursor.end
        cursor.end = cursor.next + count
        depth += 1
        return outer
    }

    /// Call when the nested message has been read to its end.
    @inline(__always)
    mutating func leave(_ outer: UnsafePointer<UInt8>) {
        cursor.end = outer
        depth -= 1
    }

    /// Counts one repeated thing against the payload's budget, before memory is taken for it.
    @inline(__always)
    mutating func countElement() throws(PayloadError) {
        guard elementsLeft > 0 else { throw failure(.tooManyElements(limit: limits.maxElements)) }
        elementsLeft -= 1
    }

    @inline(__always)
    mutating func countMetric() throws(PayloadError) {
        guard metricsLeft > 0 else { throw failure(.tooManyMetrics(limit: limits.maxMetrics)) }
        metricsLeft -= 1
        try countElement()
    }
}
