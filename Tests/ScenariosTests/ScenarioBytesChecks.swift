import Assets
import Model
import Runtime

@testable import Scenarios

/// What must hold for any bytes that say something about scenarios: asked by the tests and by the fuzz target. Nil if
/// it does, else what does not. The first byte says which kind of asset and what the others are.
enum ScenarioBytesChecks {
    static func check(_ bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let rest = Array(bytes.dropFirst())
        let kind = AssetCatalog.all[Int(first / 5) % AssetCatalog.all.count]
        switch first % 5 {
        case 0: return file(rest)
        case 1: return request(rest, kind)
        case 2: return stop(rest)
        case 3: return note(rest)
        default: return announcement(rest, kind)
        }
    }

    /// A file that is accepted has scenarios that a machine of its kind can run to their end.
    private static func file(_ bytes: [UInt8]) -> String? {
        func read() -> Result<ScenarioFile, ConfigFailure> {
            do throws(ConfigFailure) {
                return .success(try ScenarioFile.parse(bytes, name: "x", kinds: AssetCatalog.all))
            } catch {
                return .failure(error)
            }
        }
        let result = read()
        guard result == read() else { return "another result the second time" }
        guard case .success(let file) = result else { return nil }
        guard let kind = AssetCatalog[file.kind], !file.scenarios.isEmpty else { return "accepted without a kind" }
        if Set(file.scenarios.map(\.id)).count != file.scenarios.count { return "two scenarios of one id" }
        for scenario in file.scenarios { if let problem = problem(scenario, kind) { return problem } }
        return nil
    }

    /// Within the limits, and of a kind's own disturbances, at any time.
    private static func problem(_ scenario: DeclaredScenario, _ kind: AssetKind) -> String? {
        guard ScenarioLimits.isID(scenario.id), ScenarioLimits.isTitle(scenario.title) else { return "names" }
        guard (1...ScenarioLimits.mostParts).contains(scenario.parts.count) else { return "parts" }
        for part in scenario.parts {
            if let problem = ScenarioLimits.problems(part, kind).first { return "\(problem)" }
            let ends = part.endNs() ?? 1 << 60
            for ns in [0, 1, ends / 3, ends - 1, ends, ends + 1] {
                for stopped in [nil, 0, ends / 2] {
                    let level = part.level(sinceStartNs: ns, stoppedNs: stopped)
                    if !(0...1).contains(level) { return "a level of \(level) at \(ns)" }
                    if stopped == nil, ns >= ends, part.durationMs != nil, level > 0 { return "level behind the end" }
                }
            }
        }
        return nil
    }

    /// A request that is accepted is within the limits, starts, and means the same when it is written out again.
    private static func request(_ bytes: [UInt8], _ kind: AssetKind) -> String? {
        guard let json = try? JSON(bytes) else { return nil }
        let library = ScenarioLibrary(kind)
        let request: ScenarioRequest
        do throws(ScenarioProblems) {
            request = try ScenarioRequest(json, kind: kind, library: library)
        } catch {
            return error.fields.isEmpty ? "refused without a reason" : nil
        }
        if let problem = problem(request.scenario, kind) { return problem }
        if let run = request.run, !Names.isConfigurable(run) { return "a run \(run)" }
        if let by = request.by, !ScenarioLimits.isOperator(by) { return "an operator \(by)" }
        guard let text = try? JSON(request.text),
            let again = try? ScenarioRequest(text, kind: kind, library: library),
            again.run == request.run, again.by == request.by, again.scenario.parts == request.scenario.parts
        else { return "another request: \(request.text)" }
        return nil
    }

    private static func stop(_ bytes: [UInt8]) -> String? {
        guard let json = try? JSON(bytes), let stop = try? ScenarioStop(json) else { return nil }
        guard Names.isConfigurable(stop.run), let text = try? JSON(stop.text) else { return "a run \(stop.run)" }
        return (try? ScenarioStop(text)) == stop ? nil : "another stop: \(stop.text)"
    }

    private static func note(_ bytes: [UInt8]) -> String? {
        guard let note = ScenarioNote(String(decoding: bytes, as: UTF8.self)) else { return nil }
        return ScenarioNote(note.text) == note ? nil : "another note: \(note.text)"
    }

    private static func announcement(_ bytes: [UInt8], _ kind: AssetKind) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let library = ScenarioLibrary(announcement: text, kind: kind) else { return nil }
        for scenario in library.scenarios { if let problem = problem(scenario, kind) { return problem } }
        // What was longer than may be announced need not come back.
        guard library.announcement.utf8.count <= ScenarioLibrary.longestAnnouncement else { return nil }
        return ScenarioLibrary(announcement: library.announcement, kind: kind) == library
            ? nil : "another library: \(library.announcement)"
    }
}
