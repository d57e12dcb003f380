import Runtime

/// The state of conditions as JSON text: what a restart needs, by the names of the rules, so that rules may change.
extension AlarmConditions {
    /// Rules that have nothing to remember are left out.
    public var encoded: String {
        var json = JSONWriter()
        json.object { json in
            json.field("at", latestMs)
            if isInMaintenance { json.field("maintenance", true) }
            json.field(
                "rules",
                object: { json in
                    for (index, state) in states.enumerated() where state != RuleState() || isSuppressionHeld(index) {
                        json.field(rules[index].name, object: { write(state, index, &$0) })
                    }
                })
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(_ state: RuleState, _ rule: Int, _ json: inout JSONWriter) {
        if state.phase != .normal { json.field("phase", state.phase.rawValue) }
        if state.sinceMs != 0 { json.field("since", state.sinceMs) }
        if let value = state.value, value.isFinite { json.field("value", value) }
        if let goodMs = state.goodMs { json.field("good", goodMs) }
        if state.isBlind { json.field("blind", true) }
        if state.isSuppressed { json.field("suppressed", true) }
        if isSuppressionHeld(rule) { json.field("hides", true) }
    }

    /// Goes on from a stored state; does nothing with what `encoded` has not given.
    mutating func restore(_ json: JSON) {
        guard let stored = json["rules"]?.object else { return }
        var states: [String: RuleState] = [:]
        var held: Set<String> = []
        for (name, fields) in stored {
            var state = RuleState()
            state.phase = fields["phase"]?.string.flatMap(RuleState.Phase.init) ?? .normal
            state.sinceMs = fields["since"]?.int ?? 0
            state.value = fields["value"]?.double
            state.goodMs = fields["good"]?.int
            state.isBlind = fields["blind"]?.bool ?? false
            state.isSuppressed = fields["suppressed"]?.bool ?? false
            if fields["hides"]?.bool == true { held.insert(name) }
            states[name] = state
        }
        restore(
            states, suppressions: held, isInMaintenance: json["maintenance"]?.bool ?? false, latestMs: json["at"]?.int)
    }
}
