import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("Two collectors", .serialized, .timeLimit(.minutes(5)))
    struct TwinCollectors {
        @Test("The stand-by takes over from a collector that is killed or suspended; the revived one writes nothing")
        func takeOver() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.collectors = [.init(name: "collector-1"), .init(name: "collector-2")]
                settings.agents = [.init("candu-1", rateHz: 10), .init("smr-1", kind: "smr", rateHz: 10)]
                let plant = try Plant(settings)
                let (first, second) = (plant.collectors[0], plant.collectors[1])
                func fence() throws -> Int { try plant.number("select fence from leases where site = '\(plant.site)'") }
                func serves(_ collector: CollectorUnit) -> Bool { (try? collector.get("/-/ready"))?.status == 200 }
                try first.start()
                try plant.wait("the first collector to serve") { first.unit.log.contains("serving a site") }
                for unit in [second.unit] + plant.agents.map(\.unit) { try unit.start() }
                try plant.waitForFrames(10)
                #expect(!second.unit.log.contains("serving a site"))

                // Killed: its lease runs out, and the stand-by has it.
                let before = try fence()
                first.kill()
                try plant.waitForFrames(10)
                #expect(try fence() == before + 1)
                #expect(second.unit.log.contains("serving a site"))

                // Suspended beyond its lease: the other one takes over, and the revived one finds itself fenced.
                try first.start()
                try plant.wait("the first collector to stand by") { first.unit.log.contains("duty is=standBy") }
                second.unit.pause()
                try plant.waitForFrames(10)
                #expect(try fence() == before + 2)
                let stored = plant.storedFrames()
                second.unit.resume()
                try plant.wait("the revived collector to step back") {
                    second.unit.log.contains("no longer serving a site")
                }
                try plant.waitForFrames(20)
                #expect(try fence() == before + 2, "the revived collector has taken nothing back")
                #expect(plant.storedFrames() > stored)
                #expect(serves(first))

                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole() && finding.made > 100, "\(finding)") }
            }
        }

        @Test("A lease that was taken over in the database fences its former holder at the next commit")
        func fenced() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("candu-1", rateHz: 20)]
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(10)
                // Somebody else holds the site for three seconds, as far as the database knows.
                let stranger = "00000000-0000-4000-8000-000000000001"
                try plant.sql(
                    """
                    update leases set holder = '\(stranger)', fence = fence + 1,
                    expires_at = clock_timestamp() + interval '3 seconds' where site = '\(plant.site)'
                    """)
                let stored = plant.storedFrames()
                usleep(1_500_000)
                #expect(plant.storedFrames() == stored, "not one row under a lost lease")
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }
    }
}
