import Glibc
import Runtime
import TestSupport
import Testing

extension SystemTests.Controls {
    @Test(
        "synchronous=FULL: a power cut, on a disk of its own",
        .enabled(if: TestDisk.powerObstacle == nil, "\(TestDisk.powerObstacle ?? "")"),
        arguments: Programming.allCases)
    static func powerCut(_ programs: Programming) async throws {
        try await offPool {
            let disk = try TestDisk(.ext4, megabytes: 64)
            defer { disk.close() }
            var agent = AgentUnit.Settings("caster-1", kind: "caster", rateHz: 50)
            agent.stateFolder = "\(disk.path)/state"
            try cutPower(programs, agent) { agent in
                try disk.cutPower()
                agent.kill()
                try disk.restorePower()
            }
        }
    }

    @Test(
        "synchronous=FULL: a power cut, by forgetting what was not synced", arguments: Programming.allCases)
    static func simulatedPowerCut(_ programs: Programming) async throws {
        try await offPool {
            let folder = try ForgetfulFolder()
            var agent = AgentUnit.Settings("caster-1", kind: "caster", rateHz: 50)
            agent.stateFolder = folder.path
            agent.environment = folder.environment
            try cutPower(programs, agent) { agent in
                agent.kill()
                try folder.cutPower()
            }
        }
    }

    /// The agent has accepted readings that nobody else has yet, by its journal on another disk, when the power goes.
    private static func cutPower(
        _ programs: Programming, _ agent: AgentUnit.Settings, _ cut: (AgentUnit) throws -> Void
    ) throws {
        var settings = Plant.Settings()
        settings.agents = [agent]
        programs.apply(.synchronousNormal, to: &settings.agents[0])
        let plant = try Plant(settings)
        try plant.start()
        try plant.waitForFrames(40)
        plant.agent.link.refuse(true)
        plant.agent.link.cut()
        let before = plant.agent.journal.count
        try plant.wait("readings that only the agent has") { plant.agent.journal.count >= before + 100 }
        try cut(plant.agent)
        plant.agent.link.refuse(false)
        try plant.agent.start()
        try plant.waitForFrames(40)
        try judge(plant, programs)
    }
}
