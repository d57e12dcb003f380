import Runtime

/// Reads a JSON file that is an array of objects, an object at a time.
struct JSONObjects {
    private static let maxObjectBytes = 1 << 20

    private var input: ByteInput
    private var hasBegun = false
    private var hasEnded = false
    private(set) var count = 0

    init(_ path: String) throws(TableFailure) { input = try ByteInput(path) }

    /// The next object; nil behind the last.
    mutating func next() throws(TableFailure) -> JSON? {
        if hasEnded { return nil }
        if !hasBegun {
            hasBegun = true
            guard try token() == UInt8(ascii: "[") else { throw failure("does not begin with [") }
            if try peekToken() == UInt8(ascii: "]") { return try end() }
        } else {
            switch try token() {
            case UInt8(ascii: ","): break
            case UInt8(ascii: "]"): return try end(isRead: true)
            default: throw failure("has no comma behind object \(count)")
            }
        }
        guard try peekToken() == UInt8(ascii: "{") else { throw failure("has no object behind object \(count)") }
        let bytes = try object()
        count += 1
        do throws(JSON.Failure) {
            return try JSON(bytes, limits: JSON.Limits(bytes: JSONObjects.maxObjectBytes))
        } catch {
            throw failure("object \(count): \(error)")
        }
    }

    private mutating func end(isRead: Bool = false) throws(TableFailure) -> JSON? {
        if !isRead { _ = try token() }
        guard try peekToken() == nil else { throw failure("goes on behind its array") }
        hasEnded = true
        return nil
    }

    private func failure(_ problem: String) -> TableFailure {
        TableFailure(input.path, "\(problem): it must be an array of objects; was it cut off?")
    }

    private mutating func peekToken() throws(TableFailure) -> UInt8? {
        while let byte = try input.peek() {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            _ = try input.next()
        }
        return nil
    }

    private mutating func token() throws(TableFailure) -> UInt8? {
        _ = try peekToken()
        return try input.next()
    }

    /// The bytes from one bracket to the one that closes it.
    private mutating func object() throws(TableFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var depth = 0
        var isInText = false
        var isEscaped = false
        while let byte = try input.next() {
            guard bytes.count < JSONObjects.maxObjectBytes else {
                throw failure("object \(count + 1) is larger than \(JSONObjects.maxObjectBytes) bytes")
            }
            bytes.append(byte)
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInText = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return bytes }
            }
        }
        throw failure("ends within object \(count + 1)")
    }
}
