import Sparkplug

extension MetricSlot {
    fileprivate static let deliveryRoles: [String: Role] = [
        MetricName.epoch: .epoch, MetricName.sequence: .sequence, MetricName.chain: .chain,
        MetricName.report: .report, MetricName.first: .first, MetricName.receipted: .receipted,
        MetricName.pending: .pending, MetricName.dropped: .dropped, MetricName.outboxBytes: .outboxBytes,
        MetricName.outboxCapacityBytes: .outboxCapacityBytes, MetricName.outboxDaysLeft: .outboxDaysLeft,
        MetricName.note: .note, MetricName.scenariosRunning: .passed,
    ]

    /// Metrics about the node and its software, not about what it measures.
    static func isControl(_ name: String) -> Bool {
        name == MetricName.bdSeq || name.hasPrefix("Node Control/") || name.hasPrefix("Device Control/")
            || name.hasPrefix(MetricName.propertiesFolder) || deliveryRoles[name] != nil
    }
}

extension AliasMap {
    /// What a birth of ours says about delivery, and nothing else.
    init(deliveryOf metrics: [BornMetric]) {
        self.init(count: metrics.count)
        for metric in metrics {
            guard let role = MetricSlot.deliveryRoles[metric.name] else { continue }
            add(name: metric.name, alias: metric.alias, MetricSlot(role: role, datatype: metric.datatype))
        }
    }

    /// Everything that a birth declares, with the places at which the signals are stored.
    init(_ metrics: [BornMetric], _ places: SignalPlaces) {
        self.init(deliveryOf: metrics)
        for metric in metrics where MetricSlot.deliveryRoles[metric.name] == nil {
            var slot = MetricSlot(role: .ignored, datatype: metric.datatype)
            if let place = places[metric], let group = UInt8(exactly: place.group),
                let position = UInt16(exactly: place.position)
            {
                (slot.role, slot.group, slot.position) = (.signal, group, position)
            }
            add(name: metric.name, alias: metric.alias, slot)
        }
    }
}
