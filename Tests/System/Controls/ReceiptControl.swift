import Glibc
import Runtime
import TestSupport
import Testing

extension SystemTests.Controls {
    /// What ends while readings are on their way into the database.
    enum SuddenEnd: CaseIterable, Sendable { case ofTheCollector, ofCollectorAndPostgreSQL }

    /// Two guards stand one behind the other: a receipt is sent after COMMIT, and an agent keeps for a while what has
    /// a receipt. Without both there is a loss.
    @Test("Receipt only after COMMIT", arguments: SuddenEnd.allCases, Programming.allCases)
    static func receiptBeforeCommit(_ end: SuddenEnd, _ programs: Programming) async throws {
        try await offPool {
            var settings = Plant.Settings()
            settings.agents = [.init("candu-1", rateHz: 20)]
            programs.apply(.noGrace, to: &settings.agents[0])
            programs.apply(.receiptBeforeCommit, to: &settings.collectors[0])
            let plant = try interruptCommit(end, settings)
            try judge(plant, programs, "\(end)")
        }
    }

    @Test("The second guard alone: what was receipted and is not stored comes again", arguments: SuddenEnd.allCases)
    static func receiptBeforeCommitWithGrace(_ end: SuddenEnd) async throws {
        try await offPool {
            var settings = Plant.Settings()
            settings.agents = [.init("candu-1", rateHz: 20)]
            Programming.broken.apply(.receiptBeforeCommit, to: &settings.collectors[0])
            let plant = try interruptCommit(end, settings)
            try judge(plant, .sound, "\(end)")
        }
    }

    /// A transaction is under way that will never be committed.
    private static func interruptCommit(_ end: SuddenEnd, _ settings: Plant.Settings) throws -> Plant {
        var settings = settings
        if end == .ofCollectorAndPostgreSQL { settings.database = .own }
        let plant = try Plant(settings)
        try plant.start()
        try plant.waitForFrames(40)
        plant.collector.databaseLink.hold([.toServer])
        sleep(2)
        plant.collector.kill()
        if end == .ofCollectorAndPostgreSQL { try plant.postgres.stop(.immediate) }
        plant.collector.databaseLink.cut()
        plant.collector.databaseLink.hold([])
        if end == .ofCollectorAndPostgreSQL { try plant.postgres.start() }
        try plant.collector.start()
        try plant.waitForFrames(40)
        return plant
    }
}
