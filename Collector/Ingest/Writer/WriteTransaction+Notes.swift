import Model
import Postgres
import Runtime
import Scenarios

/// Losses, quarantine, events.
extension WriteTransaction {
    func insertNotes(_ connection: PostgresConnection) throws {
        for loss in batch.losses { try insert(connection, loss) }
        for note in batch.notes { try insert(connection, note) }
        for entry in batch.quarantine { try insert(connection, entry) }
        for event in batch.events { try insert(connection, event) }
    }

    /// The same, but for what PostgreSQL refuses; and everything refused so far goes into quarantine.
    func noteEach(
        _ connection: PostgresConnection, _ sorter: inout RefusalSorter, _ budget: inout HourlyBudget
    ) throws {
        for loss in batch.losses {
            guard let failure = try connection.refusal(of: { try insert(connection, loss) }) else { continue }
            if let report = loss.report {
                sorter.take(report: report, failure, of: loss)
            } else {
                sorter.drop("a loss", failure)
            }
        }
        for note in batch.notes {
            guard let failure = try connection.refusal(of: { try insert(connection, note) }) else { continue }
            sorter.take(note, failure)
        }
        for entry in batch.quarantine {
            guard let failure = try connection.refusal(of: { try insert(connection, entry) }) else { continue }
            sorter.leave(entry, wasCounted: true)
            sorter.drop("an entry of the quarantine", failure)
        }
        for event in batch.events {
            guard let failure = try connection.refusal(of: { try insert(connection, event) }) else { continue }
            sorter.drop("an event", failure)
        }
        try setAside(connection, &sorter, &budget)
    }

    private func setAside(
        _ connection: PostgresConnection, _ sorter: inout RefusalSorter, _ budget: inout HourlyBudget
    ) throws {
        var counts: [StreamName: Int64] = [:]
        for entry in sorter.poison {
            guard budget.allows("\(entry.site)/\(entry.agent)", nowMs: Clock.monotonicMs()) else {
                sorter.leave(entry)
                continue
            }
            if let failure = try connection.refusal(of: { try insert(connection, entry) }) {
                sorter.leave(entry)
                sorter.drop("an entry of the quarantine", failure)
            } else {
                sorter.wasSetAside(entry)
                counts[StreamName(site: entry.site, agent: entry.agent), default: 0] += 1
            }
        }
        for (name, count) in counts {
            let event = EventEntry(
                kind: "quarantine", severity: .critical, site: name.site, agent: name.agent, asset: nil,
                occurredMs: Clock.wallMs(),
                message: "\(count) records of \(name.agent) were refused by the database and set aside; see quarantine")
            if try connection.refusal(of: { try insert(connection, event) }) == nil { sorter.add(event) }
        }
    }

    private struct StreamName: Hashable {
        let site: String
        let agent: String
    }

    // MARK: - Rows

    private func insert(_ connection: PostgresConnection, _ loss: LossEntry) throws {
        try connection.execute(
            """
            insert into losses (site, agent, epoch, first_seq, last_seq, cause, from_ts, to_ts, ticks, noted_by,
                report_epoch, report_seq, report_chain)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .text(loss.site), .text(loss.agent), .int8(loss.epoch.stored), .int8(loss.numbers?.lowerBound),
                .int8(loss.numbers?.upperBound), .text(loss.cause), .timestampMs(loss.fromMs),
                .timestampMs(loss.toMs), .int8(loss.ticks), .text(loss.report == nil ? "collector" : "agent"),
                .int8(loss.report?.epoch.stored), .int8(loss.report?.sequence),
                .int8(loss.report?.chain.map { Int64(bitPattern: $0) }),
            ])
    }

    /// A record's number is settled by this, and its readings are declared as lost.
    func insert(_ connection: PostgresConnection, _ entry: QuarantineEntry) throws {
        if let loss = entry.loss { try insert(connection, loss) }
        try connection.execute(
            """
            insert into quarantine (site, agent, device, epoch, seq, reason, topic, payload)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(entry.site), .text(entry.agent), .text(entry.device), .int8(entry.epoch?.stored),
                .int8(entry.sequence), .text(entry.reason), .text(entry.topic),
                .bytes(Array(entry.payload.prefix(QuarantineEntry.longestPayload))),
            ])
    }

    private func insert(_ connection: PostgresConnection, _ note: NoteEntry) throws {
        try connection.execute(
            """
            insert into notes (site, agent, device, asset, epoch, seq, chain, told_at, phase, text)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            [
                .text(note.site), .text(note.agent), .text(note.device), .int4(note.asset),
                .int8(note.origin.epoch.stored), .int8(note.origin.sequence),
                .int8(note.origin.chain.map { Int64(bitPattern: $0) }), .timestampMs(note.timeMs),
                .text(note.scenario?.phase.rawValue), .text(note.text),
            ])
        guard let scenario = note.scenario else { return }
        try ScenarioRuns.noted(
            connection,
            ScenarioRuns.Word(
                asset: note.asset, run: scenario.run, scenario: scenario.scenario, title: scenario.title,
                severity: scenario.severity, source: scenario.source.rawValue, by: scenario.by, parts: scenario.parts,
                phase: scenario.phase.rawValue, toldMs: note.timeMs,
                acceptedMs: PostgresTime.clamped(scenario.acceptedMs),
                onsetMs: scenario.onsetMs.map(PostgresTime.clamped),
                stoppedMs: scenario.stoppedMs.map(PostgresTime.clamped), stoppedBy: scenario.stoppedBy,
                endedMs: scenario.endedMs.map(PostgresTime.clamped), reason: scenario.reason,
                isKnown: scenario.scenario != ScenarioRun.unknownScenario))
    }

    func insert(_ connection: PostgresConnection, _ event: EventEntry) throws {
        try connection.execute(
            """
            insert into events (kind, severity, site, agent, asset, occurred_at, message, detail)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(event.kind), .text(event.severity.rawValue), .text(event.site), .text(event.agent),
                .int4(event.asset), .timestampMs(event.occurredMs), .text(event.message), .jsonb(event.detail),
            ])
    }
}
