import Glibc
import Model
import Runtime
import Sparkplug
import TestSupport
import Testing

extension SystemTests {
    /// No receipt without a commit: while the database is away or full, agents keep everything.
    @Suite("Database away", .serialized, .timeLimit(.minutes(5)))
    struct DatabaseAway {
        /// The highest number that any receipt on the wire has settled, and how many receipts there were.
        private static func receipts(_ messages: [HostileClient.Message]) -> (count: Int, highest: Int64) {
            let receipts = messages.compactMap { message -> Receipt? in
                guard let payload = try? Payload(decoding: message.payload) else { return nil }
                return payload.metrics.first { $0.name == MetricName.receipt }.flatMap { metric in
                    guard case .scalar(.string(let text)) = metric.value else { return nil }
                    return Receipt(text)
                }
            }
            return (receipts.count, receipts.compactMap(\.settled.max).max() ?? 0)
        }

        /// Runs the plant, takes the database away, and sees that the agents keep what it cannot take.
        private static func check(
            _ plant: Plant, seconds: UInt32, away: () throws -> Void, back: () throws -> Void
        ) throws {
            let listener = try HostileClient(
                port: plant.broker.port, subscribing: ["spBv1.0/\(plant.site)/NCMD/#"], keeping: 100_000)
            try plant.start()
            try plant.waitForFrames(20)
            try away()
            // What was on its way when it happened.
            sleep(2)
            let held = plant.agents.map { $0.statusNumber("receipted") ?? 0 }
            let heard = DatabaseAway.receipts(listener.messages)
            let made = plant.agents.map(\.journal.count)
            try plant.wait("the collector to be known as not ready") {
                (try? plant.collector.get("/-/ready"))?.status == 503
            }
            sleep(seconds)
            let after = DatabaseAway.receipts(listener.messages)
            #expect(after == heard, "not one receipt while nothing can be committed")
            for (index, agent) in plant.agents.enumerated() {
                #expect(agent.journal.count > made[index] + 10, "\(agent.name) goes on sampling")
                #expect(agent.unit.isRunning && plant.collector.unit.isRunning)
                let now = try agent.status()
                #expect((now["receipted"]?.int ?? -1) <= max(held[index], heard.highest))
            }
            try back()
            try plant.waitForFrames(20)
            try plant.wait("the collector to be ready") { (try? plant.collector.get("/-/ready"))?.status == 200 }
            try plant.drainAndStop()
            for finding in try plant.findings() { #expect(finding.isWhole() && finding.made > 60, "\(finding)") }
        }

        private static let agents: [AgentUnit.Settings] = [
            .init("candu-1", rateHz: 10), .init("tailings-1", kind: "tailings", rateHz: 10),
        ]

        @Test("T3: while the database is down nothing is receipted; agents keep their records, then they drain")
        func down() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(database: .own, agents: DatabaseAway.agents))
                try DatabaseAway.check(plant, seconds: 4) {
                    try plant.postgres.stop(.immediate)
                } back: {
                    try plant.postgres.start()
                }
            }
        }

        @Test(
            "While the database's disk is full nothing is receipted; with room again everything drains",
            .enabled(if: TestDisk.obstacle == nil))
        func diskFull() async throws {
            try await offPool {
                let disk = try TestDisk(.memory, megabytes: 64)
                let plant = try Plant(Plant.Settings(database: .own, agents: DatabaseAway.agents))
                defer {
                    plant.postgres.kill()
                    disk.close()
                }
                let folder = "\(disk.path)/space"
                mkdir(folder, 0o700)
                if let user = ChildProcess.User.unprivileged { chown(folder, user.uid, user.gid) }
                try plant.postgres.run("create tablespace small location '\(folder)'")
                try plant.postgres.run("alter database \(plant.database) set tablespace small")
                let filler = "\(disk.path)/filler"
                try DatabaseAway.check(plant, seconds: 4) {
                    let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                    defer { close(file) }
                    let zeros = [UInt8](repeating: 0, count: 1 << 16)
                    for size in [1 << 16, 512] { while write(file, zeros, size) == size {} }
                    // Rows are still taken where pages have room: more than the free space map can hold.
                    try plant.wait("commits that fail for want of room") {
                        plant.collector.unit.log.contains("53100")
                    }
                } back: {
                    unlink(filler)
                }
            }
        }
    }
}
