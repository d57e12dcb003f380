import TestSupport
import Testing

extension SystemTests {
    @Suite("Whole path", .serialized, .timeLimit(.minutes(5)))
    struct WholePath {
        @Test("What agents of all kinds make is stored exactly once")
        func everyKind() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = ["candu", "smr", "caster", "tailings"].map { .init("\($0)-1", kind: $0, rateHz: 10) }
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(40)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole() && finding.made >= 40, "\(finding)")
                    #expect(finding.stored == finding.made, "\(finding)")
                    #expect(finding.unjournalled == 0, "\(finding)")
                }
            }
        }
    }
}
