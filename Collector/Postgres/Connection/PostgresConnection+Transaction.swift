import CPostgres

extension PostgresConnection {
    public enum Isolation: String, Sendable {
        case readCommitted = "read committed"
        /// Every statement sees the database as it was at the first one.
        case repeatableRead = "repeatable read"
        case repeatableReadOnly = "repeatable read, read only"
    }

    /// Runs `body` in one transaction: committed when it returns, rolled back when it throws.
    ///
    /// A commit whose answer did not come throws `commitUnknown`; every other failure means that nothing is stored.
    /// Transactions do not nest.
    public func transaction<T>(_ isolation: Isolation = .readCommitted, _ body: () throws -> T) throws -> T {
        guard !isInTransaction else { throw PostgresFailure(.bug, "transactions do not nest") }
        try execute("begin isolation level \(isolation.rawValue)")
        isInTransaction = true
        defer { isInTransaction = false }
        let value: T
        do {
            value = try body()
        } catch {
            rollBack()
            throw error
        }
        try commit()
        return value
    }

    /// Runs `body` as a part of the open transaction that may be refused for its data: what it did is then undone, and
    /// the reason is given back, while the transaction goes on. Every other failure is thrown.
    public func refusal(of body: () throws -> Void) throws -> PostgresFailure? {
        try execute("savepoint part")
        do {
            try body()
            try execute("release savepoint part")
            return nil
        } catch let failure as PostgresFailure where failure.disposition == .refused && isUsable {
            try execute("rollback to savepoint part; release savepoint part")
            return failure
        }
    }

    /// When this fails the connection is given up, and the server rolls back by itself.
    private func rollBack() {
        guard isUsable else { return }
        do { try execute("rollback") } catch { _ = end(error) }
    }

    private func commit() throws(PostgresFailure) {
        if let ended { throw ended }
        let tag: String
        do {
            try sendText("commit")
            tag = try finish("commit").tag
        } catch {
            throw unknown(error)
        }
        // The server answers ROLLBACK when a statement had failed and the body went on regardless.
        guard tag == "COMMIT" else {
            throw PostgresFailure(.bug, "commit: rolled back, because the failure of a statement was ignored")
        }
    }

    /// An error that leaves the session standing is a clear no; anything else leaves the outcome open.
    private func unknown(_ failure: PostgresFailure) -> PostgresFailure {
        isUsable ? failure : failure.with(.commitUnknown)
    }
}
