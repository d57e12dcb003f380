import Glibc
import Outbox
import TestSupport
import Testing

extension SystemTests {
    /// Damage costs the damaged rows, each of them is reported, and the rest is delivered.
    @Suite("Damaged outbox", .serialized, .timeLimit(.minutes(5)))
    struct DamagedOutbox {
        enum Damage: String, CaseIterable {
            case page, bit, bitWhileRunning, truncated, header

            /// The share of the backlog that may be lost by it.
            var most: Double {
                switch self {
                case .page: 0.01
                case .bit, .bitWhileRunning: 0.001
                case .truncated: 0.6
                case .header: 1
                }
            }

            /// Strikes where a record stands that lies past the middle of the backlog.
            func strike(_ agent: AgentUnit, backlog: Int) throws {
                let bytes = try #require(fileBytes(agent.databasePath))
                let body = try storedBody(agent, number: Int64(backlog * 3 / 4))
                // SQLite may have left an older copy in a page's unused room: the record is where any of them is.
                let places = bytes.ranges(of: body).map(\.lowerBound)
                let first = try #require(places.first)
                let file = open(agent.databasePath, O_WRONLY | O_CLOEXEC)
                defer { close(file) }
                switch self {
                case .page:
                    let rubbish = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
                    for place in places { #expect(pwrite(file, rubbish, 4096, place / 4096 * 4096) == 4096) }
                case .bit, .bitWhileRunning:
                    for place in places {
                        let at = place + body.count / 2
                        var byte = bytes[at] ^ 0x10
                        #expect(pwrite(file, &byte, 1, at) == 1)
                    }
                case .truncated: #expect(ftruncate(file, first / 4096 * 4096) == 0)
                case .header: #expect(pwrite(file, [UInt8](repeating: 0, count: 100), 100, 0) == 100)
                }
            }

            private func storedBody(_ agent: AgentUnit, number: Int64) throws -> [UInt8] {
                let reader = try OutboxReader(folder: agent.stateFolder)
                let epoch = try #require(try reader.epochs().first)
                guard case .record(let record) = try reader.records(of: epoch, number...number, limit: 1).first else {
                    throw SupportFailure("\(agent.name) holds no record \(number)")
                }
                return record.body
            }
        }

        @Test("T9: a damaged page, bit, half of the file or header: the rest drains, the loss has its range and cause")
        func damaged() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = Damage.allCases.map { .init("agent-\($0.rawValue)", rateHz: 10) }
                let plant = try Plant(settings)
                let backlog = 5_000
                for (agent, damage) in zip(plant.agents, Damage.allCases) {
                    try PreparedOutbox.fill(agent, frames: backlog)
                    if damage == .bitWhileRunning {
                        try agent.start()
                        try plant.wait("readings beside the backlog") { agent.journal.count > backlog + 5 }
                    }
                    try damage.strike(agent, backlog: backlog)
                }
                try plant.start()
                try plant.waitForFrames(10)
                try plant.drainAndStop()
                for (finding, damage) in zip(try plant.findings(), Damage.allCases) {
                    #expect(finding.isWhole(declaredAllowed: ["damaged", "set_aside"]), "\(damage): \(finding)")
                    let declared = finding.declared.values.reduce(0, +)
                    #expect(
                        declared >= 1 && declared <= Int(damage.most * Double(backlog)) + 1,
                        "\(damage): \(finding)")
                    #expect(
                        finding.made == finding.stored + declared && finding.made > backlog, "\(damage): \(finding)")
                }
                for (agent, damage) in zip(plant.agents, Damage.allCases)
                where damage != .bit && damage != .bitWhileRunning {
                    #expect(agent.unit.log.contains("was damaged and is kept"), "\(agent.unit.logTail())")
                    let kept = try ChildProcess.run("find", [agent.stateFolder, "-name", "outbox-*.db"])
                    #expect(!kept.isEmpty, "the damaged file is kept")
                }
                // And the collector says so, with agent, range and cause.
                let reported = try plant.number(
                    """
                    select count(distinct agent) from losses
                    where first_seq is not null and cause in ('damaged', 'set_aside') and noted_by = 'agent'
                    """)
                #expect(reported == Damage.allCases.count)
                #expect(
                    try plant.number("select count(*) from events where kind = 'loss' and severity = 'critical'") > 0)
            }
        }

        /// What passes every checksum and still means nothing: the row names signals that nobody has declared.
        @Test("T11: a record that cannot be sent is reported as lost, and the queue moves on")
        func undeliverable() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("caster-1", kind: "caster", rateHz: 10)]
                let plant = try Plant(settings)
                let backlog = 500
                try PreparedOutbox.fill(plant.agent, frames: backlog)
                try ChildProcess.run(
                    "python3",
                    [
                        "-c",
                        """
                        import sqlite3, sys
                        with sqlite3.connect(sys.argv[1]) as file:
                            file.execute("update record set layout = 77 where sequence in (1, 250, 251)")
                        """, plant.agent.databasePath,
                    ])
                try plant.start()
                try plant.waitForFrames(backlog + 10)
                try plant.drainAndStop()
                let finding = try plant.findings()[0]
                #expect(finding.isWhole(declaredAllowed: ["damaged"]), "\(finding)")
                #expect(finding.declared == ["damaged": 3] && finding.made == finding.stored + 3, "\(finding)")
                #expect(
                    try plant.sql(
                        """
                        select string_agg(n::text, ' ' order by n) from losses, generate_series(first_seq, last_seq) n
                        where cause = 'damaged' and noted_by = 'agent'
                        """) == "1 250 251")
            }
        }
    }
}
