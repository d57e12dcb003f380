/// Reads Thrift's compact protocol within bounds: whatever the bytes are, it throws rather than traps, and allocates
/// no more than the bytes could fill.
struct ThriftReader {
    /// The bytes end early, or are not what they should be.
    struct Failure: Error {}

    enum Kind: UInt8 {
        case stop = 0
        case true_ = 1, false_ = 2, int8 = 3, int16 = 4, int32 = 5, int64 = 6, double = 7, binary = 8
        case list = 9, set = 10, map = 11, structure = 12
    }

    private let bytes: UnsafeRawBufferPointer
    /// How many bytes have been read.
    private(set) var at = 0
    private var depth = 0
    private static let maxDepth = 16

    /// The bytes must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Calls `body` with each field's number and kind; it reads the field's value, or returns false: it is then
    /// skipped.
    mutating func structure(
        _ body: (inout ThriftReader, _ field: Int, _ kind: Kind) throws(Failure) -> Bool
    ) throws(Failure) {
        depth += 1
        guard depth <= ThriftReader.maxDepth else { throw Failure() }
        var field = 0
        while true {
            let head = try byte()
            guard let kind = Kind(rawValue: head & 0x0F) else { throw Failure() }
            if kind == .stop { break }
            let step = Int(head >> 4)
            if step > 0 {
                field += step
            } else {
                let number = try zigzag()
                guard (0...Int64(Int16.max)).contains(number) else { throw Failure() }
                field = Int(number)
            }
            if try !body(&self, field, kind) { try skip(kind) }
        }
        depth -= 1
    }

    /// Calls `body` for each element of a list of `wanted` elements.
    mutating func list(
        of wanted: Kind, _ body: (inout ThriftReader) throws(Failure) -> Void
    ) throws(Failure) {
        let (kind, count) = try listHead()
        guard kind == wanted || count == 0 else { throw Failure() }
        for _ in 0..<count { try body(&self) }
    }

    mutating func int(_ kind: Kind) throws(Failure) -> Int {
        switch kind {
        case .int8: Int(Int8(bitPattern: try byte()))
        case .int16, .int32, .int64: Int(try zigzag())
        default: throw Failure()
        }
    }

    func bool(_ kind: Kind) throws(Failure) -> Bool {
        switch kind {
        case .true_: true
        case .false_: false
        default: throw Failure()
        }
    }

    mutating func binary(_ kind: Kind = .binary) throws(Failure) -> [UInt8] {
        guard kind == .binary else { throw Failure() }
        let count = try length()
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    mutating func string(_ kind: Kind = .binary) throws(Failure) -> String {
        String(decoding: try binary(kind), as: UTF8.self)
    }

    mutating func skip(_ kind: Kind) throws(Failure) {
        switch kind {
        case .stop: throw Failure()
        case .true_, .false_: return
        case .int8: _ = try byte()
        case .int16, .int32, .int64: _ = try zigzag()
        case .double:
            guard bytes.count - at >= 8 else { throw Failure() }
            at += 8
        case .binary: at += try length()
        case .structure: try structure { _, _, _ in false }
        case .list, .set:
            let (element, count) = try listHead()
            try nested(count) { reader throws(Failure) in try reader.skip(elementOf: element) }
        case .map:
            let count = try size()
            guard count > 0 else { return }
            let kinds = try byte()
            guard let key = Kind(rawValue: kinds >> 4), let value = Kind(rawValue: kinds & 0x0F) else {
                throw Failure()
            }
            try nested(count) { reader throws(Failure) in
                try reader.skip(elementOf: key)
                try reader.skip(elementOf: value)
            }
        }
    }

    private mutating func nested(
        _ count: Int, _ body: (inout ThriftReader) throws(Failure) -> Void
    ) throws(Failure) {
        depth += 1
        guard depth <= ThriftReader.maxDepth else { throw Failure() }
        for _ in 0..<count { try body(&self) }
        depth -= 1
    }

    /// Flags in lists take a byte each, as fields they take none.
    private mutating func skip(elementOf kind: Kind) throws(Failure) {
        if kind == .true_ || kind == .false_ { _ = try byte() } else { try skip(kind) }
    }

    private mutating func listHead() throws(Failure) -> (Kind, Int) {
        let head = try byte()
        guard let kind = Kind(rawValue: head & 0x0F) else { throw Failure() }
        let short = Int(head >> 4)
        return (kind, short == 15 ? try size() : short)
    }

    /// A count of elements, each of which takes a byte at least.
    private mutating func size() throws(Failure) -> Int {
        let value = try varint()
        guard value <= UInt64(bytes.count - at) else { throw Failure() }
        return Int(value)
    }

    private mutating func length() throws(Failure) -> Int { try size() }

    private mutating func byte() throws(Failure) -> UInt8 {
        guard at < bytes.count else { throw Failure() }
        defer { at += 1 }
        return bytes[at]
    }

    private mutating func varint() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw Failure()
    }

    private mutating func zigzag() throws(Failure) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
