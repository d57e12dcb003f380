import Model
import Postgres
import Runtime
import TestSupport
import Testing

@Suite("Audit", .timeLimit(.minutes(10)))
struct AuditTests {
    private static let nowMs = Fixture.nowMs

    /// A stream of frames and reports as an agent numbers them, with the chain and the journal's lines.
    struct Story {
        var records: [Record] = []
        var chains: [UInt64] = []
        var lines: [String] = []
        let epoch: Epoch

        init(_ epoch: Epoch, count: Int, reportsAt: Set<Int> = []) {
            self.epoch = epoch
            for number in 1...count {
                let timeMs = AuditTests.nowMs + Int64(number) * 1000
                if reportsAt.contains(number) {
                    add(
                        .report(
                            Report(
                                cause: .outboxFull, epoch: epoch, lost: Int64(count) + 1...Int64(count) + 10,
                                fromMs: timeMs - 500, toMs: timeMs, ticks: 0)))
                } else {
                    let qualities: [Quality] = number % 7 == 0 ? [.good, .stale, .bad] : []
                    let values = [Double(number) * 0.1, number % 5 == 0 ? .nan : 1, 2]
                    add(.frame(Frame(group: 0, timeMs: timeMs, values: values, qualities: qualities)))
                }
            }
        }

        mutating func add(_ record: Record) {
            let sequence = Int64(records.count + 1)
            let bytes = RecordCoding.encode(record)
            let previous = chains.last ?? ChainHash.start
            chains.append(ChainHash.next(after: previous, epoch: epoch, sequence: sequence, record: bytes))
            records.append(record)
            let crc = String(CRC32C.ofRecord(epoch: epoch, sequence: sequence, bytes: bytes), radix: 16)
            lines.append("\(epoch) \(sequence) \(String(repeating: "0", count: 8 - crc.count))\(crc)")
        }

        /// Stores the records of the given numbers.
        func store(_ fixture: Fixture, _ numbers: some Sequence<Int>) throws {
            var rows: [TelemetryRow] = []
            for number in numbers {
                switch records[number - 1] {
                case .frame(let frame):
                    var row = TelemetryRow(
                        frame, asset: fixture.asset.asset, epoch: epoch, sequence: Int64(number),
                        chain: chains[number - 1])
                    // Some clocks were wrong: the agent's time is kept beside the repaired one.
                    if number % 11 == 0 { row.repairedTimeMs = frame.timeMs + 3_600_000 }
                    rows.append(row)
                case .note: Issue.record("notes are audited where they come from: in the tests of ingest")
                case .report(let report):
                    try fixture.connection.execute(
                        """
                        insert into losses (site, agent, epoch, first_seq, last_seq, cause, from_ts, to_ts, ticks, noted_by,
                            report_epoch, report_seq, report_chain)
                        values ('site-1', $1, $2, $3, $4, $5, $6, $7, $8, 'agent', $2, $9, $10)
                        """,
                        [
                            .text(fixture.stream.agent), .int8(report.epoch.stored), .int8(report.lost?.lowerBound),
                            .int8(report.lost?.upperBound), .text(report.cause.rawValue), .timestampMs(report.fromMs),
                            .timestampMs(report.toMs), .int8(report.ticks), .int8(Int64(number)),
                            .int8(Int64(bitPattern: chains[number - 1])),
                        ])
                    try fixture.connection.execute(
                        "update streams set committed = committed + $2, lost = lost + $3 where stream = $1",
                        [
                            .int4(fixture.stream.stream), .sequences(SequenceSet(Int64(number)...Int64(number))),
                            .sequences(report.lost.map { SequenceSet($0) } ?? SequenceSet()),
                        ])
                }
            }
            try fixture.store(rows)
        }
    }

    /// Runs `work` on 100 records stored in random order, with a report among them, and audits after it.
    private func audited(
        reportsAt: Set<Int> = [50], _ work: @escaping @Sendable (TestDatabase, Fixture) throws -> Void = { _, _ in },
        _ expect: @escaping @Sendable (StreamAudit, Fixture) throws -> Void
    ) async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let story = Story(fixture.epoch, count: 100, reportsAt: reportsAt)
            try story.store(fixture, stride(from: 100, to: 0, by: -2))
            try story.store(fixture, stride(from: 1, to: 100, by: 2))
            try work(database, fixture)
            let report = try Audit.run(connection)
            let stream = try #require(report.streams.first)
            #expect(report.streams.count == 1 && report.verdict == stream.verdict)
            try expect(stream, fixture)
        }
    }

    @Test func wholeStream() async throws {
        try await audited(reportsAt: []) { audit, fixture in
            #expect(audit.verdict == .whole)
            #expect(audit.expected == 100 && audit.storedFrames == 100 && audit.storedReports == 0)
            #expect(audit.verifiedLinks == 100 && audit.unverifiableLinks == 0)
            #expect(audit.epoch == fixture.epoch && audit.firstMs == AuditTests.nowMs + 1000)
        }
    }

    @Test func declaredLossesAreNoFault() async throws {
        try await audited { audit, _ in
            #expect(audit.verdict == .wholeWithLosses)
            #expect(audit.storedFrames == 99 && audit.storedReports == 1 && audit.declaredLosses == 1)
            #expect(audit.lost == SequenceSet(101...110) && audit.expected == 110 && audit.open.isEmpty)
        }
    }

    @Test func ticksThatMadeNothingAreNoLoss() async throws {
        try await audited(reportsAt: []) { _, fixture in
            try fixture.connection.execute(
                """
                insert into losses (epoch, from_ts, to_ts, ticks, site, agent, cause, noted_by)
                values (\(fixture.epoch.stored), now(), now(), 7, 'site-1', 'agent-1', 'not_sampled', 'agent')
                """)
        } _: { audit, _ in
            #expect(audit.verdict == .whole && audit.unsampledTicks == 7 && audit.declaredLosses == 0)
        }
    }

    /// What an operator, or an attacker, does by hand is found and named.
    @Test(arguments: [
        ("update telemetry set values[1] = values[1] + 1e-9 where seq = 42", 42),
        ("update telemetry set ts = ts + interval '1 microsecond' where seq = 42", 42),
        ("update telemetry set agent_ts = agent_ts - interval '1 ms' where seq = 44", 44),
        ("update telemetry set agent_ts = 'infinity' where seq = 44", 44),
        ("update telemetry set signal_group = 1 where seq = 42", 42),
        ("update telemetry set signal_group = -1 where seq = 42", 42),
        ("update telemetry set quality = '\\x000000' where seq = 42", 42),
        ("update telemetry set quality = '\\x070809' where seq = 42", 42),
        ("update telemetry set values[2] = null where seq = 42", 42),
        ("update telemetry set values = values[1:2] where seq = 42", 42),
        ("update telemetry set chain = null where seq = 42", 42),
        ("update losses set cause = 'damaged'", 50), ("update losses set last_seq = last_seq - 1", 50),
        ("update losses set cause = 'nonsense'", 50), ("update losses set to_ts = to_ts + interval '1 s'", 50),
    ])
    func changedRecordIsNamed(_ sql: String, _ sequence: Int64) async throws {
        try await audited { database, _ in
            try database.psql(sql)
        } _: { audit, _ in
            #expect(audit.verdict == .broken)
            #expect(audit.brokenLinks.contains(sequence))
            // At most the record itself and the one that builds on its link.
            #expect(SequenceSet(sequence...sequence + 1).isSuperset(of: audit.brokenLinks))
            #expect(audit.vanished.isEmpty && audit.unrecorded.isEmpty && audit.doubled.isEmpty)
        }
    }

    @Test func changedLinkIsNamed() async throws {
        try await audited { database, _ in
            try database.psql("update telemetry set chain = chain + 1 where seq = 42")
        } _: { audit, _ in
            #expect(audit.brokenLinks == SequenceSet(42...43))
        }
    }

    @Test func deletedDoubledAndUnrecordedRowsAreNamed() async throws {
        try await audited { database, _ in
            try database.psql("delete from telemetry where seq in (10, 11)")
            try database.psql(
                """
                insert into telemetry (ts, epoch, seq, asset, signal_group, historical, values)
                    select ts + interval '1 s', epoch, seq, asset, signal_group, historical, values from telemetry
                    where seq = 20;
                insert into telemetry (ts, epoch, seq, asset, signal_group, historical, values)
                    select ts, epoch, 500, asset, signal_group, historical, values from telemetry where seq = 30;
                """)
        } _: { audit, _ in
            #expect(audit.verdict == .broken)
            #expect(audit.vanished == SequenceSet(10...11))
            #expect(audit.doubled == SequenceSet(20...20))
            #expect(audit.unrecorded == SequenceSet(500...500))
            #expect(audit.unverifiableLinks == 1)
        }
    }

    @Test func quarantineAndRetentionAreAccountedFor() async throws {
        try await audited { database, fixture in
            try database.psql(
                """
                delete from telemetry where seq in (10, 11, 12);
                insert into quarantine (site, agent, epoch, seq, reason, topic, payload) values
                    ('site-1', 'agent-1', \(fixture.epoch.stored), 10, 'r', 't', ''),
                    ('site-1', 'agent-1', \(fixture.epoch.stored), 11, 'r', 't', ''),
                    ('site-1', 'agent-1', \(fixture.epoch.stored), 11, 'r', 't', ''),
                    ('site-1', 'agent-1', \(fixture.epoch.stored), 12, 'conflict', 't', ''),
                    ('site-1', 'agent-1', null, null, 'r', 't', '');
                insert into losses (site, agent, epoch, first_seq, last_seq, cause, noted_by, from_ts, to_ts)
                    select 'site-1', 'agent-1', \(fixture.epoch.stored), n, n, 'quarantined', 'collector', now(), now()
                    from generate_series(10, 11) n;
                update quarantine set received_at = '2020-01-01' where seq = 10;
                """)
            let limits = Retention.Limits(quarantineDays: 30)
            try Retention.run(fixture.connection, limits, nowMs: AuditTests.nowMs)
        } _: { audit, _ in
            #expect(audit.quarantined == SequenceSet(10...11))
            #expect(audit.expired.isEmpty)
            #expect(audit.vanished == SequenceSet(12...12), "a conflicting record in quarantine hides no hole")
            #expect(audit.declaredLosses == 3)
            #expect(audit.unverifiableLinks == 1 && audit.brokenLinks.isEmpty)
        }
    }

    @Test func dropsOfDaysKeepTheAuditWhole() async throws {
        try await audited(reportsAt: []) { _, fixture in
            try Retention.run(
                fixture.connection, Retention.Limits(telemetryDays: 1), nowMs: AuditTests.nowMs + 2 * Day.lengthMs)
        } _: { audit, _ in
            #expect(audit.verdict == .whole)
            #expect(audit.storedFrames == 0 && audit.expired == SequenceSet(1...100))
        }
    }

    @Test func plainNodesAreOnlyCounted() async throws {
        try await withMigrated { _, connection in
            let fixture = try Fixture(connection)
            _ = try Catalogue.registerStream(connection, site: "site-1", agent: "agent-1", epoch: nil)
            var row = fixture.row(1, at: AuditTests.nowMs)
            row.epoch = nil
            try fixture.store([row])
            let report = try Audit.run(connection, Audit.Choice(site: "site-1", agent: "agent-1"))
            let plain = try #require(report.streams.first { $0.epoch == nil })
            #expect(plain.storedFrames == 1 && plain.verdict == .whole)
            #expect(try Audit.run(connection, Audit.Choice(site: "elsewhere")).streams.isEmpty)
        }
    }

    @Test func journalIsCompared() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let story = Story(fixture.epoch, count: 100)
            try story.store(fixture, 1...90)
            try connection.execute("update streams set made = 100")
            let folder = try TemporaryFolder()
            func audit(_ lines: [String]) throws -> (report: AuditReport, journal: JournalAudit?) {
                try writeFile(folder.path("journal"), lines.joined(separator: "\n"))
                let report = try Audit.run(connection, journal: try AuditJournal(folder.path("journal")))
                return (report, report.streams.first?.journal)
            }
            // The last line has no end: the agent was cut off while writing it.
            let (report, journal) = try audit(story.lines)
            #expect(report.verdict == .open)
            #expect(journal?.records == 99 && journal?.matched == 90 && journal?.isClean == true)
            #expect(journal?.open == SequenceSet(91...99))

            try story.store(fixture, 91...100)
            #expect(try audit(story.lines + [""]).report.verdict == .whole)

            try database.psql(
                "delete from telemetry where seq in (5, 6); update telemetry set values[1] = 0 where seq = 9")
            var lines = story.lines
            lines.remove(at: 39)
            lines[60] = String(lines[60].dropLast()) + (lines[60].hasSuffix("0") ? "1" : "0")
            let changed = try audit(lines + [""])
            #expect(changed.report.verdict == .broken)
            #expect(changed.journal?.missing == SequenceSet(5...6))
            #expect(changed.journal?.different == SequenceSet([9...9, 62...62]))
            #expect(changed.journal?.unknown == SequenceSet(40...40))

            let other = Epoch(bits: 77).map { Story($0, count: 3).lines } ?? []
            let foreign = try audit(story.lines + other + [""])
            #expect(foreign.report.unknownEpochs.values.map { $0 } == [3] && foreign.report.verdict == .broken)
        }
    }

    @Test func journalsInAnyState() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("journal")
        func journal(_ text: String) throws -> AuditJournal {
            try writeFile(path, text)
            return try AuditJournal(path)
        }
        let a = "0000000000000001"
        let b = "0000000000000002"
        #expect(try journal("").epochs.isEmpty)
        let two = try journal("\(a) 1 00000000\n\(b) 1 ffffffff\n\(a) 2 00000000\n\(b) 2 00000000\n")
        #expect(two.epochs.map(\.bits) == [1, 2] && two.counts.values.sorted() == [2, 2] && two.unreadableLines == 0)
        let bad = [
            "", "x", "\(a) 1", "\(a) 1 0000000", "\(a) 1 000000000", "\(a) 0 00000000", "\(a) -1 00000000",
            "\(a) 99999999999999999999 00000000", "0000000000000000 1 00000000", "\(a)  1 00000000",
            "\(a) 1 00000000 ", "\(a) 1 +0000000", "\(a) +1 00000000", "\u{0}", String(repeating: "9", count: 300_000),
        ]
        for line in bad {
            let journal = try journal("\(line)\n\(a) 7 00000000\n\(line)\n\(a) 6 00000000\n\(a) 8 00000000\n")
            #expect(journal.unreadableLines == 3, "\(line.prefix(40))")
            #expect(journal.counts.values.map { $0 } == [2], "\(line.prefix(40))")
        }
        #expect(throws: FileFailure.self) { try AuditJournal(folder.path("absent")) }
        #expect(throws: FileFailure.self) { try AuditJournal(folder.path) }
    }

    /// Many pieces of the file, two epochs taking turns: every record is found again.
    @Test func longJournal() async throws {
        try await withMigrated { _, connection in
            let first = try Fixture(connection)
            let second = try Fixture(connection, agent: "agent-2", epoch: 5)
            let stories = [Story(first.epoch, count: 3000), Story(second.epoch, count: 3000)]
            try stories[0].store(first, 1...3000)
            try stories[1].store(second, 1...3000)
            var lines: [String] = []
            for part in 0..<6 { for story in stories { lines += story.lines[(part * 500)..<(part * 500 + 500)] } }
            let folder = try TemporaryFolder()
            try writeFile(folder.path("journal"), lines.joined(separator: "\n") + "\n")
            let report = try Audit.run(connection, journal: try AuditJournal(folder.path("journal")))
            #expect(report.verdict == .whole)
            #expect(report.streams.map { $0.journal?.matched } == [3000, 3000])
        }
    }
}
