import Runtime

/// Why something could not be done in PostgreSQL, and what can be done about it.
public struct PostgresFailure: Error, Sendable, Equatable {
    public enum Disposition: Sendable, Equatable {
        /// The same may succeed later: the server is starting, out of room or connections, read-only, or a lock or a
        /// time limit was in the way. Nothing was changed; the connection may be used again.
        case retryLater
        /// The connection is gone, outside of a commit: nothing of the open transaction is stored. Connect again.
        case connectionLost
        /// The connection was lost while COMMIT was under way: the transaction is stored as a whole or not at all.
        /// Connect again and look, before anything that depends on it.
        case commitUnknown
        /// The values were refused and would be refused again: a type's range, a constraint, an impossible text.
        case refused
        /// An operator must act: access, missing database, wrong server, damaged data.
        case configuration
        /// An error in this program.
        case bug
    }

    public let disposition: Disposition
    public let sqlState: SQLState?
    /// What was being done, then what the server or the library said.
    public let message: String
    public let detail: String?
    /// The constraint, column or table that the server names; empty when none.
    public let object: String

    init(
        _ disposition: Disposition, _ message: String, sqlState: SQLState? = nil, detail: String? = nil,
        object: String = ""
    ) {
        self.disposition = disposition
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.object = object
    }

    /// The same failure with what was being done in front.
    func during(_ what: String) -> PostgresFailure {
        PostgresFailure(disposition, "\(what): \(message)", sqlState: sqlState, detail: detail, object: object)
    }

    func with(_ disposition: Disposition) -> PostgresFailure {
        PostgresFailure(disposition, message, sqlState: sqlState, detail: detail, object: object)
    }

    /// True when the connection cannot be used any more.
    public var endsConnection: Bool { disposition == .connectionLost || disposition == .commitUnknown }

    /// What to do next, for people.
    public var remedy: String {
        switch sqlState {
        case .wrongPassword?, .invalidAuthorization?:
            return "check the user and the password in the database URL, and pg_hba.conf of the server"
        case .unknownDatabase?: return "create the database (createdb -E UTF8), or correct its name in the URL"
        case .insufficientPrivilege?: return "let the database user own the schema, or grant it the right named above"
        case .diskFull?: return "free room on the database server's disk; agents keep their data meanwhile"
        case .tooManyConnections?: return "raise max_connections of the server, or close idle clients"
        case .readOnlyTransaction?:
            return "the server takes no writes: connect to the primary, or turn default_transaction_read_only off"
        default: break
        }
        switch disposition {
        case .retryLater: return "nothing is lost: it is tried again"
        case .connectionLost: return "a new connection is made; if that fails, start the database server"
        case .commitUnknown: return "a new connection is made, and what is stored is read before going on"
        case .refused: return "the data is set aside with this reason"
        case .configuration: return "correct the configuration or the server, then try again"
        case .bug: return "report this text as an error of the program"
        }
    }
}

extension PostgresFailure: CustomStringConvertible {
    public var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail { text += "; \(detail)" }
        // Names from outside may be quoted in it.
        return Text.escaped(text + "; " + remedy)
    }
}
