import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("Schema", .serialized, .timeLimit(.minutes(2)))
    struct SchemaVersions {
        @Test("A database that is newer, or was made by another program: a clear error and exit status 1")
        func wrongVersion() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings())
                let migrate = [Programs.collector(), "migrate", "--config", plant.collector.configPath]
                let dry = try ChildProcess.run(migrate[0], Array(migrate.dropFirst()) + ["--dry-run"])
                #expect(dry.contains("would apply 1"))
                #expect(try plant.sql("select to_regclass('telemetry') is null") == "t", "nothing was changed")
                #expect(try ChildProcess.run(migrate[0], Array(migrate.dropFirst())).contains("applied 1"))
                #expect(try ChildProcess.run(migrate[0], Array(migrate.dropFirst())).contains("up to date"))

                try plant.sql("insert into schema_migrations (version, name, checksum) values (99, 'future', 'x')")
                try refused(plant, "newer than this program")
                try plant.sql("update schema_migrations set checksum = 'other' where version = 2")
                try refused(plant, "made by another program")
            }
        }

        private func refused(_ plant: Plant, _ words: String) throws {
            try plant.collector.start()
            #expect(try plant.collector.unit.waitForExit() == .code(1), "\(plant.collector.unit.logTail())")
            #expect(plant.collector.unit.log.contains(words), "\(plant.collector.unit.logTail())")
            #expect(!plant.collector.unit.log.contains("online"))
        }

        @Test("With migrate: manual a collector waits for the migration, says which command, and then serves")
        func manual() async throws {
            try await offPool {
                var settings = Plant.Settings(agents: [.init("candu-1", rateHz: 10)])
                settings.collectors[0].migrates = false
                let plant = try Plant(settings)
                try plant.start()
                try plant.wait("the collector to ask for the migration") {
                    plant.collector.unit.log.contains("bellwether-collector migrate --config")
                }
                #expect(plant.collector.unit.isRunning)
                try ChildProcess.run(Programs.collector(), ["migrate", "--config", plant.collector.configPath])
                try plant.waitForFrames(5)
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }
    }
}
