import Glibc
import Model
import TestSupport
import Testing

extension SystemTests {
    @Suite("Restored outbox", .serialized, .timeLimit(.minutes(5)))
    struct RestoredOutbox {
        /// What somebody may do to the folder of an agent with an old copy of it.
        enum Mishap: String, CaseIterable, Sendable {
            case wholeFolder, databaseOnly, copiedWhileRunning
        }

        @Test("An old copy of the outbox begins a new epoch: no number is used twice", arguments: Mishap.allCases)
        func restored(_ mishap: Mishap) async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("candu-1", rateHz: 20)]
                let plant = try Plant(settings)
                let agent = plant.agent
                try plant.start()
                try plant.waitForFrames(20)
                if mishap != .copiedWhileRunning { try agent.stop() }
                let copy = plant.folder.path("copy")
                try ChildProcess.run("cp", ["-a", agent.stateFolder, copy])
                if mishap != .copiedWhileRunning { try agent.start() }
                try plant.waitForFrames(40)
                try agent.stop()
                try Mishaps.restore(agent.stateFolder, from: copy, databaseOnly: mishap == .databaseOnly)
                try agent.start()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                let epochs = agent.journal.epochs.count
                #expect(epochs == 2, "\(mishap): \(epochs) epochs")
                for finding in try plant.findings() {
                    // Everything was delivered before the copy came back, so nothing at all may be missing.
                    #expect(finding.isWhole(), "\(mishap): \(finding)")
                    #expect(finding.stored == finding.made, "\(mishap): \(finding)")
                }
            }
        }
    }
}

/// What people do to folders.
enum Mishaps {
    static func restore(_ folder: String, from copy: String, databaseOnly: Bool = false) throws {
        if databaseOnly {
            for suffix in ["", "-wal", "-shm"] { unlink("\(folder)/outbox.db\(suffix)") }
            try ChildProcess.run("cp", ["-a", "\(copy)/outbox.db", "\(folder)/outbox.db"])
        } else {
            try ChildProcess.run("rm", ["-rf", folder])
            try ChildProcess.run("cp", ["-a", copy, folder])
        }
    }
}
