public import Model

/// What can be the value of a log field.
public protocol LogField: Sendable {
    var logValue: LogValue { get }
}

/// The forms a field's value takes in a line.
public enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case flag(Bool)
    /// The field is left out.
    case absent
}

/// A type that describes itself in words can be a field: `extension Epoch: LogField {}`.
extension LogField where Self: CustomStringConvertible {
    public var logValue: LogValue { .text(description) }
}

extension String: LogField { public var logValue: LogValue { .text(self) } }
extension Substring: LogField {}
extension Bool: LogField { public var logValue: LogValue { .flag(self) } }
extension Double: LogField { public var logValue: LogValue { .number(self) } }
extension Int: LogField { public var logValue: LogValue { .integer(Int64(self)) } }
extension Int64: LogField { public var logValue: LogValue { .integer(self) } }
extension Int32: LogField { public var logValue: LogValue { .integer(Int64(self)) } }
extension UInt64: LogField { public var logValue: LogValue { .unsigned(self) } }
extension UInt32: LogField { public var logValue: LogValue { .unsigned(UInt64(self)) } }
extension UInt16: LogField { public var logValue: LogValue { .unsigned(UInt64(self)) } }
extension UInt8: LogField { public var logValue: LogValue { .unsigned(UInt64(self)) } }
extension Optional: LogField where Wrapped: LogField {
    public var logValue: LogValue { self?.logValue ?? .absent }
}
extension Epoch: LogField {}
extension StreamID: LogField {}
extension SystemFailure: LogField {}
