import Assets
import Model
import Postgres
import TestSupport
import Testing

@Suite("Catalogue", .timeLimit(.minutes(10)))
struct CatalogueTests {
    @Test func registrationIsIdempotent() async throws {
        try await withMigrated { database, connection in
            let first = try Fixture(connection)
            let second = try Fixture(connection)
            #expect(first.asset == second.asset)
            #expect(first.stream == second.stream)
            #expect(first.stream.epoch == first.epoch)
            #expect(try Catalogue.signals(connection, first.asset.signalSet) == Fixture.set)
            #expect(try Catalogue.assets(connection) == [first.asset])
            #expect(try Catalogue.streams(connection, site: "site-1") == [first.stream])
            #expect(try Catalogue.streams(connection, site: "elsewhere").isEmpty)
            #expect(try database.psql("select count(*) from sites") == "1")
            // Registering again and again uses up no numbers.
            #expect(try database.psql("select last_value from streams_stream_seq") == "1")
            try Catalogue.setMaintenance(connection, asset: first.asset.asset, true)
            #expect(try Catalogue.assets(connection)[0].isInMaintenance)
        }
    }

    @Test func severalCollectorsRegisterTheSame() async throws {
        try await gated {
            let database = try TestDatabase(isMigrated: true)
            let assets = try inParallel(5) { _ in
                let connection = try database.connect()
                return try (0..<10).map { try Fixture(connection, agent: "agent-\($0)").asset }
            }
            #expect(Set(assets.map { $0.map(\.asset) }).count == 1)
            #expect(Set(assets[0].map(\.asset)).count == 10)
        }
    }

    @Test func severalCollectorsCompeteForAPublicName() async throws {
        try await gated {
            let database = try TestDatabase(isMigrated: true)
            let names = try inParallel(5) { number in
                let connection = try database.connect()
                let set = try Catalogue.registerSignals(connection, Fixture.set)
                return try (0..<10).map { round in
                    try Catalogue.registerAsset(
                        connection, site: "site-\(number)", agent: "a", device: "pump-\(round)", kind: Fixture.set.kind,
                        signalSet: set, title: ""
                    ).id
                }
            }
            for round in 0..<10 {
                let given = names.enumerated().map { ($0.offset, $0.element[round]) }
                #expect(given.count { $0.1 == "pump-\(round)" } == 1, "\(given)")
                #expect(given.allSatisfy { $0.1 == "pump-\(round)" || $0.1 == "site-\($0.0):a:pump-\(round)" })
            }
        }
    }

    @Test func publicNamesAreUnique() async throws {
        try await withMigrated { _, connection in
            let set = try Catalogue.registerSignals(connection, SignalSet(name: "x", kind: "generic", groups: []))
            func id(_ site: String, _ agent: String, _ device: String) throws -> String {
                try Catalogue.registerAsset(
                    connection, site: site, agent: agent, device: device, kind: "generic", signalSet: set, title: ""
                ).id
            }
            #expect(try id("s1", "a1", "pump") == "pump")
            #expect(try id("s1", "a2", "pump") == "s1:a2:pump")
            #expect(try id("s2", "a1", "s2:a2:pump") == "s2:a2:pump")
            #expect(try id("s2", "a2", "pump") == "s2:a2:pump:2")
            #expect(try id("s1", "a1", "pump") == "pump")
            #expect(try id("s1", "a3", "") == "a3")
            #expect(try id("s2", "a3", "") == "s2:a3")
        }
    }

    @Test func deviceThatBecomesAnotherKindKeepsItsNumber() async throws {
        try await withMigrated { _, connection in
            let fixture = try Fixture(connection)
            let other = try Catalogue.registerSignals(connection, SignalSet(name: "y", kind: "generic", groups: []))
            let changed = try Catalogue.registerAsset(
                connection, site: "site-1", agent: "agent-1", device: fixture.asset.device, kind: "generic",
                signalSet: other, title: "New")
            #expect(changed.asset == fixture.asset.asset)
            #expect(changed.id == fixture.asset.id)
            #expect(changed.signalSet == other && changed.kind == "generic" && changed.title == "New")
        }
    }

    @Test func signalsAreOnlyAppended() async throws {
        try await withMigrated { _, connection in
            let number = try Catalogue.registerSignals(connection, Fixture.set)
            var more = Fixture.set
            more.groups[0].signals[0].title = "Water temperature"
            more.groups[0].signals[0].alarmHigh = 101.5
            more.groups[0].signals[2].form = .category(["off", "it's on", "hot", "dry"])
            more.groups[0].signals.append(SignalSet.Entry("level", unit: "%"))
            more.groups.append(SignalSet.Group("rare", [SignalSet.Entry("note", form: .number)]))
            #expect(try Catalogue.registerSignals(connection, more) == number)
            #expect(try Catalogue.signals(connection, number) == more)
            // An older collector knows less; what is stored stays.
            #expect(try Catalogue.registerSignals(connection, Fixture.set) == number)
            #expect(try Catalogue.signals(connection, number).groups[0].signals.count == 4)

            typealias Change = (inout SignalSet) -> Void
            let changes: [Change] = [
                { $0.groups[0].signals.swapAt(0, 1) }, { $0.groups[0].signals.removeFirst() },
                { $0.groups[0].signals[0].form = .flag }, { $0.groups[0].name = "other" },
                { $0.groups[0].signals[2].form = .category(["it's on", "off"]) }, { $0.groups.swapAt(0, 1) },
            ]
            for (index, change) in changes.enumerated() {
                var wrong = Fixture.set
                change(&wrong)
                let failure = try postgresFailure { _ = try Catalogue.registerSignals(connection, wrong) }
                #expect(failure?.disposition == .configuration, "change \(index): \(String(describing: failure))")
            }
        }
    }

    @Test func foreignSignalsAreFoundOrAppended() async throws {
        try await withMigrated { _, connection in
            let set = SignalSet(name: "s:a:d", kind: SignalSet.generic, groups: [])
            let number = try Catalogue.registerSignals(connection, set)
            func places(_ entries: [SignalSet.Entry]) throws -> [Int] {
                try Catalogue.appendSignals(connection, number, group: "data", entries).map(\.position)
            }
            let hostile = "x'); drop table signals; --\u{202E}"
            #expect(try places([.init("a"), .init(hostile), .init("b", form: .text)]) == [0, 1, 2])
            #expect(try places([.init("b", form: .text), .init("c"), .init("a"), .init("c")]) == [2, 3, 0, 3])
            // A metric whose datatype changed is another signal; both stay readable.
            #expect(try places([.init("a", form: .text), .init("a", form: .text), .init("a")]) == [4, 4, 0])
            let stored = try Catalogue.signals(connection, number)
            #expect(stored.groups[0].signals.map(\.name) == ["a", hostile, "b", "c", "a (text)"])
            let tooMany = (0...RecordCoding.maxSignals).map { SignalSet.Entry("m\($0)") }
            #expect(try postgresFailure { _ = try places(tooMany) }?.disposition == .refused)
            #expect(try Catalogue.signals(connection, number) == stored)
        }
    }

    @Test func ourKindsAreStoredAsTheyAre() async throws {
        try await withMigrated { database, connection in
            for kind in AssetCatalog.all {
                let number = try Catalogue.registerSignals(connection, SignalSet(kind))
                #expect(try Catalogue.signals(connection, number) == SignalSet(kind))
                let columns = try database.psql(
                    "select count(*) from information_schema.columns where table_name = '\(kind.id)_readings'")
                #expect(columns == "\(kind.signalCount + 6)")
            }
        }
    }
}
