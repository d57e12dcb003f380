public import Model

/// A typed value for a `$n` of a statement. Each maker takes nil for SQL's NULL.
///
/// What PostgreSQL could not hold (a NUL byte in text, a time out of its range) is found when the statement is run.
public struct PostgresParameter: Sendable {
    let type: UInt32
    let isBinary: Bool
    let bytes: [UInt8]?
    /// Why the value cannot be sent.
    let problem: String?

    init(
        _ type: UInt32, isBinary: Bool = true, _ bytes: @autoclosure () -> [UInt8]?, problem: String? = nil
    ) {
        self.type = type
        self.isBinary = isBinary
        self.bytes = problem == nil ? bytes() : nil
        self.problem = problem
    }

    public static func bool(_ value: Bool?) -> PostgresParameter {
        .init(PostgresType.bool, value.map { [$0 ? 1 : 0] })
    }
    public static func int2(_ value: Int16?) -> PostgresParameter { .init(PostgresType.int2, value.map(bigEndian)) }
    public static func int4(_ value: Int32?) -> PostgresParameter { .init(PostgresType.int4, value.map(bigEndian)) }
    public static func int8(_ value: Int64?) -> PostgresParameter { .init(PostgresType.int8, value.map(bigEndian)) }
    public static func float4(_ value: Float?) -> PostgresParameter {
        .init(PostgresType.float4, value.map { bigEndian($0.bitPattern) })
    }
    public static func float8(_ value: Double?) -> PostgresParameter {
        .init(PostgresType.float8, value.map { bigEndian($0.bitPattern) })
    }
    public static func bytes(_ value: [UInt8]?) -> PostgresParameter {
        .init(PostgresType.bytea, value, problem: value.flatMap { sizeProblem($0.count) })
    }
    public static func text(_ value: String?) -> PostgresParameter {
        .init(PostgresType.text, value.map { Array($0.utf8) }, problem: value.flatMap(textProblem))
    }
    /// JSON text; the server checks it.
    public static func jsonb(_ value: String?) -> PostgresParameter {
        .init(PostgresType.jsonb, value.map { [1] + Array($0.utf8) }, problem: value.flatMap(textProblem))
    }
    /// The usual text form; the server checks it.
    public static func uuid(_ value: String?) -> PostgresParameter {
        .init(PostgresType.uuid, isBinary: false, value.map { Array($0.utf8) }, problem: value.flatMap(textProblem))
    }
    /// A timestamptz, in milliseconds since 1970.
    public static func timestampMs(_ value: Int64?) -> PostgresParameter {
        let problem = value.flatMap(timeProblem)
        return .init(PostgresType.timestamptz, value.map { bigEndian(PostgresTime.binary($0)) }, problem: problem)
    }
    /// An int8multirange.
    public static func sequences(_ value: SequenceSet?) -> PostgresParameter {
        .init(PostgresType.int8multirange, isBinary: false, value.map { Array(MultirangeText.encode($0).utf8) })
    }

    public static func bools(_ values: [Bool?]) -> PostgresParameter {
        array(PostgresType.boolArray, PostgresType.bool, values) { [$0 ? 1 : 0] }
    }
    public static func int2s(_ values: [Int16?]) -> PostgresParameter {
        array(PostgresType.int2Array, PostgresType.int2, values, bigEndian)
    }
    public static func int4s(_ values: [Int32?]) -> PostgresParameter {
        array(PostgresType.int4Array, PostgresType.int4, values, bigEndian)
    }
    public static func int8s(_ values: [Int64?]) -> PostgresParameter {
        array(PostgresType.int8Array, PostgresType.int8, values, bigEndian)
    }
    public static func float8s(_ values: [Double?]) -> PostgresParameter {
        array(PostgresType.float8Array, PostgresType.float8, values) { bigEndian($0.bitPattern) }
    }
    public static func texts(_ values: [String?]) -> PostgresParameter {
        let problem = values.lazy.compactMap { $0.flatMap(textProblem) }.first
        return array(PostgresType.textArray, PostgresType.text, values, problem: problem) { Array($0.utf8) }
    }
    /// NULL in the place of a text[].
    public static let noTexts = PostgresParameter(PostgresType.textArray, nil)
    /// timestamptz[], each in milliseconds since 1970.
    public static func timestampsMs(_ values: [Int64?]) -> PostgresParameter {
        let problem = values.lazy.compactMap { $0.flatMap(timeProblem) }.first
        return array(PostgresType.timestamptzArray, PostgresType.timestamptz, values, problem: problem) {
            bigEndian(PostgresTime.binary($0))
        }
    }
    /// int8multirange[] has no short binary form: it is sent as text[], to be cast with `::int8multirange[]`.
    public static func sequenceSets(_ values: [SequenceSet?]) -> PostgresParameter {
        texts(values.map { $0.map(MultirangeText.encode) })
    }

    private static func array<T>(
        _ type: UInt32, _ elementType: UInt32, _ values: [T?], problem: String? = nil, _ encode: (T) -> [UInt8]
    ) -> PostgresParameter {
        if let problem { return .init(type, nil, problem: problem) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + values.count * 12)
        bytes += bigEndian(Int32(values.isEmpty ? 0 : 1))
        bytes += bigEndian(Int32(values.contains { $0 == nil } ? 1 : 0))
        bytes += bigEndian(elementType)
        if !values.isEmpty {
            bytes += bigEndian(Int32(truncatingIfNeeded: values.count))
            bytes += bigEndian(Int32(1))  // arrays count from 1
        }
        for value in values {
            guard let value else {
                bytes += bigEndian(Int32(-1))
                continue
            }
            let element = encode(value)
            bytes += bigEndian(Int32(truncatingIfNeeded: element.count))
            bytes += element
            if let problem = sizeProblem(bytes.count) { return .init(type, nil, problem: problem) }
        }
        return .init(type, bytes)
    }

    private static func bigEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func timeProblem(_ timeMs: Int64) -> String? {
        PostgresTime.isStorable(timeMs) ? nil : "the time \(timeMs) ms is outside of what PostgreSQL can hold"
    }

    private static func textProblem(_ text: String) -> String? {
        if let problem = sizeProblem(text.utf8.count) { return problem }
        return text.utf8.contains(0) ? "a text has a NUL character, which PostgreSQL cannot hold" : nil
    }

    private static func sizeProblem(_ count: Int) -> String? {
        count <= CopyBuffer.maxValueBytes ? nil : "a value of \(count) bytes is larger than \(CopyBuffer.maxValueBytes)"
    }
}
