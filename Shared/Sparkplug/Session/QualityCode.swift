public import Model

/// The standard's values of the property `Quality`.
extension Quality {
    public var sparkplugCode: Int32 {
        switch self {
        case .good: 192
        case .stale: 500
        case .bad: 0
        }
    }

    /// Codes that the standard does not name count as bad. Nil is "no property", which means good.
    public init(sparkplugCode: Int32?) {
        switch sparkplugCode {
        case nil, 192: self = .good
        case 500: self = .stale
        default: self = .bad
        }
    }
}
