import Assets
import Model
import Runtime
import TestSupport
import Testing

@testable import Scenarios

/// Requests, announcements and notes as JSON.
@Suite struct ScenarioRequestTests {
    private static let kind = AssetCatalog.all[0]
    private static let library: ScenarioLibrary = {
        var library = ScenarioLibrary(kind)
        library.add(
            DeclaredScenario(
                id: "mix", title: "Mix", kind: kind.id,
                parts: [
                    ScenarioPart("coolant-leak", severity: 0.8, durationMs: 60_000),
                    ScenarioPart("sensor-drift", severity: 0.4, onsetMs: 5_000, durationMs: 60_000),
                ]))
        return library
    }()

    private static func request(_ text: String) throws -> ScenarioRequest {
        try ScenarioRequest(try JSON(text), kind: kind, library: library)
    }

    @Test func byID() throws {
        let plain = try Self.request(#"{"scenario":"coolant-leak"}"#)
        #expect(plain.run == nil && plain.by == nil && plain.scenario == Self.library["coolant-leak"])
        let changed = try Self.request(
            #"{"run":"r-1","by":"Åsa B.","scenario":"coolant-leak","severity":0.25,"onset_s":1.5,"ramp_s":0,"duration_s":null,"recovery_s":7}"#
        )
        #expect(changed.run == "r-1" && changed.by == "Åsa B.")
        #expect(
            changed.scenario.parts == [
                ScenarioPart(
                    "coolant-leak", severity: 0.25, onsetMs: 1_500, rampMs: 0, durationMs: nil, recoveryMs: 7_000)
            ])
        let mix = try Self.request(#"{"scenario":"mix","severity":0.4,"onset_s":10}"#)
        #expect(
            mix.scenario.parts.map(\.severity) == [0.4, 0.2] && mix.scenario.parts.map(\.onsetMs) == [10_000, 15_000])
    }

    @Test func withPartsOfItsOwn() throws {
        let request = try Self.request(
            #"{"scenario":"own","title":"Own","parts":[{"scenario":"coolant-leak","severity":0.3,"duration_s":30},{"scenario":"sensor-stuck","onset_s":5}]}"#
        )
        let usual = Self.library["coolant-leak"]?.parts[0]
        #expect(request.scenario.id == "own" && request.scenario.title == "Own" && request.scenario.parts.count == 2)
        #expect(request.scenario.parts[0].rampMs == usual?.rampMs && request.scenario.parts[0].durationMs == 30_000)
        // The text says everything: whoever reads it needs no library.
        let again = try ScenarioRequest(
            try JSON(request.text), kind: Self.kind, library: ScenarioLibrary(kind: Self.kind.id, scenarios: []))
        #expect(again.scenario.parts == request.scenario.parts && again.scenario.id == "own")
    }

    @Test(arguments: Seeds.list(fixed: 40)) func textsReadBack(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let ids = Self.library.scenarios.map(\.id)
        var changes = DeclaredScenario.Changes()
        changes.severity = 0.001 + 0.999 * random.unit()
        changes.onsetMs = Int64(random.below(100_000_000))
        let scenario = try #require(Self.library[ids[random.below(ids.count)]]).changed(changes)
        let request = ScenarioRequest(run: "r\(seed)", by: "a b", scenario: scenario)
        let again = try Self.request(request.text)
        #expect(again.run == request.run && again.by == "a b" && again.scenario.parts == scenario.parts)
        #expect(again.text == request.text)
    }

    /// A request, and the fields that are named.
    @Test(arguments: [
        ("[]", [""]), ("5", [""]), ("{}", ["/scenario"]), (#"{"scenario":5}"#, ["/scenario"]),
        (#"{"scenario":"coolant-leek"}"#, ["/scenario"]), (#"{"scenario":"Coolant-Leak"}"#, ["/scenario"]),
        (#"{"scenario":"mix","severty":1}"#, ["/severty"]), (#"{"scenario":"mix","severity":0}"#, ["/severity"]),
        (#"{"scenario":"mix","severity":1.01}"#, ["/severity"]), (#"{"scenario":"mix","severity":"1"}"#, ["/severity"]),
        (#"{"scenario":"mix","severity":-1,"onset_s":-1}"#, ["/severity", "/onset_s"]),
        (#"{"scenario":"coolant-leak","ramp_s":1e9}"#, ["/ramp_s"]),
        (#"{"scenario":"coolant-leak","ramp_s":null}"#, ["/ramp_s"]),
        (#"{"scenario":"coolant-leak","duration_s":true}"#, ["/duration_s"]),
        (#"{"scenario":"coolant-leak","ramp_s":0,"duration_s":0,"recovery_s":0}"#, ["/duration_s"]),
        (#"{"scenario":"mix","ramp_s":5}"#, [""]), (#"{"scenario":"mix","title":"Other"}"#, ["/title"]),
        (#"{"scenario":"mix","run":"a/b"}"#, ["/run"]), (#"{"scenario":"mix","run":""}"#, ["/run"]),
        (#"{"scenario":"mix","by":" anna"}"#, ["/by"]), (#"{"scenario":"mix","by":"a\u202eb"}"#, ["/by"]),
        (#"{"scenario":"own","parts":[]}"#, ["/parts"]), (#"{"scenario":"own","parts":{}}"#, ["/parts"]),
        (#"{"scenario":"own","parts":[5]}"#, ["/parts/0"]),
        (#"{"scenario":"own","parts":[{}]}"#, ["/parts/0/scenario"]),
        (#"{"scenario":"own","parts":[{"scenario":"nozzle-clogging"}]}"#, ["/parts/0/scenario"]),
        (
            #"{"scenario":"own","parts":[{"scenario":"sensor-bias"},{"scenario":"sensor-bias","sevrity":1}]}"#,
            ["/parts/1/sevrity"]
        ),
        (#"{"scenario":"own","parts":[{"scenario":"sensor-bias","severity":2}]}"#, ["/parts/0/severity"]),
        (
            #"{"scenario":"own","parts":["#
                + Array(repeating: #"{"scenario":"sensor-bias"}"#, count: 9).joined(separator: ",")
                + "]}", ["/parts"]
        ),
        (
            #"{"scenario":"own","title":"\#(String(repeating: "x", count: 121))","parts":[{"scenario":"sensor-bias"}]}"#,
            ["/title"]
        ),
    ])
    func refusals(text: String, pointers: [String]) {
        do {
            _ = try Self.request(text)
            Issue.record("accepted: \(text)")
        } catch let problems as ScenarioProblems {
            #expect(problems.fields.map(\.pointer) == pointers, "\(problems)")
            #expect(problems.fields.allSatisfy { $0.detail.count > 5 })
        } catch {
            Issue.record(error)
        }
    }

    /// Bytes from anybody: refused or understood, and never more than what is allowed.
    @Test(arguments: Seeds.list(fixed: 20, fresh: 3)) func mutatedRequestsAreRefusedOrSound(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let request = ScenarioRequest(
            run: "r-1", by: "Åsa", scenario: try #require(Self.library["mix"]))
        for _ in 0..<200 {
            var bytes = Array(request.text.utf8)
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert(contentsOf: Array("9e-1\"{}[],:null".utf8).suffix(1 + random.below(12)), at: place)
                }
            }
            guard let json = try? JSON(bytes) else { continue }
            _ = try? ScenarioStop(json)
            guard let sound = try? ScenarioRequest(json, kind: Self.kind, library: Self.library) else { continue }
            #expect(sound.scenario.parts.count <= ScenarioLimits.mostParts, "\(replayHint(seed))")
            for part in sound.scenario.parts {
                #expect(ScenarioLimits.problems(part, Self.kind).isEmpty, "\(part), \(replayHint(seed))")
            }
            let again = try ScenarioRequest(try JSON(sound.text), kind: Self.kind, library: Self.library)
            #expect(again.scenario.parts == sound.scenario.parts, "\(replayHint(seed))")
        }
    }

    @Test func stops() throws {
        let stop = try ScenarioStop(try JSON(#"{"run":"r-1","by":"anna"}"#))
        #expect(stop == ScenarioStop(run: "r-1", by: "anna"))
        #expect(try ScenarioStop(try JSON(stop.text)) == stop)
        for text in ["{}", "[]", #"{"run":5}"#, #"{"run":"*"}"#, #"{"run":"a","x":1}"#, #"{"run":"a","by":""}"#] {
            #expect(throws: ScenarioProblems.self, "\(text)") { try ScenarioStop(try JSON(text)) }
        }
    }

    @Test(arguments: AssetCatalog.all) func announcementsReadBack(kind: AssetKind) throws {
        let library = ScenarioLibrary(kind)
        #expect(library.announcement.utf8.count < 8_192)
        #expect(ScenarioLibrary(announcement: library.announcement, kind: kind) == library)
        #expect(ScenarioLibrary(announcement: "{}", kind: kind) == nil)
        #expect(ScenarioLibrary(announcement: String(repeating: "[", count: 70_000), kind: kind) == nil)
        // What this version could not start is not offered.
        let newer = library.announcement.replacing("\"\(kind.scenarios[0].id)\"", with: "\"meteorite\"")
        #expect(ScenarioLibrary(announcement: newer, kind: kind)?.scenarios.count == library.scenarios.count - 1)
    }

    @Test func notesReadBack() throws {
        var run = ScenarioRun(
            id: "r-1", try #require(Self.library["mix"]), source: .command, by: "Åsa", startNs: 0, acceptedMs: 1_000)
        run.onsetMs = 2_000
        run.stoppedMs = 3_000
        run.stoppedBy = "bert"
        for phase in ScenarioEvent.Phase.allCases {
            let note = ScenarioNote(ScenarioEvent(phase, run, reason: phase == .refused ? "no \"room\"" : nil))
            let again = try #require(ScenarioNote(note.text))
            #expect(again.phase == phase && again.run == "r-1" && again.scenario == "mix" && again.by == "Åsa")
            #expect(again.onsetMs == 2_000 && again.stoppedMs == 3_000 && again.endedMs == nil && again.severity == 0.8)
            #expect(again.reason == note.reason && again.stoppedBy == "bert" && again.source == .command)
            #expect(try JSON(again.parts) == (try JSON(note.parts)))
        }
        for text in ["", "{}", "[]", "x", #"{"phase":"onset"}"#] { #expect(ScenarioNote(text) == nil, "\(text)") }
        for event in [ScenarioEvent.reset(timeMs: 5), .unknown("r", by: "anna", timeMs: 5)] {
            #expect(ScenarioNote(ScenarioNote(event).text)?.scenario == ScenarioRun.unknownScenario)
        }
    }
}
