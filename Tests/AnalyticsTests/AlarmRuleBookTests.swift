import Assets
import Model
import Runtime
import Testing

@testable import Analytics

/// Files of rules: the sample, what they replace, and what is wrong with them, by line.
@Suite struct AlarmRuleBookTests {
    private static let sample =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/configs/alarms/candu.yaml"

    @Test func sampleReplacesAndDisables() throws {
        let kind = try #require(AssetCatalog["candu"])
        let defaults = AlarmRule.defaults(kind)
        #expect(defaults.contains { $0.name == "ambient_temperature_low" })
        let book = try AlarmRuleBook.load([Self.sample])
        let rules = book.rules(asset: "candu-1", kind: kind)
        #expect(Set(rules.map(\.name)).count == rules.count)
        let low = try #require(rules.first { $0.name == "primary_pressure_low" })
        #expect(low.priority == .critical && low.isLatching && low.onDelayMs == 2_000 && low.reAlarmMs == 1_800_000)
        #expect(low.test == .limit(signal: "primary_pressure", .below(9.6), deadband: 0.05))
        #expect(!rules.contains { $0.name == "ambient_temperature_low" })
        #expect(AlarmPlan(rules, kind.groups).unknown == [])
        #expect(book.rules(asset: "x", kind: AssetCatalog["smr"]) == AlarmRule.defaults(AssetCatalog["smr"]))
    }

    /// Every default can be passed by a reading that is good, and names a signal that there is.
    @Test(arguments: AssetCatalog.all.map(\.id)) func defaultsAreSound(id: String) throws {
        let kind = try #require(AssetCatalog[id])
        let rules = AlarmRule.defaults(kind)
        #expect(rules.count > 20 && Set(rules.map(\.name)).count == rules.count)
        #expect(AlarmPlan(rules, kind.groups).unknown == [])
        #expect(rules.allSatisfy { !$0.consequence.isEmpty && !$0.response.isEmpty })
    }

    @Test func filesOfAssetsCountMore() throws {
        let kind = try #require(AssetCatalog["caster"])
        func text(_ head: String, _ after: String) -> String {
            "kind: caster\n\(head)\nrules:\n  - {name: silence, type: communication, on_delay: \(after), "
                + "consequence: c, response: r}\n"
        }
        var book = try AlarmRuleBook.parse(text("assets: [a]", "3s"), name: "one.yaml")
        book.chapters += try AlarmRuleBook.parse(text("defaults: false", "5s"), name: "all.yaml").chapters
        #expect(book.rules(asset: "a", kind: kind).map(\.onDelayMs) == [3_000])
        #expect(book.rules(asset: "b", kind: kind).map(\.onDelayMs) == [5_000])
        #expect(book.key(asset: "a", kind: kind) != book.key(asset: "b", kind: kind))
    }

    @Test(
        arguments: [
            ("type: limit, signal: primary_presure, above: 1", "3", "did you mean \"primary_pressure\""),
            ("type: limit, signal: primary_pressure, abov: 1", "3", "did you mean \"above\""),
            ("type: limt, signal: primary_pressure, above: 1", "3", "did you mean \"limit\""),
            ("type: limit, signal: primary_pressure, above: 1e9", "3", "can never be passed"),
            ("type: limit, signal: primary_pressure, above: 1, below: 0", "3", "write two rules"),
            ("type: limit, signal: primary_pressure", "3", "is missing"),
            ("type: limit, signal: primary_pressure, above: 9, deadband: 1000", "3", "could never return"),
            ("type: rate, signal: primary_pressure, above: 0, over: 1m", "3", "must not be 0"),
            ("type: discrepancy, signal: primary_pressure, other: primary_pressure, above: 1", "3", "another signal"),
            ("type: discrepancy, signal: primary_pressure, other: coolant_flow, above: 1", "3", "but primary_pressure"),
            ("type: stale, signal: primary_pressure, after: 5", "3", "time span"),
            ("type: communication, priority: urgent", "3", "low, medium"),
            ("enabled: false", "3", "no default rule"),
        ])
    func whatIsWrongIsSaid(rule: String, line: String, words: String) throws {
        let text = "kind: candu\nrules:\n  - {name: r, consequence: c, response: r, \(rule)}\n"
        let failure = #expect(throws: ConfigFailure.self) { try AlarmRuleBook.parse(text, name: "r.yaml") }
        let said = failure?.description ?? ""
        #expect(said.contains(words) && said.contains("r.yaml:\(line):"), "\(said)")
    }
}
