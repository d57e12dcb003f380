import Postgres

/// Telemetry and health.
extension WriteTransaction {
    private static let telemetryColumns =
        "ts, epoch, seq, chain, agent_ts, asset, health, signal_group, historical, values, quality, texts"
    private static let copyTelemetry = "copy telemetry (\(telemetryColumns)) from stdin (format binary)"
    private static let copyPlain = "copy plain_stage (\(telemetryColumns)) from stdin (format binary)"
    private static let copyHealth =
        "copy health_stage (ts, asset, score, status, reasons, detail) from stdin (format binary)"
    /// Rows of plain nodes may be there already.
    private static let unstagePlain = "insert into telemetry select * from plain_stage on conflict do nothing"
    /// Two entries of one asset at one instant: the later one says how it ended.
    private static let unstageHealth = """
        insert into health select distinct on (asset, ts) * from health_stage order by asset, ts, ctid desc
        on conflict (asset, ts) do update
        set score = excluded.score, status = excluded.status, reasons = excluded.reasons,
            detail = excluded.detail
        """

    /// Once for each connection.
    static func prepare(_ connection: PostgresConnection) throws {
        try connection.execute(
            """
            set synchronous_commit = on;
            create temporary table plain_stage (like telemetry including defaults) on commit delete rows;
            create temporary table health_stage (like health including defaults) on commit delete rows;
            """)
    }

    func copyRows(_ connection: PostgresConnection) throws {
        if batch.telemetry.rowCount > 0 {
            try connection.copyIn(WriteTransaction.copyTelemetry) { try $0.append(batch.telemetry) }
        }
        if batch.plainTelemetry.rowCount > 0 {
            try connection.copyIn(WriteTransaction.copyPlain) { try $0.append(batch.plainTelemetry) }
            try connection.execute(WriteTransaction.unstagePlain)
        }
        if batch.health.rowCount > 0 {
            try connection.copyIn(WriteTransaction.copyHealth) { try $0.append(batch.health) }
            try connection.execute(WriteTransaction.unstageHealth)
        }
    }

    /// The same, but for the rows that PostgreSQL refuses.
    func copyPiecewise(_ connection: PostgresConnection, _ sorter: inout RefusalSorter) throws {
        let telemetry = try sift(connection, batch.telemetry.rowRanges()) { part in
            try connection.copyIn(WriteTransaction.copyTelemetry) { try $0.append(batch.telemetry, part) }
        }
        for (row, failure) in telemetry { sorter.take(row: batch.telemetryRows[row], failure) }
        let plain = try sift(connection, batch.plainTelemetry.rowRanges()) { part in
            try connection.copyIn(WriteTransaction.copyPlain) { try $0.append(batch.plainTelemetry, part) }
            try connection.execute(WriteTransaction.unstagePlain)
            try connection.execute("delete from plain_stage")
        }
        for (row, failure) in plain { sorter.take(row: batch.plainRows[row], failure) }
        let health = try sift(connection, batch.health.rowRanges()) { part in
            try connection.copyIn(WriteTransaction.copyHealth) { try $0.append(batch.health, part) }
            try connection.execute(WriteTransaction.unstageHealth)
            try connection.execute("delete from health_stage")
        }
        for (_, failure) in health { sorter.drop("an entry of an asset's health", failure) }
    }

    /// More rows of a sort than this are not looked for one by one: what stands beside them waits for the next batch.
    private static let mostRefused = 200

    /// Stores the rows that can be stored and finds those that PostgreSQL refuses, by halving. A row without a reason
    /// was not tried by itself.
    private func sift(
        _ connection: PostgresConnection, _ rows: [Range<Int>], _ store: (_ bytes: Range<Int>) throws -> Void
    ) throws -> [(row: Int, why: PostgresFailure?)] {
        var refused: [(row: Int, why: PostgresFailure?)] = []
        var parts = rows.isEmpty ? [] : [rows.indices]
        while let part = parts.popLast() {
            let bytes = rows[part.lowerBound].lowerBound..<rows[part.upperBound - 1].upperBound
            guard let failure = try connection.refusal(of: { try store(bytes) }) else { continue }
            if part.count == 1 {
                refused.append((part.lowerBound, failure))
            } else if refused.count < WriteTransaction.mostRefused {
                let middle = part.lowerBound + part.count / 2
                parts.append(middle..<part.upperBound)
                parts.append(part.lowerBound..<middle)
            } else {
                refused += part.map { ($0, nil) }
            }
        }
        return refused
    }
}
