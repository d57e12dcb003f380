/// How to reach a database. The URL may hold a password: it is never shown.
public struct PostgresOptions: Sendable {
    /// A `postgresql://` URL or a libpq connection string. Its own parameters win over the defaults set here.
    public var url: String
    /// What pg_stat_activity shows.
    public var applicationName: String
    /// How long making the connection may take, for each host of the URL.
    public var connectLimit: Duration
    /// How long the server may work on one statement; nil for no limit, for work that may take hours.
    public var statementLimit: Duration?
    /// How long a transaction may wait for its client: a suspended or vanished client then loses it, and its locks.
    public var idleTransactionLimit = Duration.seconds(30)

    public init(
        _ url: String, applicationName: String = "bellwether-collector", connectLimit: Duration = .seconds(10),
        statementLimit: Duration? = .seconds(60)
    ) {
        self.url = url
        self.applicationName = applicationName
        self.connectLimit = connectLimit
        self.statementLimit = statementLimit
    }
}

extension PostgresOptions: CustomStringConvertible {
    public var description: String { "PostgreSQL as \(applicationName)" }
}

extension Duration {
    /// Whole milliseconds, at least 1, at most 2^31 - 1.
    var millisecondsClamped: Int32 {
        let (seconds, attoseconds) = components
        let limit: Int64 = 2_000_000
        if seconds >= limit { return Int32.max }
        return Int32(truncatingIfNeeded: max(1, max(0, seconds) * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
