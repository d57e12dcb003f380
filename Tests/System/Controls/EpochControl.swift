import Glibc
import Runtime
import TestSupport
import Testing

extension SystemTests.Controls {
    enum OutboxMishap: CaseIterable, Sendable { case oldCopyRestored, wiped }

    @Test("A new epoch where continuity is not proven", arguments: OutboxMishap.allCases, Programming.allCases)
    static func noEpoch(_ mishap: OutboxMishap, _ programs: Programming) async throws {
        try await offPool {
            var settings = Plant.Settings()
            settings.agents = [.init("candu-1", rateHz: 20)]
            programs.apply(.noEpoch, to: &settings.agents[0])
            let plant = try Plant(settings)
            let agent = plant.agent
            try plant.start()
            try plant.waitForFrames(20)
            try agent.stop()
            let copy = plant.folder.path("copy")
            try ChildProcess.run("cp", ["-a", agent.stateFolder, copy])
            try agent.start()
            try plant.waitForFrames(40)
            try plant.stopWithoutRest { _ in sleep(1) }
            // Everything is delivered: whatever is missing in the end is lost by what comes now.
            switch mishap {
            case .oldCopyRestored: try Mishaps.restore(agent.stateFolder, from: copy)
            case .wiped: try ChildProcess.run("rm", ["-rf", agent.stateFolder])
            }
            try agent.start()
            // Without a new epoch nothing new may ever be stored: the numbers are taken.
            let before = agent.journal.count
            try plant.wait("60 more records") { agent.journal.count >= before + 60 }
            try judge(plant, programs, "\(mishap)")
        }
    }
}
