import Analytics
import Assets
import Model
import Postgres
import Runtime

/// Alarms: what conditions make of frames and of silence goes into the batch; the writer brings it to the alarms' rows
/// in the same transaction.
extension Ingestor {
    /// An asset that has fallen silent, and when that becomes an alarm, by the monotonic clock.
    struct Silence {
        let sinceMs: Int64
        let dueMs: Int64
    }

    /// The frame in `reading`.
    func watchAlarms(_ asset: AssetState, _ timeMs: Int64) {
        guard hasAlarms(asset) else { return }
        let head = reading.head
        let qualities = reading.isNotAllGood ? Array(reading.qualities[..<head.count]) : []
        reading.values.withUnsafeBufferPointer { values in
            watchAlarms(
                asset, group: head.group, timeMs, UnsafeBufferPointer(rebasing: values[..<head.count]), qualities,
                isLate: head.isHistorical)
        }
    }

    func watchAlarms(
        _ asset: AssetState, group: Int, _ timeMs: Int64, _ values: UnsafeBufferPointer<Double>,
        _ qualities: [Quality], isLate: Bool
    ) {
        guard hasAlarms(asset) else { return }
        asset.alarms?.watch.take(
            group: group, timeMs: timeMs, values: values, qualities: qualities, isLate: isLate, into: &alarmChanges)
        tellAlarms(asset, isLate: isLate)
    }

    /// What the detectors have found, as an alarm, and as a fault where they know the cause.
    func watchAnomaly(_ asset: AssetState, _ change: FindingChange, number: Int64, isLate: Bool) {
        guard hasAlarms(asset) else { return }
        let finding = change.finding
        let signals = finding.contributions.prefix(3).map(\.signal).joined(separator: ", ")
        let likely = finding.likelyFaults.first.map {
            "; likely \($0.name) (\(Int(($0.probability * 100).rounded())) %)"
        }
        let timeMs =
            switch change.phase {
            case .began: finding.detectedMs
            case .changed: max(finding.detectedMs, finding.peakMs)
            case .ended: finding.endedMs ?? finding.peakMs
            }
        asset.alarms?.watch.anomaly(
            change.phase == .ended ? 0 : finding.surprise, timeMs: timeMs,
            note: "anomaly \(number) in \(signals.isEmpty ? "several signals" : signals)\(likely ?? "")",
            isLate: isLate,
            into: &alarmChanges)
        tellAlarms(asset, isLate: isLate)
        if change.phase != .ended { diagnose(asset, finding, number: number) }
    }

    /// A cause of which the detector is rather sure than not, and that shows clearly, is a fault.
    private func diagnose(_ asset: AssetState, _ finding: Finding, number: Int64) {
        guard finding.level >= .warning, let likely = finding.likelyFaults.first, likely.probability >= 0.5 else {
            return
        }
        let signature = asset.kind?.knowledge.signatures.first { $0.name == likely.name }
        var json = JSONWriter()
        json.array { json in
            for part in finding.contributions {
                json.object { json in
                    json.field("signal", part.signal)
                    json.field("share", part.share)
                    json.field("expected", part.expected)
                    json.field("seen", part.seen)
                }
            }
            for relation in finding.brokenRelations { json.object { $0.field("relation", relation) } }
        }
        batch.add(
            FaultEntry(
                asset: AlarmAsset(asset.info),
                finding: Faults.Finding(
                    asset: asset.info.number, cause: likely.name, title: signature?.title ?? likely.name,
                    severity: finding.level == .critical ? "critical" : "warning", probability: likely.probability,
                    response: signature?.response ?? "", evidence: String(decoding: json.bytes, as: UTF8.self),
                    openedMs: finding.sinceMs, openedBy: "collector", anomaly: number)))
    }

    /// Records of an agent are lost for good.
    func watchLoss(site: String, agent: String, _ count: Int64, _ timeMs: Int64) {
        guard count > 0, let node = nodes[site, agent] else { return }
        for device in node.devices.values {
            guard let asset = device.asset, hasAlarms(asset) else { continue }
            asset.alarms?.watch.dataLost(count, timeMs: timeMs, into: &alarmChanges)
            tellAlarms(asset, isLate: false)
        }
    }

    func watchMaintenance(_ asset: AssetState, _ isOn: Bool) {
        guard hasAlarms(asset) else { return }
        asset.alarms?.watch.setMaintenance(isOn, timeMs: Clock.wallMs(), into: &alarmChanges)
        tellAlarms(asset, isLate: false)
    }

    // MARK: - Silence

    func fellSilent(_ asset: AssetState, sinceMs: Int64) {
        guard hasAlarms(asset) else {
            silences[asset.info.number] = Silence(sinceMs: sinceMs, dueMs: nowMs)
            return
        }
        asset.alarms?.watch.wentOffline()
        guard let delayMs = asset.alarms?.watch.live.communicationDelayMs else { return }
        silences[asset.info.number] = Silence(sinceMs: sinceMs, dueMs: nowMs + delayMs)
    }

    /// Raises what has been silent for long enough.
    func tellSilences() {
        guard !silences.isEmpty else { return }
        for (number, silence) in silences where silence.dueMs <= nowMs {
            guard let asset = assets[number], asset.health.status == .offline else {
                silences[number] = nil
                continue
            }
            guard hasAlarms(asset) else { continue }
            silences[number] = nil
            asset.alarms?.watch.communicationLost(
                sinceMs: silence.sinceMs, timeMs: Clock.wallMs(), into: &alarmChanges)
            tellAlarms(asset, isLate: false)
        }
    }

    /// An asset that nobody has heard of since this collector serves its site: another one may have noticed, or not.
    func isSilent(_ asset: AlarmAsset, kind: String, sinceMs: Int64) {
        let rules = settings.alarmRules.rules(asset: asset.id, kind: AssetCatalog[kind])
        for rule in rules where rule.test == .communication {
            let change = AlarmChange(
                rule: 0, kind: .raised, onsetMs: sinceMs, timeMs: Clock.wallMs(), value: nil, note: nil)
            batch.add(AlarmNews(asset: asset, rule: rule.name, facts: Alarm.Facts(rule), change: change, isLate: false))
        }
    }

    // MARK: - Steps

    /// Hands over what conditions have changed.
    private func tellAlarms(_ asset: AssetState, isLate: Bool) {
        if asset.alarms?.watch.isDirty == true { unsavedAlarms.insert(asset.info.number) }
        guard !alarmChanges.isEmpty, let alarms = asset.alarms else { return }
        let subject = AlarmAsset(asset.info)
        for change in alarmChanges {
            batch.add(
                AlarmNews(
                    asset: subject, rule: alarms.watch.rules[change.rule].name, facts: alarms.facts[change.rule],
                    change: change, isLate: isLate))
        }
        alarmChanges.removeAll(keepingCapacity: true)
    }

    /// Before a batch is handed over: the states that a restart needs.
    func saveAlarms() {
        guard !unsavedAlarms.isEmpty else { return }
        for number in unsavedAlarms {
            guard let asset = assets[number], let text = asset.alarms?.watch.takeUnsaved() else { continue }
            batch.alarmStates[number] = AlarmStateEntry(site: asset.info.site, text: text)
        }
        unsavedAlarms.removeAll(keepingCapacity: true)
    }

    /// What was handed over may not be stored: everything is read anew from the database.
    func forgetAlarms() {
        unsavedAlarms.removeAll()
        for asset in assets.values {
            asset.alarms = nil
            if asset.health.status == .offline, silences[asset.info.number] == nil {
                silences[asset.info.number] = Silence(sinceMs: Clock.wallMs(), dueMs: nowMs)
            }
        }
    }

    /// Whether the asset's alarms are known; reads them where they are not. False while the database is away.
    private func hasAlarms(_ asset: AssetState) -> Bool {
        if asset.alarms != nil { return true }
        var alarms = freshAlarms(asset)
        guard let stored = registrar.alarms(of: asset.info, windowMs: alarms.watch.live.windowMs) else { return false }
        let gone = alarms.watch.restore(stored.conditions, active: stored.active)
        for frame in stored.frames {
            frame.values.withUnsafeBufferPointer {
                alarms.watch.remember(
                    group: frame.group, timeMs: frame.timeMs, values: $0,
                    qualities: frame.quality.map { Quality(rawValue: $0) ?? .bad })
            }
        }
        asset.alarms = alarms
        for rule in gone {
            let change = AlarmChange(
                rule: 0, kind: .cleared, onsetMs: receivedMs, timeMs: max(receivedMs, Clock.wallMs()), value: nil,
                note: "there is no such rule any more")
            batch.add(
                AlarmNews(
                    asset: AlarmAsset(asset.info), rule: rule, facts: Alarm.Facts(AlarmRule(rule, rule, .dataLoss)),
                    change: change, isLate: false))
        }
        watchMaintenance(asset, asset.health.isInMaintenance)
        return true
    }

    /// What assets with the same rules share is made once.
    private func freshAlarms(_ asset: AssetState) -> AssetAlarms {
        let key = asset.kind == nil ? nil : settings.alarmRules.key(asset: asset.info.id, kind: asset.kind)
        if let key, let known = alarmPrototypes[key] { return known }
        let rules = settings.alarmRules.rules(asset: asset.info.id, kind: asset.kind)
        let watch = AlarmWatch(rules: rules, groups: asset.signalGroups)
        if !watch.live.unknown.isEmpty {
            log.warning(
                "rules of alarms name signals that the asset does not have",
                ["asset": asset.info.id, "rules": watch.live.unknown.joined(separator: ",")])
        }
        let alarms = AssetAlarms(watch: watch, facts: rules.map { Alarm.Facts($0, unit: asset.unit($0)) })
        if let key { alarmPrototypes[key] = alarms }
        return alarms
    }
}
