import Model
import TestSupport
import Testing

@testable import Assets

/// What every kind of asset must hold, whatever it simulates.
@Suite struct AssetKindTests {
    /// Those of the catalogue, and the one that docs/adding-an-asset-kind.md adds.
    static let kinds = AssetCatalog.all + [.kettle]

    @Test func theCatalogueKnowsTheFourKinds() {
        #expect(AssetCatalog.all.map(\.id) == ["candu", "smr", "caster", "tailings"])
        #expect(AssetCatalog["caster"]?.title == "Continuous slab caster")
        #expect(AssetCatalog["nothing"] == nil)
    }

    @Test(arguments: kinds) func descriptorsAreWellFormed(_ kind: AssetKind) {
        let signals = kind.groups.flatMap(\.signals)
        #expect((1...72).contains(signals.count), "\(signals.count) signals")
        #expect(kind.groups.count <= 32)
        #expect(Set(signals.map(\.name)).count == signals.count, "names are unique")
        #expect(Set(kind.groups.map(\.name)).count == kind.groups.count)
        for signal in signals {
            #expect(isSnakeCase(signal.name), "\(signal.name)")
            #expect(!signal.title.isEmpty && (0...9).contains(signal.decimals), "\(signal.name)")
            #expect(signal.healthWeight >= 0, "\(signal.name)")
            if let normal = signal.normal, let alarm = signal.alarm {
                #expect(
                    alarm.lowerBound <= normal.lowerBound && normal.upperBound <= alarm.upperBound, "\(signal.name)")
            }
            for range in [signal.normal, signal.alarm] {
                guard let range, let physical = signal.physical else { continue }
                #expect(
                    physical.lowerBound <= range.lowerBound && range.upperBound <= physical.upperBound, "\(signal.name)"
                )
            }
        }
        #expect(signals.contains { $0.healthWeight > 0 })
    }

    @Test(arguments: kinds) func scenariosNameSignalsThatExist(_ kind: AssetKind) {
        #expect(Set(kind.scenarios.map(\.id)).count == kind.scenarios.count)
        for scenario in kind.scenarios {
            #expect(!scenario.effects.isEmpty, "\(scenario.id)")
            for effect in scenario.effects { #expect(kind.place(of: effect.signal) != nil, "\(effect.signal)") }
        }
    }

    @Test(arguments: kinds) func theSameSeedGivesTheSameReadings(_ kind: AssetKind) {
        var first = Recording(kind, seed: 7)
        var second = Recording(kind, seed: 7)
        var other = Recording(kind, seed: 8)
        var differs = false
        for _ in 0..<50 {
            first.advance(1)
            second.advance(1)
            other.advance(1)
            let frames = first.readAll()
            let twin = second.readAll()
            #expect(same(frames, twin))
            if !same(frames, other.readAll()) { differs = true }
        }
        #expect(differs)
    }

    @Test(arguments: kinds) func readingsDoNotDependOnHowOftenTheyAreTaken(_ kind: AssetKind) {
        var every10 = Recording(kind, seed: 3)
        every10.advance(600)
        let expected = every10.readAll()
        for rate in [0.1, 1.0, 3.0, 10.0, 50.0] {
            var recording = Recording(kind, seed: 3)
            for tick in 0..<Int(600 * rate) {
                recording.advance(1 / rate)
                if tick % 7 == 0 { _ = recording.readAll() }
            }
            // A third of a second has no end in nanoseconds: 1800 of them may fall one nanosecond short of a step.
            if rate == 3 { recording.advance(1e-6) }
            let frames = recording.readAll()
            #expect(same(frames, expected), "read at \(rate) Hz")
        }
        let again = every10.readAll()
        #expect(same(again, expected), "read twice")
    }

    @Test(arguments: kinds) func aRestoredSimulatorContinuesBitForBit(_ kind: AssetKind) {
        var original = Recording(kind, seed: 11)
        for index in kind.scenarios.indices { original.disturbances[index] = 0.3 }
        for _ in 0..<200 {
            original.advance(1)
            _ = original.readAll()
        }
        var restored = Recording(kind, seed: 11)
        restored.disturbances = original.disturbances
        let words = original.save()
        let isComplete = restored.restore(words)
        #expect(isComplete)
        let (expected, got) = (original.readAll(), restored.readAll())
        #expect(same(got, expected))
        for tick in 0..<300 {
            if tick == 100 {
                for index in kind.scenarios.indices { original.disturbances[index] = 0 }
                restored.disturbances = original.disturbances
            }
            original.advance(1)
            restored.advance(1)
            let (expected, got) = (original.readAll(), restored.readAll())
            #expect(same(got, expected), "tick \(tick)")
        }
        let (end, restoredEnd) = (original.save(), restored.save())
        #expect(end == restoredEnd)
    }

    @Test(arguments: kinds) func aTruncatedStateIsNoticed(_ kind: AssetKind) {
        var recording = Recording(kind, seed: 1)
        let words = recording.save()
        let isComplete = recording.restore(Array(words.dropLast()))
        #expect(!isComplete)
    }

    @Test(arguments: kinds) func groupsOnChangeCarryNoNoise(_ kind: AssetKind) {
        var recording = Recording(kind, seed: 5)
        for group in kind.groups.indices where kind.groups[group].cadence == .onChange {
            recording.advance(1)
            let first = recording.read(group)
            var changes = 0
            for _ in 0..<60 {
                recording.advance(1)
                if !same([recording.read(group)], [first]) { changes += 1 }
            }
            #expect(changes == 0, "\(kind.groups[group].name)")
        }
    }

    /// What the page says is what is compiled here.
    @Test func thePageOnAddingAKindIsTrue() throws {
        let folder = String(#filePath).split(separator: "/").dropLast(1).joined(separator: "/")
        let source = try #require(fileText("/\(folder)/KettleKind.swift"))
        let page = try #require(fileText("/\(folder)/../../docs/adding-an-asset-kind.md"))
        let parts = page.split(separator: "```swift\n", omittingEmptySubsequences: false).dropFirst().map { part in
            String(part[..<(part.firstRange(of: "```")?.lowerBound ?? part.endIndex)])
        }
        #expect(parts.count == 3)
        let code = try #require(source.firstRange(of: "/// The physics"))
        #expect(parts.joined(separator: "\n") == source[code.lowerBound...])
    }

    private func same(_ left: [Frame], _ right: [Frame]) -> Bool {
        left.map { RecordCoding.encode(.frame($0)) } == right.map { RecordCoding.encode(.frame($0)) }
    }

    private func isSnakeCase(_ name: String) -> Bool {
        guard let first = name.utf8.first, first >= 97, first <= 122, name.utf8.count <= 48 else { return false }
        return name.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }
    }
}
