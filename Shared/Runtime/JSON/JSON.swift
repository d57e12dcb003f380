/// A JSON value from outside, read within bounds (RFC 8259; objects with a name twice are refused).
///
/// Reading never traps: text that is not JSON, too large, too deep, or with numbers that no 64-bit type holds, throws.
public indirect enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without point and exponent.
    case int(Int64)
    /// Any other number; always finite.
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// Why a text was refused.
    public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// Counted from 1; 0 when it is about the whole.
        public let line: Int
        public let column: Int
        public let message: String

        public var description: String { line == 0 ? message : "line \(line), column \(column): \(message)" }
    }

    /// Bounds for one text.
    public struct Limits: Sendable {
        public var bytes: Int
        public var depth: Int
        public var values: Int

        public init(bytes: Int = 1 << 16, depth: Int = 32, values: Int = 20_000) {
            self.bytes = bytes
            self.depth = depth
            self.values = values
        }
    }

    // MARK: - Access: nil when the value is of another type

    /// The member of an object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The element of an array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// A whole number; not 1.0, and not true.
    public var int: Int64? {
        guard case .int(let value) = self else { return nil }
        return value
    }

    /// Any number.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}
