/// One disturbance of an asset and its course in time: nothing until `onset`, rising over `ramp`, held for `duration`,
/// and gone after `recovery`.
public struct ScenarioPart: Sendable, Equatable {
    /// The disturbance's id in `AssetKind.scenarios`.
    public var scenario: String
    /// Its full strength, above 0 to 1.
    public var severity: Double
    /// From the scenario's start to the first effect, in milliseconds of the asset's time; so are all that follow.
    public var onsetMs: Int64
    public var rampMs: Int64
    /// At full strength; nil = until somebody stops it.
    public var durationMs: Int64?
    public var recoveryMs: Int64

    public init(
        _ scenario: String, severity: Double = 1, onsetMs: Int64 = 0, rampMs: Int64 = 0, durationMs: Int64? = nil,
        recoveryMs: Int64 = 0
    ) {
        self.scenario = scenario
        self.severity = severity
        self.onsetMs = onsetMs
        self.rampMs = rampMs
        self.durationMs = durationMs
        self.recoveryMs = recoveryMs
    }

    static let nsPerMs: Int64 = 1_000_000
    private static let secondNs: Int64 = 1_000_000_000

    private var onsetNs: Int64 { onsetMs * ScenarioPart.nsPerMs }
    private var rampNs: Int64 { rampMs * ScenarioPart.nsPerMs }
    private var recoveryNs: Int64 { recoveryMs * ScenarioPart.nsPerMs }
    /// From onset to the beginning of the recovery.
    private var heldNs: Int64? { durationMs.map { rampNs + $0 * ScenarioPart.nsPerMs } }

    /// The strength at a time since the scenario's start, `stoppedNs` after which it was stopped.
    ///
    /// Slopes are climbed in steps of a second, counted from where they begin, each at its mean: what an asset feels
    /// does not depend on how often it is looked at.
    public func level(sinceStartNs nowNs: Int64, stoppedNs: Int64? = nil) -> Double {
        let since = nowNs - onsetNs
        guard since >= 0 else { return 0 }
        if let stoppedNs {
            let stopped = stoppedNs - onsetNs
            guard stopped > 0 else { return 0 }
            if stopped <= since, heldNs.map({ stopped < $0 }) ?? true {
                return falling(from: rising(stopped), since - stopped)
            }
        }
        if let heldNs, since >= heldNs { return falling(from: severity, since - heldNs) }
        return rising(since)
    }

    /// When it is over, since the scenario's start; nil if only a stop ends it.
    public func endNs(stoppedNs: Int64? = nil) -> Int64? {
        if let stoppedNs {
            let stopped = stoppedNs - onsetNs
            guard stopped > 0 else { return stoppedNs }
            if heldNs.map({ stopped < $0 }) ?? true { return stoppedNs + recoveryNs }
        }
        return heldNs.map { onsetNs + $0 + recoveryNs }
    }

    private func rising(_ ns: Int64) -> Double {
        guard ns < rampNs else { return severity }
        return severity * min(1, ScenarioPart.middle(ns) / Double(rampMs))
    }

    private func falling(from peak: Double, _ ns: Int64) -> Double {
        guard ns < recoveryNs else { return 0 }
        return peak * max(0, 1 - ScenarioPart.middle(ns) / Double(recoveryMs))
    }

    /// The middle of the second, in milliseconds.
    private static func middle(_ ns: Int64) -> Double { (Double(ns / secondNs) + 0.5) * 1000 }
}
