/// Why bytes are not a Sparkplug B payload, and where.
public struct PayloadError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: Equatable, Sendable {
        /// A length or a value reaches beyond the message that holds it.
        case truncated
        /// A variable-length integer does not fit in 64 bits.
        case integerTooLong
        /// Field number 0 or above 2^29 - 1, or a wire type that Sparkplug does not use (groups, 6, 7).
        case badTag
        /// A known field arrived in another wire type than its own.
        case wrongWireType(field: UInt32)
        /// The whole payload is larger than allowed.
        case tooLarge(limitBytes: Int)
        case tooManyMetrics(limit: Int)
        /// Too many metrics, properties, parameters, rows, cells, columns and types together.
        case tooManyElements(limit: Int)
        case tooDeep(limit: Int)
    }

    public let problem: Problem
    /// Byte of the payload at which decoding stopped.
    public let offset: Int

    public var description: String {
        let what =
            switch problem {
            case .truncated: "a value reaches beyond the end of its message"
            case .integerTooLong: "an integer is longer than 64 bits"
            case .badTag: "a field tag is not one of protocol buffers as Sparkplug uses them"
            case .wrongWireType(let field): "field \(field) has the wrong wire type"
            case .tooLarge(let limit): "the payload is larger than the \(limit) bytes allowed"
            case .tooManyMetrics(let limit): "more than the \(limit) metrics allowed"
            case .tooManyElements(let limit): "more than the \(limit) elements allowed"
            case .tooDeep(let limit): "messages are nested deeper than the \(limit) levels allowed"
            }
        return "not a Sparkplug B payload: \(what) (at byte \(offset)); check the node that published it"
    }
}

/// What a decoder accepts before it gives up: a few bytes can ask for a lot of memory.
public struct PayloadLimits: Sendable, Equatable {
    public var maxBytes: Int
    /// Metrics in one payload, those inside templates included.
    public var maxMetrics: Int
    /// Everything repeated in one payload: metrics, properties, parameters, rows, cells, columns, types.
    public var maxElements: Int
    /// Messages within messages, the payload itself not counted.
    public var maxDepth: Int

    public init(
        maxBytes: Int = 16 << 20, maxMetrics: Int = 100_000, maxElements: Int = 1_000_000, maxDepth: Int = 64
    ) {
        self.maxBytes = maxBytes
        self.maxMetrics = maxMetrics
        self.maxElements = maxElements
        self.maxDepth = maxDepth
    }
}
