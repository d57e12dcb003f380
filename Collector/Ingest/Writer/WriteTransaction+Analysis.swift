import Analytics
import Model
import Postgres

/// Anomalies and the detectors' states, in the transaction of the frames that they follow from.
extension WriteTransaction {
    func storeAnalysis(_ connection: PostgresConnection) throws {
        for anomaly in batch.anomalies { try store(connection, anomaly) }
        for entry in batch.analyses { try store(connection, entry) }
    }

    /// What is analysed again after a restart gives the same rows again.
    private func store(_ connection: PostgresConnection, _ anomaly: AnomalyEntry) throws {
        let finding = anomaly.finding
        try connection.execute(
            """
            insert into anomalies (asset, number, epoch, seq, since, detected_at, peak_at, ended_at, surprise,
                peak_surprise, level, late, layer, regime, detail)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            on conflict (asset, number) do update set epoch = excluded.epoch, seq = excluded.seq,
                since = excluded.since, peak_at = excluded.peak_at, ended_at = excluded.ended_at,
                surprise = excluded.surprise, peak_surprise = excluded.peak_surprise, level = excluded.level,
                detail = excluded.detail
            """,
            [
                .int4(anomaly.asset), .int8(anomaly.number), .int8(anomaly.epoch.stored), .int8(anomaly.sequence),
                .timestampMs(PostgresTime.clamped(finding.sinceMs)),
                .timestampMs(PostgresTime.clamped(finding.detectedMs)),
                .timestampMs(PostgresTime.clamped(finding.peakMs)),
                .timestampMs(finding.endedMs.map(PostgresTime.clamped)), .float8(finding.surprise),
                .float8(finding.peakSurprise), .int2(Int16(finding.level.rawValue)), .bool(anomaly.isLate),
                .text("\(finding.layer)"), .text(finding.regime.isEmpty ? nil : finding.regime),
                .jsonb(anomaly.detail),
            ])
    }

    private func store(_ connection: PostgresConnection, _ entry: AnalysisEntry) throws {
        try connection.execute(
            """
            insert into analysis (asset, epoch, seq, ts, plan, number_before, state)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (asset) do update set epoch = excluded.epoch, seq = excluded.seq, ts = excluded.ts,
                plan = excluded.plan, number_before = excluded.number_before, state = excluded.state,
                saved_at = now()
            """,
            [
                .int4(entry.asset), .int8(entry.epoch.stored), .int8(entry.sequence),
                .timestampMs(PostgresTime.clamped(entry.timeMs)), .int8(Int64(bitPattern: entry.plan)),
                .int8(entry.numberBefore), .bytes(entry.state),
            ])
    }
}
