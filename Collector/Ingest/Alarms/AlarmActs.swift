public import Analytics
public import Postgres

/// What people and time do to alarms: each in a transaction of its own, by the same machine as the stream's.
public enum AlarmActs {
    /// Does what somebody wants of one alarm; nil if there is none of this number. Throws `AlarmRecord.Refusal` where
    /// it cannot be done now: of two who want the same, the second is told.
    public static func act(
        _ connection: PostgresConnection, alarm number: Int64, _ event: AlarmEvent, who: String, why: String?
    ) throws -> (alarm: AlarmStore.Listed, news: [CommittedAlert])? {
        try connection.transaction {
            guard let alarm = try AlarmStore.lock(connection, number: number),
                let listed = try AlarmStore.list(connection, .init(alarm: number), after: 0, most: 1).first
            else { return nil }
            let nowMs = try AlarmStore.nowMs(connection)
            var desk = AlarmDesk([alarm])
            let key = AlarmDesk.Key(asset: alarm.asset, rule: alarm.rule)
            try desk.act(.init(event.at(nowMs), occurredMs: nowMs, who: who, why: why), on: key, nowMs: nowMs)
            let news = try store(connection, desk, [alarm.asset: AlarmAsset(listed)])
            var after = listed
            after.alarm = desk.alarms[key] ?? alarm
            return (after, news)
        }
    }

    /// Ends shelves whose time has come, at their own time, and lets alarms ask again.
    static func letTimePass(_ connection: PostgresConnection, sites: [String]) throws -> [CommittedAlert] {
        guard !sites.isEmpty else { return [] }
        return try connection.transaction {
            let nowMs = try AlarmStore.nowMs(connection)
            let due = try AlarmStore.lockDue(connection, sites: sites, nowMs: nowMs)
            guard !due.isEmpty else { return [] }
            var desk = AlarmDesk(due)
            for alarm in due {
                let key = AlarmDesk.Key(asset: alarm.asset, rule: alarm.rule)
                // Time is never refused.
                if let untilMs = alarm.record.shelvedUntilMs, untilMs <= nowMs {
                    try desk.act(.init(.shelfExpired, occurredMs: untilMs), on: key, nowMs: nowMs)
                } else if let sinceMs = alarm.acknowledgedMs, let afterMs = alarm.facts.reAlarmMs {
                    try desk.act(.init(.reAlarmed, occurredMs: min(nowMs, sinceMs &+ afterMs)), on: key, nowMs: nowMs)
                }
            }
            var assets: [Int32: AlarmAsset] = [:]
            for asset in try AlarmStore.assets(connection, Set(due.map(\.asset))) {
                assets[asset.number] = AlarmAsset(
                    number: asset.number, id: asset.id, site: asset.site, agent: asset.agent)
            }
            return try store(connection, desk, assets)
        }
    }

    private static func store(
        _ connection: PostgresConnection, _ desk: AlarmDesk, _ assets: [Int32: AlarmAsset]
    ) throws -> [CommittedAlert] {
        try AlarmStore.store(connection, desk, site: { assets[$0]?.site ?? "" }, origin: AlarmWords.origin)
            .compactMap { entry, knownMs in
                guard let asset = assets[entry.asset],
                    let alarm = desk.alarms[AlarmDesk.Key(asset: entry.asset, rule: entry.rule)]
                else { return nil }
                return AlarmWords.alert(entry, alarm, asset, knownMs: knownMs)
            }
    }
}

extension AlarmEvent {
    /// A shelf's time is given as a span; it ends so long after now.
    fileprivate func at(_ nowMs: Int64) -> AlarmEvent {
        guard case .shelved(let spanMs) = self else { return self }
        return .shelved(untilMs: nowMs &+ spanMs)
    }
}

extension AlarmAsset {
    init(_ listed: AlarmStore.Listed) {
        self.init(number: listed.alarm.asset, id: listed.id, site: listed.site, agent: listed.agent)
    }
}

/// What the chores do for alarms, again and again: time, and what was done at other collectors.
struct AlarmChores {
    /// Entries of other collectors that were told already, as far as they may still be read again.
    private var told: Set<Int64> = []
    private var hasBegun = false

    /// What there is to tell.
    mutating func turn(_ connection: PostgresConnection, sites: [String]) throws -> [CommittedAlert] {
        var news: [CommittedAlert] = []
        let others = try AlarmJournal.lately(connection, notBy: AlarmWords.origin)
        // What was there before this collector is no news.
        if hasBegun {
            for other in others where !told.contains(other.entry.number) {
                news.append(
                    AlarmWords.alert(other.entry, other.listed.alarm, AlarmAsset(other.listed), knownMs: other.knownMs))
            }
        }
        hasBegun = true
        told = Set(others.map(\.entry.number))
        return try news + AlarmActs.letTimePass(connection, sites: sites)
    }
}
