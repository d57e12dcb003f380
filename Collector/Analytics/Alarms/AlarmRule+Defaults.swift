public import Model

/// What every asset has without anybody writing a rule: the alarm ranges of its kind, and the state of its delivery.
extension AlarmRule {
    public static let communicationName = "communication_lost"
    public static let dataLossName = "data_lost"
    public static let anomalyName = "anomaly"

    /// The rules of a kind as its descriptor gives them; nil: an asset of unknown kind, whose signals have no ranges.
    public static func defaults(_ kind: AssetKind?) -> [AlarmRule] {
        var rules: [AlarmRule] = [communication, dataLoss]
        guard let kind else { return rules }
        rules.append(anomaly)
        let heaviest = kind.groups.flatMap(\.signals).map(\.healthWeight).max() ?? 0
        for group in kind.groups {
            for signal in group.signals {
                rules += limits(signal, group, heaviest: heaviest)
                if let stale = stale(signal, group) { rules.append(stale) }
            }
        }
        return rules
    }

    private static var communication: AlarmRule {
        var rule = AlarmRule(communicationName, "No data from the asset", .communication)
        rule.onDelayMs = 10_000
        rule.priority = .high
        rule.alarmClass = "collection"
        rule.consequence = "Nothing is known of the asset; its other alarms may be out of date."
        rule.response = "Ask the site how the asset is; look after agent, link and broker."
        return rule
    }

    private static var dataLoss: AlarmRule {
        var rule = AlarmRule(dataLossName, "Readings are lost for good", .dataLoss)
        rule.priority = .low
        rule.alarmClass = "collection"
        rule.consequence = "There is a hole in the asset's record that nothing will fill."
        rule.response = "See /api/v1/losses for range and cause; give the agent's outbox more room, or its disk."
        return rule
    }

    private static var anomaly: AlarmRule {
        var rule = AlarmRule(anomalyName, "The asset behaves unlike itself", .anomaly(level: 6, deadband: 2))
        rule.offDelayMs = 60_000
        rule.priority = .medium
        rule.consequence = "A fault may be developing that no single limit shows yet."
        rule.response = "Look at the signals named first, and at the likely cause; compare with the asset itself."
        return rule
    }

    /// A limit beyond which the sensor could not be right anyway can never be passed: it gets no rule.
    private static func limits(_ signal: Signal, _ group: SignalGroup, heaviest: Double) -> [AlarmRule] {
        guard signal.form == .number, let range = signal.alarm else { return [] }
        let span = range.upperBound - range.lowerBound
        let share = heaviest > 0 ? signal.healthWeight / heaviest : 0
        let measure = Measure(unit: signal.unit, name: signal.name)
        func rule(_ side: String, _ comparison: Comparison) -> AlarmRule {
            var rule = AlarmRule(
                "\(signal.name)_\(side)", "\(signal.title) \(side)",
                .limit(signal: signal.name, comparison, deadband: span * measure.deadband))
            rule.onDelayMs = measure.delayMs
            rule.offDelayMs = measure.delayMs
            rule.priority = share >= 0.99 ? .high : share >= 0.75 ? .medium : .low
            rule.consequence = "\(signal.title) has left the range in which the asset may be operated."
            rule.response =
                "Check it against related signals; bring it back into range, or the asset into a safe state."
            rule.firstOut = group.name
            return rule
        }
        var rules: [AlarmRule] = []
        if signal.physical.map({ range.upperBound < $0.upperBound }) ?? true {
            rules.append(rule("high", .above(range.upperBound)))
        }
        if signal.physical.map({ range.lowerBound > $0.lowerBound }) ?? true {
            rules.append(rule("low", .below(range.lowerBound)))
        }
        return rules
    }

    private static func stale(_ signal: Signal, _ group: SignalGroup) -> AlarmRule? {
        guard signal.healthWeight > 0 else { return nil }
        var periodS = 1.0
        if case .every(let seconds) = group.cadence { periodS = seconds }
        var rule = AlarmRule(
            "\(signal.name)_stale", "\(signal.title): no good reading",
            .stale(signal: signal.name, afterMs: Int64(max(60, 3 * periodS) * 1000)))
        rule.priority = .low
        rule.alarmClass = "instrument"
        rule.consequence = "The signal cannot be watched: its other alarms are blind."
        rule.response = "Look after the sensor and its cable; watch a related signal until it is back."
        rule.firstOut = "\(group.name) instruments"
        return rule
    }

    /// Deadbands (share of the alarm range) and delays against chatter that practice has found for each sort of
    /// measurement.
    private struct Measure {
        let deadband: Double
        let delayMs: Int64

        init(unit: String, name: String) {
            switch unit {
            case "Cel", "K": (deadband, delayMs) = (0.01, 60_000)
            case "MPa", "kPa", "Pa", "bar": (deadband, delayMs) = (0.01, 3_000)
            case "kg/s", "L/min", "m3/h", "m3/s", "L/s", "t/h": (deadband, delayMs) = (0.02, 3_000)
            default: (deadband, delayMs) = name.contains("level") ? (0.05, 15_000) : (0.02, 5_000)
            }
        }
    }
}
