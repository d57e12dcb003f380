import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("Service manager", .serialized, .timeLimit(.minutes(2)))
    struct ServiceManager {
        @Test("Both programs tell systemd that they are ready, alive and stopping; a program that hangs falls silent")
        func notifies() async throws {
            try await offPool {
                let (agentSocket, collectorSocket) = (try NotifySocket(), try NotifySocket())
                var settings = Plant.Settings()
                settings.collectors[0].environment = ["NOTIFY_SOCKET": collectorSocket.path]
                settings.agents = [.init("candu-1", rateHz: 10)]
                settings.agents[0].environment = ["NOTIFY_SOCKET": agentSocket.path]
                let plant = try Plant(settings)
                try plant.start()
                for (socket, unit) in [(agentSocket, plant.agent.unit), (collectorSocket, plant.collector.unit)] {
                    try plant.wait("\(unit.name) ready and alive") {
                        socket.lines.first == "READY=1" && socket.lines.count { $0 == "WATCHDOG=1" } >= 3
                    }
                    #expect(socket.lines.contains { $0.hasPrefix("STATUS=") && $0.count > 10 })
                    unit.pause()
                    let heard = socket.lines.count
                    usleep(1_500_000)
                    #expect(socket.lines.count <= heard + 1, "a suspended \(unit.name) says nothing")
                    unit.resume()
                    try plant.wait("\(unit.name) alive again") { socket.lines.count > heard + 1 }
                    #expect(!socket.lines.contains("STOPPING=1"))
                    #expect(try unit.end(SIGTERM) == .code(0))
                    #expect(socket.lines.last { !$0.hasPrefix("WATCHDOG") } == "STOPPING=1")
                }
            }
        }
    }
}
