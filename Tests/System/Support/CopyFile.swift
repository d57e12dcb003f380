import TestSupport

/// Reads the rows of PostgreSQL's `copy … to stdout (format binary)`: the tests' own way to stored rows, which shares
/// no code with the product's.
struct CopyFile {
    struct Row {
        fileprivate let bytes: UnsafeRawBufferPointer
        fileprivate let fields: [Range<Int>?]

        func isNull(_ field: Int) -> Bool { fields[field] == nil }
        func int64(_ field: Int) -> Int64? { fields[field].map { integer(Int64.self, $0.lowerBound) } }
        func int16(_ field: Int) -> Int16? { fields[field].map { integer(Int16.self, $0.lowerBound) } }
        func text(_ field: Int) -> String? {
            fields[field].map { String(decoding: UnsafeRawBufferPointer(rebasing: bytes[$0]), as: UTF8.self) }
        }
        func raw(_ field: Int) -> [UInt8]? { fields[field].map { Array(bytes[$0]) } }

        /// An array of float8 without nulls: dimensions, flags, element type, then length and bytes of each.
        func doubles(_ field: Int) -> [Double]? {
            guard let range = fields[field] else { return nil }
            guard integer(Int32.self, range.lowerBound) == 1 else { return [] }
            let count = Int(integer(Int32.self, range.lowerBound + 12))
            return (0..<count).map { index in
                Double(bitPattern: integer(UInt64.self, range.lowerBound + 24 + index * 12))
            }
        }

        private func integer<T: FixedWidthInteger>(_: T.Type, _ offset: Int) -> T {
            T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
    }

    /// Hands each row of the file to `body`.
    static func read(_ path: String, _ body: (Row) throws -> Void) throws {
        guard let content = fileBytes(path), content.count >= 21 else {
            throw SupportFailure("\(path) is no binary copy")
        }
        try content.withUnsafeBytes { raw in
            func int<T: FixedWidthInteger>(_: T.Type, _ offset: Int) throws -> T {
                guard offset + MemoryLayout<T>.size <= raw.count else { throw SupportFailure("\(path) is cut off") }
                return T(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: T.self))
            }
            // The signature is eleven bytes, the flags four; then comes an extension of a length that it says.
            var offset = 19 + Int(try int(Int32.self, 15))
            while true {
                let count = Int(try int(Int16.self, offset))
                offset += 2
                if count < 0 { return }
                var fields: [Range<Int>?] = []
                for _ in 0..<count {
                    let length = Int(try int(Int32.self, offset))
                    offset += 4
                    fields.append(length < 0 ? nil : offset..<(offset + length))
                    offset += max(0, length)
                }
                guard offset <= raw.count else { throw SupportFailure("\(path) is cut off") }
                try body(Row(bytes: raw, fields: fields))
            }
        }
    }
}
