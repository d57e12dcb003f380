import Model
import Runtime
import TestSupport
import Testing

@testable import Outbox

@Suite(.timeLimit(.minutes(10))) struct OutboxCommitTests {
    @Test func recordsAreNumberedFromOneAndChained() throws {
        let fixture = try OutboxFixture()
        let (outbox, notes) = try fixture.open()
        #expect(notes == [.created])
        let first = try outbox.commit(OutboxFixture.tick([1, 2]))
        let second = try outbox.commit(OutboxFixture.tick([3]))
        #expect((first + second).map(\.sequence) == [1, 2, 3])
        var chain = ChainHash.start
        for record in first + second {
            chain = ChainHash.next(after: chain, epoch: record.epoch, sequence: record.sequence, record: record.body)
            #expect(record.chain == chain)
        }
        let contents = try fixture.contents()
        #expect(contents.count == 3)
        #expect(contents[Place(life: 1, sequence: 3)] == second[0])
    }

    @Test func aReopenedOutboxGoesOnWhereItWas() throws {
        let fixture = try OutboxFixture()
        var epoch: Epoch?
        for round in 0..<5 {
            let (outbox, notes) = try fixture.open()
            if let epoch {
                #expect(notes == [.continued(epoch)])
            }
            epoch = outbox.current.epoch
            #expect(outbox.current.newest == Int64(round * 2))
            _ = try outbox.commit(OutboxFixture.tick([round * 2, round * 2 + 1]))
        }
        #expect(try fixture.contents().count == 10)
    }

    @Test func aSecondOpeningOfTheSameFolderIsRefused() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open()
        let failure = #expect(throws: OutboxFailure.self) { _ = try fixture.open() }
        #expect(failure?.kind == .locked)
        withExtendedLifetime(outbox) {}
    }

    @Test func receiptsFreeNothingBelowTheGraceAndEverythingUnderPressure() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open(maxBytes: 1 << 20)
        for start in stride(from: 0, to: 400, by: 40) {
            _ = try outbox.commit(OutboxFixture.tick(start..<(start + 40)))
        }
        _ = try outbox.commit(OutboxFixture.receipts(Place(life: 1, sequence: 400)))
        #expect(outbox.current.receipted == 400)
        // 400 records of 332 bytes are less than a quarter of the file.
        #expect(try fixture.contents().count == 400)
        for start in stride(from: 400, to: 12_000, by: 40) {
            _ = try outbox.commit(OutboxFixture.tick(start..<(start + 40)))
            _ = try outbox.commit(OutboxFixture.receipts(Place(life: 1, sequence: Int64(start))))
        }
        let left = try fixture.contents()
        #expect(left.count < 1_000 && left[Place(life: 1, sequence: 12_000)] != nil)
        #expect(outbox.current.newest == 12_000)
    }

    @Test func receiptsForMoreThanThereIsAreClamped() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open()
        _ = try outbox.commit(OutboxFixture.tick([1]))
        _ = try outbox.commit(OutboxFixture.receipts(Place(life: 1, sequence: 99), Place(life: 7, sequence: 1)))
        #expect(outbox.current.receipted == 1 && outbox.current.newest == 1)
    }

    @Test func aFullOutboxThatMustStopStopsAndGoesOnAfterReceipts() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open(maxBytes: 1 << 20)
        var accepted = 0
        var refusal: OutboxFailure?
        while refusal == nil {
            do throws(OutboxFailure) {
                _ = try outbox.commit(OutboxFixture.tick([accepted]))
                accepted += 1
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.kind == .full)
        #expect(outbox.current.newest == Int64(accepted))
        #expect(try fixture.contents().count == accepted)
        // However often it is refused: the report of the pause comes with the readings that end it, not before.
        let pause = Report(cause: .notSampled, epoch: outbox.current.epoch, fromMs: 1, toMs: 2, ticks: 9)
        var next = OutboxFixture.tick([accepted])
        next.owed = [pause]
        for _ in 0..<500 { _ = try? outbox.commit(next) }
        #expect(try outbox.owedReports().isEmpty && outbox.current.newest == Int64(accepted))
        // Receipts make room in the same commit.
        next.receipted = [Place(life: 1, sequence: 100)]
        #expect(try outbox.commit(next).map(\.sequence) == [Int64(accepted) + 1])
        #expect(try outbox.owedReports() == [pause])
    }

    @Test func aFullOutboxThatMayDropReportsEveryDroppedRecord() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open(maxBytes: 1 << 20, whenFull: .dropOldest)
        let made = 6_000
        for start in stride(from: 0, to: made, by: 10) {
            _ = try outbox.commit(OutboxFixture.tick(start..<(start + 10)))
        }
        let owed = try outbox.owedReports()
        #expect(owed.count == 1, "neighbouring losses are one report")
        let held = try fixture.contents().count
        #expect(outbox.dropped > 0 && held + Int(outbox.dropped) == made)
        #expect(owed[0].lost == 1...outbox.dropped && owed[0].cause == .outboxFull)
        var tick = Outbox.Tick()
        tick.sendsOwedReports = true
        let sent = try outbox.commit(tick)
        #expect(try sent.map { try RecordCoding.decode($0.body) } == owed.map { .report($0) })
        #expect(try outbox.owedReports().isEmpty)
        // A report is never dropped to make room.
        for start in stride(from: made, to: made * 2, by: 10) {
            _ = try outbox.commit(OutboxFixture.tick(start..<(start + 10)))
        }
        #expect(try fixture.contents()[sent[0].place] == sent[0])
    }

    @Test func layoutsAreRememberedWithTheRecordsThatNeedThem() throws {
        let fixture = try OutboxFixture()
        do {
            let (outbox, _) = try fixture.open()
            let old = try outbox.layout(asset: "a", kind: "k", group: 0, signals: ["x", "y"])
            _ = try outbox.layout(asset: "a", kind: "k", group: 1, signals: ["z"])
            var tick = Outbox.Tick()
            tick.records = [(old.id, OutboxFixture.frame(1, signals: 2))]
            _ = try outbox.commit(tick)
        }
        let (outbox, _) = try fixture.open()
        #expect(try outbox.layout(asset: "a", kind: "k", group: 0, signals: ["x", "y"]).id == 1)
        #expect(try outbox.layout(asset: "b", kind: "k", group: 0, signals: ["x", "y"]).id == 3)
        #expect(try outbox.layoutsInUse(asset: "b", kind: "k").map(\.id) == [1, 3])
        _ = try outbox.commit(OutboxFixture.receipts(Place(life: 1, sequence: 1)))
        #expect(try outbox.layoutsInUse(asset: "b", kind: "k").map(\.id) == [3])
        #expect(try outbox.layoutsInUse(asset: "a", kind: "k").map(\.id) == [1, 2])
    }

    @Test func theSimulatorsStateIsCommittedWithItsTick() throws {
        let fixture = try OutboxFixture()
        let checkpoint = Checkpoint(asset: "a", kind: "k", seed: 42, tick: 7, words: [1, .max, 3])
        do {
            let (outbox, _) = try fixture.open()
            #expect(try outbox.checkpoint() == nil)
            var tick = OutboxFixture.tick([1])
            tick.checkpoint = checkpoint
            tick.mark = TickMark(tick: 9, timeMs: 123)
            _ = try outbox.commit(tick)
        }
        let (outbox, _) = try fixture.open()
        #expect(try outbox.checkpoint() == checkpoint)
        #expect(try outbox.lastTick() == TickMark(tick: 9, timeMs: 123))
    }

    @Test func aFileThatIsNoOutboxIsRefusedAndLeftAlone() throws {
        let fixture = try OutboxFixture()
        try Files.ensureFolder(fixture.path)
        _ = try ChildProcess.run("cp", [try ChildProcess.find("true"), fixture.folder.path("other")])
        let other = try Database(path: fixture.databasePath, access: .readWrite)
        try other.execute("CREATE TABLE somebody_elses(x); PRAGMA application_id = 77")
        let failure = #expect(throws: OutboxFailure.self) { _ = try fixture.open() }
        #expect(failure?.kind == .configuration)
        #expect(try other.integer("SELECT count(*) FROM somebody_elses") == 0)
    }

    @Test func recordsThatAnotherLifeHasOverwrittenMoveToANewEpoch() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open()
        let before = try outbox.commit(OutboxFixture.tick(1...10))
        var told: [StoredRecord] = []
        try outbox.rebase(unpublishedAfter: 4, except: SequenceSet(6...7), nowMs: 0) { told += $0 }
        #expect(outbox.current.life == 2 && outbox.current.newest == 4)
        let contents = try fixture.contents()
        #expect(contents.count == 10)
        for number in [1, 2, 3, 4, 6, 7] {
            #expect(contents[Place(life: 1, sequence: Int64(number))] == before[number - 1])
        }
        for (index, number) in [5, 8, 9, 10].enumerated() {
            let moved = try #require(contents[Place(life: 2, sequence: Int64(index + 1))] ?? nil)
            #expect(moved.body == before[number - 1].body && moved.epoch == outbox.current.epoch)
            #expect(told[index] == moved)
        }
        // The numbers that nobody will see again are accounted for.
        var tick = Outbox.Tick()
        tick.sendsOwedReports = true
        let reports = try outbox.commit(tick).map { try RecordCoding.decode($0.body) }
        #expect(
            reports
                == [5...5, 8...10].map {
                    .report(Report(cause: .renumbered, epoch: before[0].epoch, lost: $0, fromMs: 0, toMs: 0))
                })
    }
}
