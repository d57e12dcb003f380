import Glibc
import Model
import Runtime
import TestSupport

/// Faults of one agent and of its link.
extension ChaosRun {
    private static func onLink(
        _ name: String, _ weight: Int, _ body: @escaping @Sendable (LinkProxy, inout Draw) -> Void
    ) -> Fault {
        Fault(name: name, weight: weight) { run, draw in body(run.plant.agents[draw.agent].link, &draw) }
    }

    /// Of its process or its folder.
    private static func onAgent(
        _ name: String, _ weight: Int, _ body: @escaping @Sendable (AgentUnit, inout Draw) throws -> Void
    ) -> Fault {
        Fault(name: name, weight: weight) { run, draw in
            try run.exclusively([draw.agent]) { try body(run.plant.agents[draw.agent], &draw) }
        }
    }

    private static func onDisk(
        _ name: String, _ weight: Int, _ body: @escaping @Sendable (AgentUnit, TestDisk, inout Draw) throws -> Void
    ) -> Fault {
        Fault(name: name, weight: weight, needs: .disks) { run, draw in
            try run.exclusively([draw.agent]) {
                try body(run.plant.agents[draw.agent], run.disks[draw.agent], &draw)
            }
        }
    }

    /// Puts an old copy of the outbox in the place of the present one, once nothing is in this one alone: what a
    /// person throws away no program can bring back.
    private static func restoreOldOutbox(_ run: ChaosRun, _ draw: inout Draw) throws {
        let (plant, agent) = (run.plant, run.plant.agents[draw.agent])
        let copy = "\(try plant.folder.folder("copies"))/\(agent.name)"
        try agent.stop()
        try ChildProcess.run("rm", ["-rf", copy])
        try ChildProcess.run("cp", ["-a", agent.stateFolder, copy])
        try agent.start()
        draw.pause(500...2_000)
        // The database may be down for a minute, and what was held until then has to be delivered.
        let deadline = Clock.monotonicMs() + 240_000
        while Clock.monotonicMs() < deadline {
            if draw.random.unit() < 0.5 { try agent.stop() } else { agent.kill() }
            if (try? plant.openRecords(agent))?.isEmpty == true {
                try Mishaps.restore(agent.stateFolder, from: copy, databaseOnly: draw.random.unit() < 0.3)
                return try agent.start()
            }
            try agent.start()
            draw.pause(500...2_000)
        }
        throw SupportFailure("\(agent.name) never had everything delivered")
    }

    static let agentFaults: [Fault] = [
        onAgent("agent killed, back at once", 4) { agent, _ in
            agent.kill()
            try agent.start()
        },
        onAgent("agent killed, back later", 3) { agent, draw in
            agent.kill()
            draw.pause(300...2_500)
            try agent.start()
        },
        onAgent("agent killed twice in a row", 2) { agent, draw in
            for _ in 0..<2 {
                agent.kill()
                try agent.start()
                draw.pause(0...400)
            }
        },
        onAgent("agent stopped and started", 2) { agent, _ in
            try agent.stop()
            try agent.start()
        },
        onAgent("agent suspended", 3) { agent, draw in
            agent.unit.pause()
            draw.pause(200...3_000)
            agent.unit.resume()
        },
        Fault(name: "agent's clock stepped and set right", weight: 3) { run, draw in
            let steps: [Int64] = [-3_600, 86_400, -86_400 * 30, 315_360_000, ProgramClock.backTo1970(), 2, -2]
            run.clocks[draw.agent].step(seconds: draw.pick(steps))
            draw.pause(500...3_000)
            run.clocks[draw.agent].step(seconds: 0)
        },
        Fault(name: "agent restarted with a wrong clock", weight: 2) { run, draw in
            run.clocks[draw.agent].step(seconds: draw.pick([ProgramClock.backTo1970(), -3_600, 86_400]))
            try run.exclusively([draw.agent]) {
                run.plant.agents[draw.agent].kill()
                try run.plant.agents[draw.agent].start()
            }
            draw.pause(500...2_000)
            run.clocks[draw.agent].step(seconds: 0)
        },
        Fault(name: "agent's old outbox restored", weight: 2) { run, draw in
            try run.exclusively([draw.agent]) { try restoreOldOutbox(run, &draw) }
        },
        onDisk("agent's power cut", 3) { agent, disk, draw in
            // It lives on for a moment, on a disk that takes nothing more.
            try disk.cutPower()
            draw.pause(0...200)
            agent.kill()
            try disk.restorePower()
            try agent.start()
        },
        onDisk("agent's disk full", 2) { _, disk, draw in
            try disk.fill()
            draw.pause(500...4_000)
            disk.unfill()
        },
        onDisk("agent killed with its disk full", 1) { agent, disk, draw in
            try disk.fill()
            draw.pause(200...1_000)
            agent.kill()
            try agent.start()
            draw.pause(200...2_000)
            disk.unfill()
            // What cannot open its outbox ends, and is started again by whoever runs it.
            if !agent.unit.isRunning { try agent.start() }
        },
        onLink("agent's link reset", 4) { link, _ in link.cut() },
        onLink("agent's link reset again and again", 2) { link, draw in
            for _ in 0..<5 {
                link.cut()
                draw.pause(50...600)
            }
        },
        onLink("agent's link down", 4) { link, draw in
            link.refuse(true)
            link.cut()
            draw.pause(300...4_000)
            link.refuse(false)
        },
        onLink("agent's link stalled both ways", 4) { link, draw in
            link.hold([.toServer, .toClient])
            draw.pause(300...4_000)
            link.hold([])
        },
        onLink("agent's link stalled, then reset", 4) { link, draw in
            link.hold([.toServer, .toClient])
            draw.pause(300...3_000)
            link.cut()
            link.hold([])
        },
        onLink("agent not heard", 3) { link, draw in
            link.hold([.toServer])
            draw.pause(300...4_000)
            if draw.random.unit() < 0.5 { link.cut() }
            link.hold([])
        },
        onLink("agent hears nothing", 3) { link, draw in
            link.hold([.toClient])
            draw.pause(300...4_000)
            if draw.random.unit() < 0.5 { link.cut() }
            link.hold([])
        },
        onLink("agent's link cut within a message", 4) { link, draw in
            link.cut(after: draw.milliseconds(1...4_000), draw.pick([.toServer, .toServer, .toClient]))
            draw.pause(200...1_500)
        },
        onLink("agent's link slow", 2) { link, draw in
            link.delay(milliseconds: draw.milliseconds(50...400))
            draw.pause(1_000...4_000)
            link.delay(milliseconds: 0)
        },
        Fault(name: "agent not heard until it notices", weight: 2, needs: .patience) { run, draw in
            let link = run.plant.agents[draw.agent].link
            link.hold([draw.pick([.toServer, .toClient])])
            draw.pause(15_000...40_000)
            link.hold([])
        },
        onAgent("agent killed with its link down", 3) { agent, draw in
            agent.link.refuse(true)
            agent.link.cut()
            draw.pause(300...1_500)
            agent.kill()
            try agent.start()
            draw.pause(300...1_500)
            agent.link.refuse(false)
        },
    ]
}
