import Glibc
import Model
import Runtime
import TestSupport
import Testing

@testable import Outbox

/// What a file's life may go through between two openings, and that no number is ever given twice for it.
@Suite(.timeLimit(.minutes(10))) struct OutboxContinuityTests {
    enum Mishap: String, CaseIterable, Sendable {
        case folderRestored, folderReplaced, databaseRestored, databaseOverwritten, folderCloned
        case databaseDeleted, markDeleted, witnessDeleted, logDeleted, everythingDeleted
    }

    @Test(arguments: Mishap.allCases)
    func noNumberIsGivenTwice(mishap: Mishap) throws {
        let fixture = try OutboxFixture()
        var given: [String: [UInt8]] = [:]
        func commit(_ outbox: Outbox, _ numbers: Range<Int>) throws {
            for record in try outbox.commit(OutboxFixture.tick(numbers)) {
                let name = "\(record.epoch):\(record.sequence)"
                #expect(given[name] == nil, "\(mishap): \(name) was given twice")
                given[name] = record.body
            }
        }
        do {
            let (outbox, _) = try fixture.open()
            try commit(outbox, 0..<10)
        }
        try fixture.copyState(to: "backup")
        let old: Epoch
        do {
            let (outbox, _) = try fixture.open()
            old = outbox.current.epoch
            try commit(outbox, 10..<30)
        }
        let database = fixture.databasePath
        switch mishap {
        case .folderRestored: try run("cp -a \(fixture.folder.path)/backup/. \(fixture.path)/")
        case .folderReplaced:
            try run("rm -r \(fixture.path) && cp -a \(fixture.folder.path)/backup \(fixture.path)")
        case .databaseRestored:
            try run("rm -f \(database)* && cp -a \(fixture.folder.path)/backup/outbox.db \(database)")
        case .databaseOverwritten:
            try run("rm -f \(database)-*; cp \(fixture.folder.path)/backup/outbox.db \(database)")
        case .folderCloned:
            try run("cp -a \(fixture.path) \(fixture.path)-clone && rm -r \(fixture.path)")
            try run("mv \(fixture.path)-clone \(fixture.path)")
        case .databaseDeleted: try run("rm -f \(database)*")
        case .markDeleted: try run("rm \(fixture.path)/outbox.mark")
        case .witnessDeleted: try run("rm \(fixture.path)/outbox.witness")
        case .logDeleted: try run("rm -f \(database)-wal \(database)-shm")
        case .everythingDeleted: try run("rm -r \(fixture.path)")
        }
        let (outbox, notes) = try fixture.open()
        try commit(outbox, 30..<40)
        // A clean close leaves no log: then its loss breaks nothing.
        if mishap == .logDeleted {
            #expect(outbox.current.epoch == old)
        } else {
            #expect(outbox.current.epoch != old, "\(mishap): \(notes)")
        }
    }

    @Test func whatTheMarkKnowsAndTheFileDoesNotIsReported() throws {
        let fixture = try OutboxFixture()
        do {
            let (outbox, _) = try fixture.open()
            _ = try outbox.commit(OutboxFixture.tick(0..<10))
        }
        try fixture.copyState(to: "backup")
        let epoch: Epoch
        do {
            let (outbox, _) = try fixture.open()
            _ = try outbox.commit(OutboxFixture.tick(10..<30))
            _ = try outbox.commit(OutboxFixture.receipts(Place(life: 1, sequence: 15)))
            epoch = outbox.current.epoch
        }
        try run("rm -f \(fixture.databasePath)* && cp \(fixture.folder.path)/backup/outbox.db \(fixture.databasePath)")
        let owed = try fixture.open().outbox.owedReports()
        #expect(owed.map(\.lost) == [16...30] && owed.map(\.epoch) == [epoch])
    }

    @Test func aRestoredFolderTellsThatItsLaterNumbersAreUnknown() throws {
        let fixture = try OutboxFixture()
        let epoch: Epoch
        do {
            let (outbox, _) = try fixture.open()
            _ = try outbox.commit(OutboxFixture.tick(0..<10))
            epoch = outbox.current.epoch
        }
        try fixture.copyState(to: "backup")
        try run("cp -a \(fixture.folder.path)/backup/. \(fixture.path)/")
        let owed = try fixture.open().outbox.owedReports()
        #expect(owed.map(\.lost) == [11...Int64.max] && owed.map(\.epoch) == [epoch])
        #expect(owed.map(\.cause) == [.setAside])
    }

    @Test func theOldRecordsKeepTheirNumbersUnderTheirOldEpoch() throws {
        let fixture = try OutboxFixture()
        let before: [StoredRecord]
        do {
            let (outbox, _) = try fixture.open()
            before = try outbox.commit(OutboxFixture.tick(0..<10))
        }
        try fixture.copyState(to: "copy")
        try run("rm -r \(fixture.path) && mv \(fixture.folder.path)/copy \(fixture.path)")
        let (outbox, _) = try fixture.open()
        #expect(outbox.epochs.count == 2)
        let contents = try fixture.contents()
        for record in before { #expect(contents[record.place] == record) }
        _ = try outbox.commit(OutboxFixture.receipts(before[9].place))
        #expect(outbox.epochs.count == 2, "receipted records are kept for a while")
    }

    private func run(_ script: String) throws { _ = try ChildProcess.run("sh", ["-c", script]) }
}
