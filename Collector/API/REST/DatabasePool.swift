public import Postgres
import Runtime

/// Connections for the workers of the web server: as many as ask at once, kept for the next one.
public final class DatabasePool: Sendable {
    /// A connection on its way from one thread to another: only one of them has it.
    private struct Idle: @unchecked Sendable {
        let connection: PostgresConnection
    }

    private let options: PostgresOptions
    private let idle = Locked<[Idle]>([])

    public init(_ options: PostgresOptions) { self.options = options }

    /// Lends a connection; a broken one is not kept.
    public func with<T>(_ body: (PostgresConnection) throws -> T) throws -> T {
        let connection = try idle.withLock { $0.popLast() }?.connection ?? connect()
        do {
            let value = try body(connection)
            if connection.isUsable { keep(connection) }
            return value
        } catch let failure as PostgresFailure {
            // A server that was restarted is noticed by the first request after it: once more, then.
            guard failure.endsConnection else {
                keep(connection)
                throw failure
            }
            idle.withLock { $0.removeAll() }
            let fresh = try connect()
            let value = try body(fresh)
            keep(fresh)
            return value
        } catch {
            if connection.isUsable { keep(connection) }
            throw error
        }
    }

    private func connect() throws(PostgresFailure) -> PostgresConnection {
        let connection = try PostgresConnection(options)
        // Compiling a statement with many columns takes longer than running it.
        try connection.execute("set jit = off")
        return connection
    }

    private func keep(_ connection: PostgresConnection) {
        idle.withLock { $0.append(Idle(connection: connection)) }
    }
}
