import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import Ingest

/// What PostgreSQL refuses for its data is set aside and receipted; it blocks neither its stream nor others. What it
/// refuses for other reasons is tried again, and nothing is receipted before.
@Suite(.timeLimit(.minutes(10)))
struct PoisonTests {
    /// Two agents that are born, in one database.
    private struct World {
        let pipeline: Pipeline
        var bad: TestAgent
        var good: TestAgent
        let baseMs = Clock.wallMs()

        init() throws {
            pipeline = try Pipeline()
            bad = try TestAgent("bad")
            good = try TestAgent("good")
            pipeline.send(bad.birth() + good.birth())
        }

        /// Sends frames of both agents in one batch: of the bad one with these first values.
        mutating func sendBoth(_ values: [Double]) throws {
            var messages: [TestMessage] = []
            for (index, value) in values.enumerated() {
                let timeMs = baseMs + Int64(index)
                let poisoned = bad.accept(.frame(bad.frame([value], atMs: timeMs)))
                let sound = good.accept(.frame(good.frame([1], atMs: timeMs)))
                messages += [try bad.message(poisoned), try good.message(sound)]
            }
            pipeline.send(messages)
        }
    }

    private static let refuse666 = "alter table telemetry add constraint no_devil check (values[1] <> 666)"

    @Test func aRowThatIsRefusedIsSetAsideAndTheOthersAreStored() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.refuse666)
            try world.sendBoth([1, 666, 2, 666, 3])
            let bad = try world.pipeline.stream(world.bad)
            #expect(bad.committed == SequenceSet(1...5) && bad.lost.isEmpty)
            #expect(try world.pipeline.stream(world.good).storedFrames == 5)
            #expect(
                try world.pipeline.psql("select stored_frames, quarantined from streams where agent = 'bad'") == "3|2")
            #expect(world.pipeline.receipts("bad").last?.settled == SequenceSet(1...5))
            #expect(world.pipeline.fed.frames.count { $0.asset.agent == "bad" } == 3)
            // What was set aside is there as it came, with its place and the reason.
            let entries = try world.pipeline.psql(
                "select seq, device, topic, reason like '%no_devil%', length(payload) > 100 from quarantine order by seq"
            )
            let topic = "spBv1.0/site-1/DDATA/bad/bad"
            #expect(entries == "2|bad|\(topic)|t|t\n4|bad|\(topic)|t|t")
            #expect(
                try world.pipeline.psql("select cause, first_seq, last_seq, noted_by from losses order by 2")
                    == "quarantined|2|2|collector\nquarantined|4|4|collector")
            #expect(world.pipeline.fed.alerts.contains { $0.kind == "quarantine" && $0.agent == "bad" })
            // The audit says so, and finds nothing that has vanished.
            let audit = try world.pipeline.audit()
            #expect(audit.verdict == .wholeWithLosses)
            #expect(audit.streams.first { $0.agent == "bad" }?.quarantined == SequenceSet([2...2, 4...4]))
        }
    }

    @Test func whatWasSetAsideIsTheMessageAsItCame() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.refuse666)
            let number = world.bad.accept(.frame(world.bad.frame([666], atMs: world.baseMs)))
            let message = try world.bad.message(number)
            world.pipeline.send([message])
            let hex = message.payload.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(try world.pipeline.psql("select encode(payload, 'hex') from quarantine") == hex)
        }
    }

    @Test func aPoisonedRecordThatComesAgainIsARepeat() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.refuse666)
            let number = world.bad.accept(.frame(world.bad.frame([666], atMs: world.baseMs)))
            for _ in 0..<3 { world.pipeline.send([try world.bad.message(number, isHistorical: true)]) }
            #expect(try world.pipeline.psql("select count(*) from quarantine") == "1")
            #expect(
                try world.pipeline.psql("select duplicates_refused, conflicts from streams where agent = 'bad'")
                    == "2|0")
        }
    }

    /// Every class of errors that is about data: by constraint, by type, by a trigger of somebody's own.
    @Test(arguments: ["22003", "22021", "22P02", "22008", "23502", "23514", "23P01", "44000", "54000", "P0001"])
    func classesOfDataAreSetAside(state: String) async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.trigger("new.values[1] = 666", state))
            try world.sendBoth([1, 666, 2])
            #expect(try world.pipeline.psql("select seq from quarantine") == "2")
            #expect(try world.pipeline.stream(world.bad).committed == SequenceSet(1...3))
            #expect(try world.pipeline.stream(world.good).storedFrames == 3)
        }
    }

    /// Every class that says nothing of the data: the batch waits, is stored as a whole, and only then receipted.
    @Test(arguments: ["40001", "40P01", "53100", "53200", "55P03", "57014", "58030", "25006", "XX000", "42P01"])
    func otherClassesAreWaitedFor(state: String) async throws {
        try await offPool {
            var world = try World()
            // A sequence is not rolled back: the third attempt succeeds.
            try world.pipeline.psql("create sequence attempts")
            try world.pipeline.psql(
                PoisonTests.trigger("new.values[1] = 666 and nextval('attempts') <= 2", state))
            try world.sendBoth([1, 666, 2])
            #expect(try world.pipeline.psql("select count(*) from quarantine") == "0")
            #expect(try world.pipeline.psql("select last_value from attempts") == "3")
            #expect(try world.pipeline.stream(world.bad).storedFrames == 3)
            #expect(world.pipeline.receipts("bad").last?.settled == SequenceSet(1...3))
            #expect(world.pipeline.writerState.failingForMs(atMs: Clock.monotonicMs()) == nil)
        }
    }

    @Test func aDeferredConstraintIsFoundToo() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(
                PoisonTests.function("new.values[1] = 666", "23514")
                    + """
                    create constraint trigger late after insert on telemetry deferrable initially deferred
                        for each row execute function refuse();
                    """)
            try world.sendBoth([1, 666, 2])
            #expect(try world.pipeline.psql("select seq from quarantine") == "2")
            #expect(try world.pipeline.stream(world.good).storedFrames == 3)
        }
    }

    @Test func aReportThatIsRefusedIsSetAside() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql("alter table losses add check (ticks <> 13)")
            let report = Report(
                cause: .notSampled, epoch: world.bad.epoch, fromMs: world.baseMs, toMs: world.baseMs, ticks: 13)
            let number = world.bad.accept(.report(report))
            let sound = world.good.accept(.frame(world.good.frame(atMs: world.baseMs)))
            world.pipeline.send([try world.bad.message(number), try world.good.message(sound)])
            #expect(try world.pipeline.psql("select seq, topic from quarantine") == "1|spBv1.0/site-1/NDATA/bad")
            #expect(try world.pipeline.psql("select reports, quarantined from streams where agent = 'bad'") == "0|1")
            #expect(try world.pipeline.stream(world.good).storedFrames == 1)
            #expect(try world.pipeline.audit().verdict == .wholeWithLosses)
        }
    }

    @Test func aDayThatRetentionHasDroppedIsMadeAgain() async throws {
        try await offPool {
            var world = try World()
            let day = Day(timeMs: world.baseMs)
            try world.sendBoth([1])
            try world.pipeline.psql("drop table telemetry_\("\(day)".filter { $0 != "-" })")
            try world.sendBoth([2])
            #expect(try world.pipeline.psql("select count(*) from quarantine") == "0")
            #expect(try world.pipeline.psql("select count(*) from telemetry") == "2")
        }
    }

    /// Somebody has set the ranges back by hand: the row is there already.
    @Test func aRowThatIsThereAlreadyHealsTheRanges() async throws {
        try await offPool {
            var world = try World()
            try world.sendBoth([1, 2, 3])
            try world.pipeline.psql("update streams set committed = '{[1,2)}' where agent = 'bad'")
            let next = try Pipeline(database: world.pipeline.database, sites: [])
            try world.pipeline.psql("update leases set holder = null")
            try next.grant("site-1")
            next.send(world.bad.birth())
            next.send([try world.bad.message(2, isHistorical: true), try world.bad.message(3, isHistorical: true)])
            #expect(try next.stream(world.bad).committed == SequenceSet(1...3))
            #expect(try next.psql("select count(*) from quarantine") == "0")
            #expect(
                try next.psql(
                    "select count(*) from telemetry where asset = (select asset from assets where id = 'bad')") == "3")
            #expect(try next.audit().verdict == .whole)
        }
    }

    @Test func whatCannotEvenBeSetAsideStaysOpen() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.refuse666)
            try world.pipeline.psql("alter table quarantine add check (false)")
            try world.sendBoth([1, 666, 2])
            #expect(try world.pipeline.stream(world.bad).committed == SequenceSet([1...1, 3...3]))
            #expect(world.pipeline.receipts("bad").last?.settled == SequenceSet([1...1, 3...3]))
            #expect(try world.pipeline.stream(world.good).storedFrames == 3)
            #expect(try world.pipeline.audit().verdict == .open)
            // When the operator has repaired it, what comes again is stored.
            try world.pipeline.psql("alter table telemetry drop constraint no_devil")
            world.pipeline.send([try world.bad.message(2, isHistorical: true)])
            #expect(try world.pipeline.stream(world.bad).committed == SequenceSet(1...3))
            #expect(try world.pipeline.audit().verdict == .whole)
        }
    }

    /// Somebody's constraint refuses everything: what is set aside is bounded, and the rest waits at the agents.
    @Test func whatIsSetAsideIsBounded() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.refuse666)
            try world.sendBoth(Array(repeating: 666, count: 1_500))
            let stream = try world.pipeline.stream(world.bad)
            #expect(stream.committed.count == 200)
            #expect(try world.pipeline.psql("select count(*) from quarantine") == "200")
            #expect(try world.pipeline.audit().streams.first { $0.agent == "bad" }?.open.count == 1_300)
            // Of the good ones none is lost either: what waits is sent again.
            let good = try world.pipeline.stream(world.good)
            var missing = SequenceSet(1...1_500)
            missing.subtract(good.committed)
            let again = missing.ranges.flatMap { Array($0) }
            world.pipeline.send(try again.map { try world.good.message($0, isHistorical: true) })
            #expect(try world.pipeline.stream(world.good).storedFrames == 1_500)
        }
    }

    @Test func aPlainNodesRowIsSetAsideWithoutANumber() async throws {
        try await offPool {
            var world = try World()
            try world.pipeline.psql(PoisonTests.refuse666)
            let plain = PlainNode("plain")
            world.pipeline.send(plain.birth(["pressure": 1]))
            world.pipeline.send([plain.data(["pressure": 2], seq: 1), plain.data(["pressure": 666], seq: 2)])
            try world.sendBoth([3])
            #expect(try world.pipeline.psql("select agent, epoch, seq from quarantine") == "plain||")
            #expect(try world.pipeline.psql("select count(*) from generic_readings where signal = 'pressure'") == "2")
            #expect(try world.pipeline.stream(world.bad).storedFrames == 1)
        }
    }

    // MARK: -

    private static func function(_ condition: String, _ state: String) -> String {
        """
        create function refuse() returns trigger language plpgsql as $$ begin
            if \(condition) then raise exception 'refused by the test' using errcode = '\(state)'; end if;
            return new;
        end $$;

        """
    }

    private static func trigger(_ condition: String, _ state: String) -> String {
        function(condition, state)
            + "create trigger refuse before insert on telemetry for each row execute function refuse()"
    }
}
