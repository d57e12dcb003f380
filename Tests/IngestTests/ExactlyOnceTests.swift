import Model
import Postgres
import Runtime
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

/// Random histories of two agents and a collector that is killed, of messages that are lost, repeated, reordered and
/// replayed from earlier sessions, of receipts that get lost, of new epochs, of forged records, and of a database that
/// is set back to an older backup. Afterwards every record that was accepted is stored once, or declared as lost.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct ExactlyOnceTests {
    @Test(arguments: Seeds.list(fixed: 3))
    func everythingThatIsKeptIsStoredOnce(seed: UInt64) async throws {
        try await offPool {
            let history = try History(seed: seed, keepsReceipted: true)
            for _ in 0..<120 { try history.step() }
            try history.finish()
            try history.expectEverythingOnce()
        }
    }

    /// Agents that free what is receipted, as a small outbox does: what a restored database has lost then is gone, and
    /// is declared, every number of it.
    @Test(arguments: Seeds.list(fixed: 3))
    func whatIsGoneIsDeclared(seed: UInt64) async throws {
        try await offPool {
            let history = try History(seed: seed, keepsReceipted: false)
            for _ in 0..<120 { try history.step() }
            try history.finish()
            try history.expectEverythingOnce()
        }
    }
}

/// One agent of a history: what it holds, and what it has been told.
private final class Station {
    var agent: TestAgent
    /// By epoch: what has a receipt.
    var receipted: [Epoch: SequenceSet] = [:]
    /// By epoch: what it does not hold any more.
    var freed: [Epoch: SequenceSet] = [:]
    var epochs: [Epoch]
    /// Everything it has ever sent, for replays.
    var captured: [TestMessage] = []
    let keepsReceipted: Bool

    init(_ name: String, keepsReceipted: Bool) throws {
        agent = try TestAgent(name)
        epochs = [agent.epoch]
        self.keepsReceipted = keepsReceipted
    }

    func made(_ epoch: Epoch) -> Int64 { agent.records[epoch]?.keys.max() ?? 0 }

    func held(_ epoch: Epoch) -> SequenceSet {
        guard made(epoch) >= 1 else { return SequenceSet() }
        var held = SequenceSet(1...made(epoch))
        held.subtract(freed[epoch] ?? SequenceSet())
        return held
    }

    /// A receipt frees what it covers, if the agent keeps nothing longer than it must.
    func take(_ receipt: Receipt) {
        guard epochs.contains(receipt.epoch), made(receipt.epoch) >= 1 else { return }
        let settled = receipt.settled.intersection(1...made(receipt.epoch))
        receipted[receipt.epoch, default: SequenceSet()].formUnion(settled)
        if !keepsReceipted { freed[receipt.epoch, default: SequenceSet()].formUnion(settled) }
    }

    func birth() -> [TestMessage] {
        agent.first = held(agent.epoch).min ?? made(agent.epoch) + 1
        agent.receipted = receipted[agent.epoch]?.contiguousFromOne ?? 0
        agent.earlier = [:]
        for epoch in epochs where epoch != agent.epoch {
            if let first = held(epoch).min { agent.earlier[epoch] = first...made(epoch) }
        }
        return agent.birth()
    }

    func message(_ number: Int64, _ epoch: Epoch) throws -> TestMessage {
        let message = try agent.message(number, of: epoch, isHistorical: number < made(epoch))
        captured.append(message)
        return message
    }

    /// What it holds without receipt, over all epochs.
    func pending() -> [(Epoch, Int64)] {
        epochs.flatMap { epoch in
            var open = held(epoch)
            open.subtract(receipted[epoch] ?? SequenceSet())
            return open.ranges.flatMap { Array($0) }.map { (epoch, $0) }
        }
    }
}

private final class History {
    let seed: UInt64
    var random: SeededRandom
    var pipeline: Pipeline?
    var database: String
    /// The last backup: a database, and what each agent had made by then needs no note.
    var backup: String?
    let stations: [Station]
    var heard = 0
    var forged = 0
    let baseMs = Clock.wallMs()
    var tick: Int64 = 0
    var restores = 0

    init(seed: UInt64, keepsReceipted: Bool) throws {
        self.seed = seed
        random = SeededRandom(seed: seed)
        let first = try Pipeline()
        pipeline = first
        database = first.database
        stations = [
            try Station("a", keepsReceipted: keepsReceipted), try Station("b", keepsReceipted: keepsReceipted),
        ]
        try send(stations.flatMap { $0.birth() })
    }

    private func now() throws -> Pipeline {
        if let pipeline { return pipeline }
        let fresh = try Pipeline(database: database, sites: [])
        try fresh.psql("update leases set holder = null")
        try fresh.grant("site-1")
        pipeline = fresh
        heard = 0
        return fresh
    }

    /// Sends, and lets the agents answer what they are asked, until nobody asks any more.
    private func send(_ messages: [TestMessage], losingReceipts: Bool = false) throws {
        let pipeline = try now()
        pipeline.send(messages)
        for _ in 0..<20 {
            let fresh = pipeline.commands[heard...]
            heard = pipeline.commands.count
            var answers: [TestMessage] = []
            for (name, command) in fresh {
                guard let station = stations.first(where: { $0.agent.name == name }) else { continue }
                switch command {
                case .rebirth: answers += station.birth()
                case .receipt(let receipt): if !losingReceipts { station.take(receipt) }
                case .resend(let request):
                    let range = request.range.clamped(to: 1...max(1, station.made(request.epoch)))
                    answers += try station.held(request.epoch).intersection(range).ranges.flatMap { Array($0) }
                        .map { try station.message($0, request.epoch) }
                }
            }
            if answers.isEmpty { return }
            pipeline.send(answers)
        }
    }

    func step() throws {
        let station = stations[random.below(2)]
        switch random.below(100) {
        case 0..<35: try make(station)
        case 35..<50: try sendPending(station)
        case 50..<60: try repeatOld(station)
        case 60..<66: try replay(station)
        case 66..<74: try reorder(station)
        case 74..<80: try gap(station)
        case 80..<85: try send(station.birth())
        case 85..<88:
            try station.agent.beginEpoch()
            station.epochs.append(station.agent.epoch)
            try send(station.birth())
        case 88..<92: pipeline = nil  // the collector is killed; what it had taken and not stored is gone
        case 92..<94: try takeBackup()
        case 94..<96: try restore()
        default: try forge(station)
        }
    }

    private func accept(_ station: Station) {
        for _ in 0...random.below(8) {
            tick += 1
            let timeMs = baseMs + tick
            if random.below(12) == 0 {
                station.agent.accept(
                    .report(
                        Report(
                            cause: .notSampled, epoch: station.agent.epoch, fromMs: timeMs, toMs: timeMs,
                            ticks: Int64(random.below(9)))))
            } else {
                let group = random.below(station.agent.kind.groups.count)
                station.agent.accept(
                    .frame(
                        station.agent.frame(
                            [Double(tick), random.normal(), 1], group: group, atMs: timeMs,
                            random.below(4) == 0 ? [] : station.agent.kind.groups[group].signals.map { _ in .stale })))
            }
        }
    }

    /// New records, sent live; some are lost on the way.
    private func make(_ station: Station) throws {
        let before = station.agent.newest
        accept(station)
        var messages: [TestMessage] = []
        for number in before + 1...station.agent.newest {
            let message = try station.message(number, station.agent.epoch)
            if random.below(8) > 0 { messages.append(message) }
        }
        try send(messages, losingReceipts: random.below(3) == 0)
    }

    private func sendPending(_ station: Station) throws {
        let pending = station.pending().prefix(1 + random.below(60))
        try send(try pending.map { try station.message($0.1, $0.0) }, losingReceipts: random.below(3) == 0)
    }

    /// Records that it still holds, receipted or not.
    private func repeatOld(_ station: Station) throws {
        let epoch = station.epochs[random.below(station.epochs.count)]
        let held = station.held(epoch).ranges.flatMap { Array($0) }
        guard !held.isEmpty else { return }
        try send(
            try (0..<random.below(10)).map { _ in try station.message(held[random.below(held.count)], epoch) })
    }

    /// Messages of any session, byte for byte, as a broker or a thief might bring them again.
    private func replay(_ station: Station) throws {
        guard !station.captured.isEmpty else { return }
        try send((0..<random.below(12)).map { _ in station.captured[random.below(station.captured.count)] })
    }

    private func reorder(_ station: Station) throws {
        let before = station.agent.newest
        accept(station)
        var messages = try (before + 1...station.agent.newest).map { try station.message($0, station.agent.epoch) }
        for index in messages.indices { messages.swapAt(index, random.below(messages.count)) }
        try send(messages)
    }

    /// A message that never comes, and time that passes.
    private func gap(_ station: Station) throws {
        station.agent.skip()
        accept(station)
        try send([try station.message(station.agent.newest, station.agent.epoch)])
        try now().nowMs += 6_000
        try send([])
    }

    private func takeBackup() throws {
        let server = try PostgresServer.shared
        pipeline = nil
        try server.terminateSessions(database: database)
        if let backup { try server.dropDatabase(backup) }
        backup = try server.makeDatabase(template: database)
    }

    /// The backup becomes the database, while the collector is stopped or under its hands. What was stored since is gone.
    private func restore() throws {
        guard let backup else { return }
        let isUnderway = random.below(2) == 0
        if !isUnderway { pipeline = nil }
        let server = try PostgresServer.shared
        try server.dropDatabase(database)
        try server.run("alter database \(backup) rename to \(database)")
        self.backup = nil
        if isUnderway { try pipeline?.databaseWasReplaced() }
        restores += 1
        // Agents find their session ended, and are born anew.
        try send(stations.flatMap { $0.birth() })
    }

    /// Another record under a number that is stored.
    private func forge(_ station: Station) throws {
        // In a session that the collector knows: else the message is none.
        try send(station.birth())
        let pipeline = try now()
        let epoch = station.agent.epoch
        let stored = try pipeline.stream(station.agent).committed.ranges.flatMap { Array($0) }
        guard !stored.isEmpty else { return }
        let number = stored[random.below(stored.count)]
        func entries() throws -> Int64 {
            try pipeline.connection.value(
                "select count(*) from quarantine where epoch = $1 and seq = $2", [.int8(epoch.stored), .int8(number)])
        }
        let isNew = try entries() == 0
        let frame = station.agent.frame([-1], atMs: baseMs)
        try send([try station.agent.message(.frame(frame), number, random.next(), of: epoch)])
        guard isNew else { return }
        forged += 1
        #expect(try entries() == 1, "a forged record vanished; \(replayHint(seed, "ExactlyOnceTests"))")
    }

    /// The world becomes quiet: everything is sent until it is receipted.
    func finish() throws {
        for _ in 0..<30 {
            let pipeline = try now()
            pipeline.nowMs += 6_000
            try send(stations.flatMap { $0.birth() })
            try send([])
            for station in stations {
                try send(try station.pending().map { try station.message($0.1, $0.0) })
            }
            let isSettled = try stations.allSatisfy { station in
                try station.epochs.allSatisfy { epoch in
                    try numbers(station, epoch).map { try pipeline.stream(station.agent, epoch).settled == $0 } ?? true
                }
            }
            if isSettled, stations.allSatisfy({ $0.pending().isEmpty }) { return }
        }
        Issue.record("something is never settled; \(replayHint(seed, "ExactlyOnceTests"))")
    }

    /// What must be settled of an epoch. When the database was set back and the agent has freed all of an earlier epoch,
    /// nobody can know how far that went.
    private func numbers(_ station: Station, _ epoch: Epoch) throws -> SequenceSet? {
        var last = station.made(epoch)
        if epoch != station.agent.epoch, restores > 0, station.held(epoch).isEmpty {
            last = min(last, try now().stream(station.agent, epoch).made)
        }
        return last >= 1 ? SequenceSet(1...last) : nil
    }

    func expectEverythingOnce() throws {
        let pipeline = try now()
        let hint = "\(replayHint(seed, "ExactlyOnceTests")); \(restores) restores, \(forged) forged"
        let audit = try pipeline.audit()
        for station in stations {
            for epoch in station.epochs {
                guard let numbers = try numbers(station, epoch) else { continue }
                let stream = try pipeline.stream(station.agent, epoch)
                #expect(stream.settled == numbers, "\(hint)")
                #expect(stream.committed.count + stream.lost.count == numbers.count, "lost and stored; \(hint)")
                if station.keepsReceipted { #expect(stream.lost.isEmpty, "\(hint)") }
                try expectRows(pipeline, station, epoch, stream, hint)
                let found = try #require(audit.streams.first { $0.epoch == epoch })
                #expect(found.doubled.isEmpty && found.vanished.isEmpty && found.unrecorded.isEmpty, "\(hint)")
                #expect(found.brokenLinks.isEmpty && found.open.isEmpty && found.verdict < .open, "\(found); \(hint)")
            }
        }
        // Each record that came was stored, set aside, or refused as a repeat, and counted as that.
        let counted = try pipeline.psql(
            """
            select count(*) from streams
            where received_frames <> stored_frames + reports + quarantined + duplicates_refused
            """)
        #expect(counted == "0", "\(hint)")
        #expect(try pipeline.psql("select sum(duplicates_refused) > 0 from streams") == "t", "\(hint)")
        #expect(
            try pipeline.psql("select sum(conflicts) = (select count(*) from quarantine) from streams") == "t",
            "\(hint)")
        // Every lost number is told of with its cause.
        let untold = try pipeline.psql(
            """
            select count(*) from streams s where s.lost <> '{}' and not s.lost <@ (
                select range_agg(int8range(first_seq, last_seq, '[]')) from losses l
                where l.site = s.site and l.agent = s.agent and l.epoch = s.epoch)
            """)
        #expect(untold == "0", "\(hint)")
    }

    /// The rows are the records: the same numbers, times, values and links, and no others.
    private func expectRows(
        _ pipeline: Pipeline, _ station: Station, _ epoch: Epoch, _ stream: StreamRecord, _ hint: String
    ) throws {
        let rows = try pipeline.connection.query(
            """
            select t.seq, t.values, t.chain, (extract(epoch from coalesce(t.agent_ts, t.ts)) * 1000)::int8, t.signal_group
            from telemetry t join assets a using (asset) where a.agent = $1 and t.epoch = $2 order by t.seq
            """, [.text(station.agent.name), .int8(epoch.stored)])
        var expected: [Int64: (Frame, UInt64)] = [:]
        for (number, (record, chain)) in station.agent.records[epoch] ?? [:] where stream.committed.contains(number) {
            if case .frame(let frame) = record { expected[number] = (frame, chain) }
        }
        #expect(rows.count == expected.count, "\(hint)")
        for row in rows {
            let (number, values, chain): (Int64, [Double], Int64) = (try row[0], try row[1], try row[2])
            let (timeMs, group): (Int64, Int16) = (try row[3], try row[4])
            guard let (frame, link) = expected.removeValue(forKey: number) else {
                Issue.record("row \(number) of \(epoch) is no record, or there twice; \(hint)")
                continue
            }
            #expect(
                values == frame.values && UInt64(bitPattern: chain) == link && timeMs == frame.timeMs
                    && group == Int16(frame.group), "row \(number); \(hint)")
        }
        #expect(expected.isEmpty, "not stored: \(expected.keys.sorted().prefix(5)); \(hint)")
    }
}
