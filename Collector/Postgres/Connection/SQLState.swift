/// The five characters by which PostgreSQL names every kind of error (its documentation, appendix A).
public struct SQLState: Sendable, Hashable, CustomStringConvertible {
    public let code: String

    /// Nil unless the text has the form of a code: five digits or capital letters, not all letters.
    public init?(_ code: String) {
        let digits = code.utf8.count { $0 >= 48 && $0 <= 57 }
        let letters = code.utf8.count { $0 >= 65 && $0 <= 90 }
        guard digits > 0, digits + letters == 5, code.utf8.count == 5 else { return nil }
        self.code = code
    }

    private init(known code: String) { self.code = code }

    public var description: String { code }
    /// The class of errors that the code belongs to.
    var category: Substring { code.prefix(2) }

    public static let invalidParameterValue = SQLState(known: "22023")
    public static let uniqueViolation = SQLState(known: "23505")
    public static let duplicateTable = SQLState(known: "42P07")
    public static let undefinedTable = SQLState(known: "42P01")
    public static let queryCancelled = SQLState(known: "57014")
    public static let adminShutdown = SQLState(known: "57P01")
    public static let readOnlyTransaction = SQLState(known: "25006")
    public static let diskFull = SQLState(known: "53100")
    public static let tooManyConnections = SQLState(known: "53300")
    public static let wrongPassword = SQLState(known: "28P01")
    public static let invalidAuthorization = SQLState(known: "28000")
    public static let unknownDatabase = SQLState(known: "3D000")
    public static let insufficientPrivilege = SQLState(known: "42501")
}

extension PostgresFailure.Disposition {
    /// What a caller can do about an error that the server has reported.
    init(_ state: SQLState) {
        switch state.code {
        case "57P01", "57P02", "57P05", "25P03": self = .connectionLost
        case "40003": self = .commitUnknown
        case "42501", "3D000", "57P04", "XX001", "XX002": self = .configuration
        case "25006", "40001", "40P01", "55P03", "55006", "55000", "57014", "57P03", "72000", "XX000":
            self = .retryLater
        default:
            switch state.category {
            case "08": self = .connectionLost
            case "53", "58": self = .retryLater
            case "28", "F0": self = .configuration
            // 44 and P0: what a view's or a trigger's own condition does not let in.
            case "22", "23", "44", "54", "P0": self = .refused
            default: self = .bug
            }
        }
    }
}
