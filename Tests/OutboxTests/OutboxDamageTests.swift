import Model
import Runtime
import TestSupport
import Testing

@testable import Outbox

/// A damaged file costs the damaged rows and no others, and each lost number is reported.
@Suite(.timeLimit(.minutes(10))) struct OutboxDamageTests {
    private static let made: Int64 = 300

    /// An outbox of 300 records, closed in an orderly way, and what was stored in it.
    private func prepared() throws -> (fixture: OutboxFixture, stored: [StoredRecord]) {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open()
        _ = try outbox.layout(asset: "a", kind: "k", group: 0, signals: ["x"])
        var stored: [StoredRecord] = []
        for start in stride(from: 0, to: Int(Self.made), by: 10) {
            stored += try outbox.commit(OutboxFixture.tick(start..<(start + 10)))
        }
        _ = try outbox.commit(OutboxFixture.receipts(Place(life: 1, sequence: 20)))
        return (fixture, stored)
    }

    /// Opens after the damage and checks that every unreceipted number is intact or accounted for.
    private func checkNothingIsMissingSilently(
        _ fixture: OutboxFixture, _ stored: [StoredRecord], _ hint: String
    ) throws -> (intact: Int, lost: Int64) {
        let (outbox, notes) = try fixture.open()
        let contents = try fixture.contents()
        let unreadable = contents.filter { $0.value == nil }.keys.sorted()
        try outbox.declareDamaged(unreadable, nowMs: 0)
        var reported = SequenceSet()
        for report in try outbox.owedReports() where report.epoch == stored[0].epoch {
            if let lost = report.lost { reported.insert(lost) }
        }
        var intact = 0
        for record in stored where record.sequence > 20 {
            if let held = contents.first(where: {
                $0.value?.epoch == record.epoch && $0.key.sequence == record.sequence
            }) {
                #expect(held.value?.body == record.body, "\(hint) \(notes)")
                intact += 1
            } else {
                #expect(
                    reported.contains(record.sequence), "\(record.sequence) is gone without a word: \(hint) \(notes)")
            }
        }
        // The outbox works, and a number of the old epoch is not given again unless the file was sound.
        let next = try outbox.commit(OutboxFixture.tick([1]))
        #expect(next[0].epoch != stored[0].epoch || next[0].sequence == Self.made + 1, "\(hint) \(notes)")
        return (intact, reported.intersection(21...Self.made).count)
    }

    @Test(arguments: Seeds.list(fixed: 30, fresh: 10))
    func randomDamageCostsOnlyWhatItHit(seed: UInt64) throws {
        let (fixture, stored) = try prepared()
        var random = SeededRandom(seed: seed)
        let pages = OutboxFixture.size(of: fixture.databasePath) / 4096
        let hits = 1 + random.below(3)
        for _ in 0..<hits {
            let bytes = (0..<(1 + random.below(200))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            // The first page holds the structure of everything; its loss has a test of its own.
            let offset = 4096 * (1 + random.below(max(1, pages - 1))) + random.below(3_800)
            OutboxFixture.scribble(bytes, over: fixture.databasePath, at: offset)
        }
        let hint = replayHint(seed)
        let (intact, lost) = try checkNothingIsMissingSilently(fixture, stored, hint)
        #expect(Int64(intact) + lost >= Self.made - 20, "\(hint)")
    }

    /// Whichever page breaks: the inner pages of the tree are few, so at most pages the loss is one page of rows.
    @Test func oneBrokenPageCostsTheRowsOnIt() throws {
        let sound = try prepared().fixture
        let pages = OutboxFixture.size(of: sound.databasePath) / 4096
        var losses: [Int64] = []
        for page in 1..<pages {
            let (fixture, stored) = try prepared()
            OutboxFixture.scribble([UInt8](repeating: 0xA5, count: 4096), over: fixture.databasePath, at: page * 4096)
            losses.append(try checkNothingIsMissingSilently(fixture, stored, "page \(page)").lost)
        }
        #expect(losses.filter { $0 <= 12 }.count >= losses.count * 9 / 10, "\(losses)")
    }

    @Test(arguments: [0, 16, 100, 2_000])
    func aBrokenFirstPageLeavesTheReportOfEverything(offset: Int) throws {
        let (fixture, stored) = try prepared()
        OutboxFixture.scribble([UInt8](repeating: 0xFF, count: 90), over: fixture.databasePath, at: offset)
        _ = try checkNothingIsMissingSilently(fixture, stored, "offset \(offset)")
    }

    @Test func anEmptiedFileIsReportedWhole() throws {
        let (fixture, stored) = try prepared()
        _ = try ChildProcess.run("truncate", ["-s", "0", fixture.databasePath])
        let (intact, lost) = try checkNothingIsMissingSilently(fixture, stored, "")
        #expect(intact == 0 && lost == Self.made - 20)
    }

    @Test func aFileThatIsCutOffKeepsWhatIsLeft() throws {
        let (fixture, stored) = try prepared()
        let pages = OutboxFixture.size(of: fixture.databasePath) / 4096
        _ = try ChildProcess.run("truncate", ["-s", "\(pages * 3 / 4 * 4096)", fixture.databasePath])
        let (intact, lost) = try checkNothingIsMissingSilently(fixture, stored, "")
        #expect(intact > 0 && lost > 0 && lost < Self.made / 2, "\(intact) intact, \(lost) lost")
    }

    @Test func theDamagedFileIsKept() throws {
        let (fixture, _) = try prepared()
        let pages = OutboxFixture.size(of: fixture.databasePath) / 4096
        OutboxFixture.scribble(
            [UInt8](repeating: 0xA5, count: 4096), over: fixture.databasePath, at: (pages - 2) * 4096)
        let (_, notes) = try fixture.open()
        guard case .setAside(let path, _, _) = notes.first else {
            Issue.record("expected the file to be set aside, got \(notes)")
            return
        }
        #expect(OutboxFixture.size(of: path) == pages * 4096)
    }

    @Test func aLogWhoseHeadIsGoneIsNoticed() throws {
        let fixture = try OutboxFixture()
        let (outbox, _) = try fixture.open()
        let stored = try outbox.commit(OutboxFixture.tick(0..<10))
        // As after a kill: the log holds the commits, and nobody has closed the file.
        let crashed = try OutboxFixture()
        _ = try ChildProcess.run("cp", ["-a", fixture.path, crashed.path])
        OutboxFixture.scribble([UInt8](repeating: 0, count: 32), over: crashed.databasePath + "-wal", at: 0)
        let (again, notes) = try crashed.open()
        #expect(again.current.epoch != stored[0].epoch, "\(notes)")
        let owed = try again.owedReports()
        #expect(owed.contains { $0.epoch == stored[0].epoch && $0.lost == 1...10 }, "\(owed)")
    }
}
