import Assets
import Model
import Runtime

/// Reads files of rules; docs/alarms.md describes every key.
extension AlarmRuleBook.Chapter {
    /// Longest delays and times: a day, and a month until an alarm asks again.
    private static let longestMs = 86_400_000

    init(_ root: ConfigReader) {
        let ids = AssetCatalog.all.map(\.id) + [AlarmRuleBook.Chapter.generic]
        kind = root.choice("kind", of: ids)
        assets = root.strings("assets", maxBytes: 128)
        keepsDefaults = root.bool("defaults", default: true)
        let known = AssetCatalog[kind]
        let defaults = AlarmRule.defaults(known)
        var seen: Set<String> = []
        entries = []
        for section in root.sectionList("rules") {
            let name = section.name("name")
            if !name.isEmpty, !seen.insert(name).inserted { section.fail("name", "\"\(name)\" is there already") }
            if section.bool("enabled", default: true) {
                entries.append(.on(AlarmRuleBook.Chapter.rule(section, name, known)))
            } else {
                if known != nil, keepsDefaults, assets.isEmpty, !defaults.contains(where: { $0.name == name }) {
                    section.fail(
                        "name",
                        "there is no default rule \"\(name)\" to disable"
                            + NearestName.hint(for: name, in: defaults.map(\.name)))
                }
                entries.append(.off(name))
            }
        }
    }

    private static func rule(_ section: ConfigReader, _ name: String, _ kind: AssetKind?) -> AlarmRule {
        let type = section.choice("type", of: AlarmType.allCases.map(\.rawValue))
        var rule = AlarmRule(name, "", test(section, AlarmType(rawValue: type) ?? .dataLoss, kind))
        rule.title = section.optionalString("title", maxBytes: 200) ?? title(rule, kind)
        // A stale signal is one after its own time, and a loss is one at once.
        if rule.test.type != .stale, rule.test.type != .dataLoss {
            rule.onDelayMs = Int64(section.durationMs("on_delay", in: 0...longestMs, default: 0))
        }
        if rule.test.type != .dataLoss {
            rule.offDelayMs = Int64(section.durationMs("off_delay", in: 0...longestMs, default: 0))
        }
        rule.priority = section.choice("priority", default: AlarmRule.Priority.medium)
        rule.consequence = section.string("consequence", maxBytes: 1_000)
        rule.response = section.string("response", maxBytes: 1_000)
        rule.alarmClass = section.name("class", default: "process")
        rule.isLatching = section.bool("latching", default: false)
        rule.firstOut = section.optionalString("first_out", maxBytes: 100)
        rule.reAlarmMs = section.optionalDurationMs("re_alarm", in: 60_000...31 * longestMs).map(Int64.init)
        if let when = section.optionalSection("suppress_when") {
            let signal = signal(when, "signal", kind)
            if let comparison = comparison(when, signal.flatMap { find($0, kind) }) {
                rule.suppression = AlarmRule.Suppression(signal: signal ?? "", comparison: comparison)
            }
        }
        return rule
    }

    private static func test(_ section: ConfigReader, _ type: AlarmType, _ kind: AssetKind?) -> AlarmRule.Test {
        func name() -> String { signal(section, "signal", kind) ?? "" }
        switch type {
        case .limit:
            let signal = name()
            let comparison = comparison(section, find(signal, kind)) ?? .equals(0)
            if case .equals = comparison { return .limit(signal: signal, comparison, deadband: 0) }
            return .limit(signal: signal, comparison, deadband: deadband(section, find(signal, kind)))
        case .rate:
            let signal = name()
            let overMs = Int64(section.durationMs("over", in: 1_000...longestMs))
            var change = section.optionalDouble("above", in: 0...1e300) ?? 0
            if let falling = section.optionalDouble("below", in: -1e300...0) {
                if section.has("above") { section.fail("below", "is beside above: write two rules") }
                change = falling
            } else if !section.has("above"), !section.has("below") {
                section.fail("above", "is missing: above (rising) or below (falling) says by how much")
            }
            if change == 0, section.has("above") || section.has("below") {
                section.fail(section.has("above") ? "above" : "below", "must not be 0")
            }
            return .rate(
                signal: signal, change: change, overMs: overMs, deadband: deadband(section, nil, most: abs(change)))
        case .discrepancy:
            let signal = name()
            let other = self.signal(section, "other", kind) ?? ""
            if !signal.isEmpty, signal == other { section.fail("other", "must be another signal") }
            if let one = find(signal, kind), let two = find(other, kind), one.unit != two.unit {
                section.fail("other", "is in \(two.unit), but \(signal) is in \(one.unit)")
            }
            let limit = section.double("above", in: 0...1e300)
            return .discrepancy(
                signal: signal, other: other, limit: limit, deadband: deadband(section, nil, most: limit))
        case .anomaly:
            return .anomaly(
                level: section.double("level", in: 1...300, default: 6),
                deadband: section.double("deadband", in: 0...299, default: 2))
        case .stale:
            let signal = name()
            return .stale(signal: signal, afterMs: Int64(section.durationMs("after", in: 1_000...longestMs)))
        case .communication: return .communication
        case .dataLoss: return .dataLoss
        }
    }

    private static func find(_ name: String, _ kind: AssetKind?) -> Signal? {
        kind?.groups.lazy.flatMap(\.signals).first { $0.name == name }
    }

    /// The name of a signal that the kind has; of an unknown kind any name.
    private static func signal(_ section: ConfigReader, _ key: String, _ kind: AssetKind?) -> String? {
        let name = section.string(key, maxBytes: 200)
        guard !name.isEmpty else { return nil }
        if let kind, find(name, kind) == nil {
            let known = kind.groups.flatMap(\.signals).map(\.name)
            section.fail(
                key, "\(Text.quoted(name)) is not a signal of \(kind.id)\(NearestName.hint(for: name, in: known))")
            return nil
        }
        return name
    }

    /// Exactly one of `above`, `below` and `equals`.
    private static func comparison(_ section: ConfigReader, _ signal: Signal?) -> AlarmRule.Comparison? {
        let keys = ["above", "below", "equals"]
        let given = keys.filter(section.has)
        guard let key = given.first else {
            section.fail("above", "is missing: above, below or equals says when")
            return nil
        }
        if given.count > 1 { section.fail(given[1], "is beside \(key): write two rules") }
        if key == "equals" { return .equals(value(section, signal)) }
        let limit = section.double(key, in: -1e300...1e300)
        if let signal, signal.form != .number {
            section.fail(key, "\(signal.name) is no number: write equals")
        }
        if let physical = signal?.physical,
            !(key == "above" ? limit < physical.upperBound : limit > physical.lowerBound)
        {
            section.fail(
                key, "can never be passed: good readings are \(physical.lowerBound) to \(physical.upperBound)")
        }
        return key == "above" ? .above(limit) : .below(limit)
    }

    /// A number, `true` or `false` for flags, a label for categories.
    private static func value(_ section: ConfigReader, _ signal: Signal?) -> Double {
        switch signal?.form {
        case .flag: return section.bool("equals", default: true) ? 1 : 0
        case .category(let labels):
            return Double(labels.firstIndex(of: section.choice("equals", of: labels)) ?? 0)
        case .number, nil: return section.double("equals", in: -1e300...1e300)
        }
    }

    private static func deadband(_ section: ConfigReader, _ signal: Signal?, most: Double = 1e300) -> Double {
        let deadband = section.double("deadband", in: 0...1e300, default: 0)
        let span = signal?.physical.map { $0.upperBound - $0.lowerBound } ?? most
        if deadband > 0, deadband >= span {
            section.fail("deadband", "is so wide that the alarm could never return")
        }
        return deadband
    }

    private static func title(_ rule: AlarmRule, _ kind: AssetKind?) -> String {
        let subject = rule.test.signal.map { find($0, kind)?.title ?? $0 }
        switch rule.test {
        case .limit(_, .above, _): return "\(subject ?? rule.name) high"
        case .limit(_, .below, _): return "\(subject ?? rule.name) low"
        case .limit(_, .equals, _): return subject ?? rule.name
        case .rate(_, let change, _, _): return "\(subject ?? rule.name) \(change < 0 ? "falls" : "rises") fast"
        case .discrepancy(_, let other, _, _):
            return "\(subject ?? rule.name) and \(find(other, kind)?.title ?? other) differ"
        case .stale: return "\(subject ?? rule.name): no good reading"
        case .anomaly: return "The asset behaves unlike itself"
        case .communication: return "No data from the asset"
        case .dataLoss: return "Readings are lost for good"
        }
    }
}
