public import Model
import Runtime

/// The conditions of an asset's alarms, live and late.
///
/// Live frames decide about alarms. Frames from a backlog are judged beside them, from where the asset was when it was
/// cut off: they say what would have been, in their own order, and change nothing that is live.
public struct AlarmWatch: Sendable {
    public private(set) var live: AlarmConditions
    /// Whether frames come.
    public private(set) var isOnline = false
    private var late: AlarmConditions?
    /// `late` has begun to follow a backlog.
    private var isFollowing = false
    /// Where the live frames began after the backlog that `late` follows.
    private var lateUntilMs = AlarmWatch.noTimeMs
    private var isUnsaved = false

    /// A backlog is at its end when no more than this is missing.
    private static let endMs: Int64 = 60_000
    /// Before every other time, and far enough from the end of the numbers to be reckoned with.
    private static let noTimeMs = Int64.min / 2

    public init(rules: [AlarmRule], groups: [SignalGroup]) {
        live = AlarmConditions(rules: rules, groups: groups)
    }

    public var rules: [AlarmRule] { live.rules }

    /// One frame. What `isLate` frames change is only to be noted.
    public mutating func take(
        group: Int, timeMs: Int64, values: UnsafeBufferPointer<Double>, qualities: [Quality], isLate: Bool,
        into changes: inout [AlarmChange]
    ) {
        if isLate {
            if late == nil { late = live }
            isFollowing = true
            late?.take(group: group, timeMs: timeMs, values: values, qualities: qualities, into: &changes)
            return
        }
        if !isOnline {
            isOnline = true
            if !isFollowing || (late?.latestMs ?? .min) >= lateUntilMs - AlarmWatch.endMs {
                late = live
                isFollowing = false
                isUnsaved = true
            }
            lateUntilMs = timeMs
            live.cameBack(atMs: timeMs)
            live.communication(isLost: false, sinceMs: timeMs, timeMs: timeMs, into: &changes)
        }
        live.take(group: group, timeMs: timeMs, values: values, qualities: qualities, into: &changes)
    }

    public mutating func wentOffline() { isOnline = false }

    /// The asset has sent nothing since then, and it was waited for long enough.
    public mutating func communicationLost(sinceMs: Int64, timeMs: Int64, into changes: inout [AlarmChange]) {
        live.communication(isLost: true, sinceMs: sinceMs, timeMs: timeMs, into: &changes)
    }

    public mutating func dataLost(_ count: Int64, timeMs: Int64, into changes: inout [AlarmChange]) {
        live.dataLost(count, timeMs: timeMs, into: &changes)
    }

    public mutating func setMaintenance(_ isOn: Bool, timeMs: Int64, into changes: inout [AlarmChange]) {
        live.setMaintenance(isOn, timeMs: timeMs, into: &changes)
    }

    /// See `AlarmConditions.anomaly`.
    public mutating func anomaly(
        _ surprise: Double, timeMs: Int64, note: String?, isLate: Bool, into changes: inout [AlarmChange]
    ) {
        if isLate {
            if late == nil { late = live }
            isFollowing = true
            late?.anomaly(surprise, timeMs: timeMs, note: note, into: &changes)
        } else {
            live.anomaly(surprise, timeMs: timeMs, note: note, into: &changes)
        }
    }

    // MARK: - Restart

    /// The state to store where it has changed since the last call; nil otherwise.
    public mutating func takeUnsaved() -> String? {
        let isChanged = live.takeUnsaved() != nil || isUnsaved
        let isLateChanged = late?.takeUnsaved() != nil
        isUnsaved = false
        return isChanged || isLateChanged ? encoded : nil
    }

    public var isDirty: Bool { isUnsaved || live.isUnsaved || late?.isUnsaved == true }

    private var encoded: String {
        var json = JSONWriter()
        json.object { json in
            json.key("live")
            json.raw(Array(live.encoded.utf8))
            if let late {
                json.key("late")
                json.raw(Array(late.encoded.utf8))
                json.field("until", lateUntilMs)
                json.field("follows", isFollowing)
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Goes on from what is stored: `active` are the rules whose alarms are active, which decides about what is live.
    /// Returns those for which there is no rule any more: their alarms are to be cleared.
    public mutating func restore(_ text: String?, active: [String]) -> [String] {
        let json = text.flatMap { try? JSON(Array($0.utf8), limits: .init(bytes: 1 << 22, depth: 8, values: 400_000)) }
        if let stored = json?["live"] { live.restore(stored) }
        if let stored = json?["late"] {
            late = live
            late?.restore(stored)
            lateUntilMs = json?["until"]?.int ?? AlarmWatch.noTimeMs
            isFollowing = json?["follows"]?.bool ?? false
        }
        live.agree(with: Set(active))
        let names = Set(rules.map(\.name))
        return active.filter { !names.contains($0) }
    }

    /// A frame from before a restart.
    public mutating func remember(
        group: Int, timeMs: Int64, values: UnsafeBufferPointer<Double>, qualities: [Quality]
    ) {
        live.remember(group: group, timeMs: timeMs, values: values, qualities: qualities)
    }
}
