import CJansson

extension JSON {
    /// Reads UTF-8 text that holds exactly one value.
    public init(_ bytes: [UInt8], limits: Limits = Limits()) throws(Failure) {
        guard bytes.count <= limits.bytes else {
            throw Failure(line: 0, column: 0, message: "more than \(limits.bytes) bytes")
        }
        guard !bytes.isEmpty else { throw Failure(line: 0, column: 0, message: "empty") }
        // jansson takes a NUL for the end and ignores what follows.
        guard !bytes.contains(0) else { throw Failure(line: 0, column: 0, message: "has a NUL byte") }
        try JSON.check(bytes, limits)
        var error = json_error_t()
        let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY
        let root = bytes.withUnsafeBytes { buffer in
            json_loadb(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, Int(flags), &error)
        }
        guard let root else {
            throw Failure(
                line: max(Int(error.line), 0), column: max(Int(error.column), 0),
                message: Text.escaped(String(cString: cjansson_error_text(&error))))
        }
        defer { json_decref(root) }
        self = try JSON.value(root)
    }

    /// Reads text that holds exactly one value.
    public init(_ text: String, limits: Limits = Limits()) throws(Failure) {
        try self.init(Array(text.utf8), limits: limits)
    }

    /// Bounds depth and number of values before anything is built: jansson needs a hundred bytes and more for a value
    /// of two, and recurses for each level.
    private static func check(_ bytes: [UInt8], _ limits: Limits) throws(Failure) {
        var depth = 0
        var values = 1
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                values += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ","): values += 1
            default: break
            }
            guard depth <= limits.depth else {
                throw Failure(line: 0, column: 0, message: "nested deeper than \(limits.depth) levels")
            }
            guard values <= limits.values else {
                throw Failure(line: 0, column: 0, message: "more than \(limits.values) values")
            }
        }
    }

    /// Recursion is bounded by `check`.
    private static func value(_ json: UnsafeMutablePointer<json_t>) throws(Failure) -> JSON {
        switch json.pointee.type {
        case JSON_OBJECT:
            var members: [String: JSON] = [:]
            var iterator = json_object_iter(json)
            while iterator != nil {
                if let name = json_object_iter_key(iterator), let value = json_object_iter_value(iterator) {
                    // Two names may differ in bytes only: "é" has two spellings, and both are one name to Swift.
                    guard members.updateValue(try JSON.value(value), forKey: String(cString: name)) == nil else {
                        throw Failure(
                            line: 0, column: 0, message: "has a name twice: \(Text.quoted(String(cString: name)))")
                    }
                }
                iterator = json_object_iter_next(json, iterator)
            }
            return .object(members)
        case JSON_ARRAY:
            var elements: [JSON] = []
            elements.reserveCapacity(json_array_size(json))
            for index in 0..<json_array_size(json) {
                if let element = json_array_get(json, index) { elements.append(try JSON.value(element)) }
            }
            return .array(elements)
        case JSON_STRING:
            guard let text = json_string_value(json) else { return .string("") }
            let bytes = UnsafeRawBufferPointer(start: text, count: json_string_length(json))
            return .string(String(decoding: bytes, as: UTF8.self))
        case JSON_INTEGER: return .int(json_integer_value(json))
        case JSON_REAL: return .double(json_real_value(json))
        case JSON_TRUE: return .bool(true)
        case JSON_FALSE: return .bool(false)
        default: return .null
        }
    }
}
