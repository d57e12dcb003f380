import Analytics
import Postgres

/// Alarms: the changes of a batch, brought to their rows by the machine.
extension WriteTransaction {
    /// What has become of the alarms, for the feed. The rows are locked from here to the end of the transaction.
    func applyAlarms(_ connection: PostgresConnection) throws -> [CommittedAlert] {
        try AlarmConditionStore.write(connection, batch.alarmStates.mapValues(\.text))
        return try changeAlarms(connection) + openFaults(connection)
    }

    private func changeAlarms(_ connection: PostgresConnection) throws -> [CommittedAlert] {
        guard !batch.alarms.isEmpty else { return [] }
        var wanted: [AlarmDesk.Key: AlarmStore.Wanted] = [:]
        var assets: [Int32: AlarmAsset] = [:]
        var raisedSites: Set<String> = []
        for news in batch.alarms {
            assets[news.asset.number] = news.asset
            let key = AlarmDesk.Key(asset: news.asset.number, rule: news.rule)
            if wanted[key] == nil {
                wanted[key] = AlarmStore.Wanted(asset: key.asset, rule: key.rule, facts: news.facts)
            }
            if news.change.kind == .raised, !news.isLate { raisedSites.insert(news.asset.site) }
        }
        let alarms = try AlarmStore.lock(connection, Array(wanted.values))
        let oldestMs = batch.alarms.map(\.change.timeMs).min() ?? 0
        let recent =
            raisedSites.isEmpty
            ? [:]
            : try AlarmStore.recent(connection, sites: raisedSites.sorted(), sinceMs: oldestMs - AlarmDesk.floodMs)
        var desk = AlarmDesk(alarms, recent: recent)
        for news in batch.alarms {
            if news.isLate {
                desk.note(late: news.change, asset: news.asset.number, rule: news.rule)
            } else {
                desk.take(
                    news.change, asset: news.asset.number, rule: news.rule, facts: news.facts, site: news.asset.site)
            }
        }
        let stored = try AlarmStore.store(
            connection, desk, site: { assets[$0]?.site ?? "" }, origin: AlarmWords.origin)
        return stored.compactMap { entry, knownMs in
            guard let asset = assets[entry.asset],
                let alarm = desk.alarms[AlarmDesk.Key(asset: entry.asset, rule: entry.rule)]
            else { return nil }
            return AlarmWords.alert(entry, alarm, asset, knownMs: knownMs)
        }
    }

    /// Faults that are new; of those that are open already only the evidence is renewed.
    private func openFaults(_ connection: PostgresConnection) throws -> [CommittedAlert] {
        try batch.faults.compactMap { entry in
            guard let number = try Faults.open(connection, entry.finding),
                let fault = try Faults.list(connection, .init(fault: number), before: nil, most: 1).first
            else { return nil }
            return AlarmWords.alert(fault, "found by the collector")
        }
    }
}
