import Model
import Runtime
import TestSupport

/// What the tests' own comparison of journals and database has found about one agent.
///
/// It shares no query and no code with the product's audit; only the canonical bytes of a record and its checksum are
/// the product's, because they are the definition of what is compared.
struct Finding: Sendable, Equatable, CustomStringConvertible {
    let agent: String
    /// Records in the journal.
    var made = 0
    /// Of these: stored, with the journal's checksum.
    var stored = 0
    /// Of these: neither stored nor declared.
    var lost: [String] = []
    /// Of these: stored with another content.
    var different: [String] = []
    /// Of these: set aside in quarantine, by number.
    var quarantined: [String] = []
    /// Of these: declared as lost and not stored, by cause.
    var declared: [String: Int] = [:]
    /// Numbers given twice, to different records.
    var reused: [String] = []
    /// Numbers stored more than once.
    var doubled: [String] = []
    /// Numbers below the highest one that nobody accounts for, although the journal does not know them either.
    var holes: [String] = []
    /// Numbers whose stream says something else than its rows.
    var misrecorded: [String] = []
    /// Stored, but not in the journal: accepted just before a kill.
    var unjournalled = 0
    /// Frames that came again with another content.
    var conflicts = 0
    var duplicatesRefused = 0
    /// Ticks at which no reading was taken, by the agent's reports.
    var unsampledTicks: Int64 = 0
    var reports = 0

    init(agent: String) { self.agent = agent }

    /// Nothing lost, nothing doubled, nothing changed. `causes`: of losses that the test itself has brought about.
    func isWhole(declaredAllowed causes: Set<String> = []) -> Bool {
        lost.isEmpty && different.isEmpty && reused.isEmpty && doubled.isEmpty && holes.isEmpty && misrecorded.isEmpty
            && quarantined.isEmpty && conflicts == 0 && Set(declared.keys).isSubset(of: causes)
    }

    /// What a build without a guard does: records that the agent accepted are not stored as they were.
    var hasLoss: Bool { !lost.isEmpty || !different.isEmpty || !reused.isEmpty || !declared.isEmpty }

    var description: String {
        func list(_ name: String, _ items: [String]) -> String {
            items.isEmpty ? "" : ", \(name) \(items.count): \(items.prefix(5).joined(separator: " "))"
        }
        let causes = declared.sorted { $0.key < $1.key }.map { ", declared \($0.key) \($0.value)" }.joined()
        return "\(agent): made \(made), stored \(stored), reports \(reports), duplicates refused \(duplicatesRefused)"
            + causes + list("LOST", lost) + list("DIFFERENT", different) + list("REUSED", reused)
            + list("DOUBLED", doubled) + list("HOLES", holes) + list("MISRECORDED", misrecorded)
            + list("QUARANTINED", quarantined) + (conflicts > 0 ? ", CONFLICTS \(conflicts)" : "")
            + (unjournalled > 0 ? ", not in the journal \(unjournalled)" : "")
            + (unsampledTicks > 0 ? ", ticks not sampled \(unsampledTicks)" : "")
    }
}

/// Compares what an agent's journal says with what PostgreSQL holds, row by row.
struct Witness {
    private let server: PostgresServer
    private let database: String
    private let folder: TemporaryFolder

    init(_ server: PostgresServer, database: String) throws {
        self.server = server
        self.database = database
        folder = try TemporaryFolder("witness")
    }

    /// Everything stored of one number.
    private struct Stored {
        var crcs: [UInt32] = []
        var isQuarantined = false
    }

    func examine(site: String, agent: String, journal: JournalBook) throws -> Finding {
        var finding = Finding(agent: agent)
        var stored: [Epoch: [Int64: Stored]] = [:]
        try readTelemetry(site, agent, &stored)
        try readReports(site, agent, &stored, &finding)
        try readNotes(site, agent, &stored)
        try readQuarantine(site, agent, &stored, &finding)
        let declared = try readDeclared(site, agent)
        for (epoch, numbers) in journal.reused {
            finding.reused += numbers.sorted().map { "\(epoch):\($0)" }
        }
        for (epoch, records) in journal.epochs {
            for (number, crc) in records.sorted(by: { $0.key < $1.key }) {
                judge(epoch, number, crc, stored[epoch]?[number], declared[epoch] ?? [], &finding)
            }
        }
        for (epoch, records) in stored {
            for (number, entry) in records {
                if entry.crcs.count > 1 { finding.doubled.append("\(epoch):\(number)") }
                if journal.epochs[epoch]?[number] == nil { finding.unjournalled += 1 }
            }
        }
        try readStreams(site, agent, stored, journal, declared, &finding)
        return finding
    }

    private func judge(
        _ epoch: Epoch, _ number: Int64, _ crc: UInt32, _ entry: Stored?, _ declared: [Declared],
        _ finding: inout Finding
    ) {
        finding.made += 1
        if let entry, entry.crcs.contains(crc) {
            finding.stored += 1
        } else if let entry, !entry.crcs.isEmpty {
            finding.different.append("\(epoch):\(number)")
        } else if entry?.isQuarantined == true {
            finding.quarantined.append("\(epoch):\(number)")
        } else if let loss = declared.first(where: { $0.numbers.contains(number) }) {
            finding.declared[loss.cause, default: 0] += 1
        } else {
            finding.lost.append("\(epoch):\(number)")
        }
    }

    // MARK: - Rows

    private struct Declared {
        let numbers: ClosedRange<Int64>
        let cause: String
    }

    private static func milliseconds(_ column: String) -> String { "(extract(epoch from \(column)) * 1000)::int8" }

    private static func quoted(_ text: String) -> String { "'\(text)'" }

    private func rows(_ query: String, _ body: (CopyFile.Row) throws -> Void) throws {
        let path = folder.path("rows")
        try server.copy(query, database: database, to: path)
        try CopyFile.read(path, body)
    }

    private func readTelemetry(
        _ site: String, _ agent: String, _ stored: inout [Epoch: [Int64: Stored]]
    ) throws {
        try rows(
            """
            select t.epoch, t.seq, \(Witness.milliseconds("coalesce(t.agent_ts, t.ts)")), t.signal_group, t.values, t.quality
            from telemetry t join assets a on a.asset = t.asset
            where a.site = \(Witness.quoted(site)) and a.agent = \(Witness.quoted(agent)) and t.epoch <> 0
            """
        ) { row in
            guard let epoch = row.int64(0).flatMap({ Epoch(bits: UInt64(bitPattern: $0)) }), let number = row.int64(1),
                let timeMs = row.int64(2), let group = row.int16(3), let values = row.doubles(4)
            else { throw SupportFailure("a row of telemetry has no number or no values") }
            let frame = Frame(
                group: UInt8(truncatingIfNeeded: group), timeMs: timeMs, values: values,
                qualities: (row.raw(5) ?? []).map { Quality(rawValue: $0) ?? .bad })
            stored[epoch, default: [:]][number, default: Stored()].crcs.append(
                CRC32C.ofRecord(epoch: epoch, sequence: number, bytes: RecordCoding.encode(.frame(frame))))
        }
    }

    private func readReports(
        _ site: String, _ agent: String, _ stored: inout [Epoch: [Int64: Stored]], _ finding: inout Finding
    ) throws {
        try rows(
            """
            select report_epoch, report_seq, epoch, first_seq, last_seq, \(Witness.milliseconds("from_ts")),
                \(Witness.milliseconds("to_ts")), ticks, cause
            from losses where site = \(Witness.quoted(site)) and agent = \(Witness.quoted(agent)) and report_seq is not null
            """
        ) { row in
            guard let bits = row.int64(0), let epoch = Epoch(bits: UInt64(bitPattern: bits)), let number = row.int64(1),
                let about = row.int64(2).flatMap({ Epoch(bits: UInt64(bitPattern: $0)) }),
                let cause = row.text(8).flatMap({ Report.Cause(rawValue: $0) })
            else { throw SupportFailure("a report in losses has no number") }
            var lost: ClosedRange<Int64>?
            if let first = row.int64(3), let last = row.int64(4), first <= last { lost = first...last }
            let report = Report(
                cause: cause, epoch: about, lost: lost, fromMs: row.int64(5) ?? 0, toMs: row.int64(6) ?? 0,
                ticks: row.int64(7) ?? 0)
            finding.reports += 1
            finding.unsampledTicks += report.ticks
            stored[epoch, default: [:]][number, default: Stored()].crcs.append(
                CRC32C.ofRecord(epoch: epoch, sequence: number, bytes: RecordCoding.encode(.report(report))))
        }
    }

    private func readNotes(_ site: String, _ agent: String, _ stored: inout [Epoch: [Int64: Stored]]) throws {
        try rows(
            """
            select epoch, seq, \(Witness.milliseconds("told_at")), text from notes
            where site = \(Witness.quoted(site)) and agent = \(Witness.quoted(agent))
            """
        ) { row in
            guard let epoch = row.int64(0).flatMap({ Epoch(bits: UInt64(bitPattern: $0)) }), let number = row.int64(1),
                let timeMs = row.int64(2), let text = row.text(3)
            else { throw SupportFailure("a note has no number, time or text") }
            let note = Note(timeMs: timeMs, text: text)
            stored[epoch, default: [:]][number, default: Stored()].crcs.append(
                CRC32C.ofRecord(epoch: epoch, sequence: number, bytes: RecordCoding.encode(.note(note))))
        }
    }

    /// Numbered records set aside, and copies that did not match what is stored.
    private func readQuarantine(
        _ site: String, _ agent: String, _ stored: inout [Epoch: [Int64: Stored]], _ finding: inout Finding
    ) throws {
        try rows(
            """
            select epoch, seq from quarantine
            where site = \(Witness.quoted(site)) and agent = \(Witness.quoted(agent)) and seq is not null
            """
        ) { row in
            guard let epoch = row.int64(0).flatMap({ Epoch(bits: UInt64(bitPattern: $0)) }), let number = row.int64(1)
            else { return }
            if stored[epoch]?[number]?.crcs.isEmpty == false {
                finding.conflicts += 1
            } else {
                stored[epoch, default: [:]][number, default: Stored()].isQuarantined = true
            }
        }
    }

    /// The agent's word comes first: it knows the cause of what the collector can only find missing.
    private func readDeclared(_ site: String, _ agent: String) throws -> [Epoch: [Declared]] {
        var declared: [Epoch: [Declared]] = [:]
        try rows(
            """
            select epoch, first_seq, coalesce(last_seq, 9223372036854775807), cause from losses
            where site = \(Witness.quoted(site)) and agent = \(Witness.quoted(agent)) and first_seq is not null
            order by noted_by, loss
            """
        ) { row in
            guard let epoch = row.int64(0).flatMap({ Epoch(bits: UInt64(bitPattern: $0)) }), let first = row.int64(1),
                let last = row.int64(2), first <= last, let cause = row.text(3)
            else { throw SupportFailure("an entry of losses makes no sense") }
            declared[epoch, default: []].append(Declared(numbers: first...last, cause: cause))
        }
        return declared
    }

    /// The stream's own account against its rows: every number up to the highest is settled, and nothing else is.
    private func readStreams(
        _ site: String, _ agent: String, _ stored: [Epoch: [Int64: Stored]], _ journal: JournalBook,
        _ declared: [Epoch: [Declared]], _ finding: inout Finding
    ) throws {
        var known: Set<Epoch> = []
        try rows(
            """
            select s.epoch, s.made, s.committed::text, s.duplicates_refused from streams s
            where s.site = \(Witness.quoted(site)) and s.agent = \(Witness.quoted(agent)) and s.epoch <> 0
            """
        ) { row in
            guard let epoch = row.int64(0).flatMap({ Epoch(bits: UInt64(bitPattern: $0)) }), let made = row.int64(1),
                let committed = row.text(2).flatMap({ Witness.multirange($0) })
            else { throw SupportFailure("a stream makes no sense") }
            known.insert(epoch)
            finding.duplicatesRefused += Int(row.int64(3) ?? 0)
            var rows = SequenceSet()
            for number in (stored[epoch] ?? [:]).keys.sorted() { rows.insert(number) }
            if rows != committed {
                var more = committed
                more.subtract(rows)
                var less = rows
                less.subtract(committed)
                finding.misrecorded.append("\(epoch): committed without rows \(more.ranges), rows only \(less.ranges)")
            }
            var settled = rows
            for loss in declared[epoch] ?? [] { settled.insert(loss.numbers) }
            let highest = max(made, rows.max ?? 0, journal.epochs[epoch]?.keys.max() ?? 0)
            guard highest >= 1 else { return }
            for hole in settled.missing(in: 1...highest).ranges where journal.epochs[epoch]?[hole.lowerBound] == nil {
                finding.holes.append("\(epoch):\(hole.lowerBound)-\(hole.upperBound)")
            }
        }
        for epoch in stored.keys where !known.contains(epoch) { finding.misrecorded.append("\(epoch) has no stream") }
    }

    /// PostgreSQL's text of an int8multirange: `{[1,5),[7,9)}`.
    static func multirange(_ text: String) -> SequenceSet? {
        guard text.first == "{", text.last == "}" else { return nil }
        let numbers = text.split { "{}[](),".contains($0) }.map { Int64($0) }
        guard numbers.count % 2 == 0, !numbers.contains(nil) else { return nil }
        let bounds = numbers.compactMap(\.self)
        return SequenceSet(stride(from: 0, to: bounds.count, by: 2).map { bounds[$0]...(bounds[$0 + 1] - 1) })
    }
}
