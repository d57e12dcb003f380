public import Model

/// Builds the payloads that agents send about themselves and their assets; readings are `DataEncoder`'s.
///
/// All metrics of a birth carry the time of the birth: they say what holds then.
public struct Births: Sendable {
    public let aliases: AliasTable

    public init(aliases: AliasTable) { self.aliases = aliases }

    // MARK: Node

    /// NBIRTH. `properties`: what the agent is, such as ("Software", "Bellwether 1.0"), under `Properties/`.
    public func node(
        _ status: AgentStatus, bdSeq: UInt8, properties: [(name: String, value: String)], timeMs: Int64
    ) -> Payload {
        let time = UInt64(bitPattern: timeMs)
        var metrics = [
            Births.bdSeq(bdSeq, time),
            Metric(name: MetricName.rebirth, timestampMs: time, datatype: .boolean, value: .scalar(.boolean(false))),
            Metric(name: MetricName.receipt, timestampMs: time, datatype: .string, value: .scalar(.string(""))),
            Metric(name: MetricName.resend, timestampMs: time, datatype: .string, value: .scalar(.string(""))),
        ]
        metrics += Births.delivery(status, aliases.node.delivery, time)
        metrics += nodeStatus(status, time).map(\.named)
        metrics.append(
            Metric(
                name: MetricName.report, alias: aliases.node.report, timestampMs: time, datatype: .string,
                isTransient: true, value: .scalar(.string(""))))
        metrics += properties.map { property in
            Metric(
                name: MetricName.propertiesFolder + property.name, timestampMs: time, datatype: .string,
                value: .scalar(.string(property.value)))
        }
        return Payload(timestampMs: time, metrics: metrics, seq: 0)
    }

    /// NDEATH, as the will or published: bdSeq and nothing else.
    public static func nodeDeath(bdSeq: UInt8, timeMs: Int64) -> Payload {
        let time = UInt64(bitPattern: timeMs)
        return Payload(timestampMs: time, metrics: [Births.bdSeq(bdSeq, time)])
    }

    /// NDATA with what changed since `previous`; nil if nothing did.
    public func statusChange(
        _ status: AgentStatus, since previous: AgentStatus, seq: UInt8, timeMs: Int64
    ) -> Payload? {
        let time = UInt64(bitPattern: timeMs)
        let changed = zip(nodeStatus(status, time), nodeStatus(previous, time)).filter { $0 != $1 }.map { $0.0.aliased }
        guard !changed.isEmpty else { return nil }
        return Payload(timestampMs: time, metrics: changed, seq: UInt64(seq))
    }

    /// NDATA that carries a report.
    public func report(_ report: Report, _ envelope: DataEnvelope) -> Payload {
        let time = UInt64(bitPattern: report.toMs)
        let historical: Bool? = envelope.isHistorical ? true : nil
        func metric(_ alias: UInt64, _ value: Scalar) -> Metric {
            Metric(alias: alias, timestampMs: time, isHistorical: historical, value: .scalar(value))
        }
        let delivery = aliases.node.delivery
        return Payload(
            timestampMs: UInt64(bitPattern: envelope.sentMs),
            metrics: [
                metric(delivery.epoch, .string(envelope.epoch.description)),
                metric(delivery.sequence, .int64(envelope.sequence)),
                metric(delivery.chain, .long(envelope.chain)),
                metric(aliases.node.report, .string(report.text)),
            ],
            seq: UInt64(envelope.seq))
    }

    // MARK: Device

    /// DDATA that carries a note, and with a live one what runs since then.
    public func note(
        _ note: Note, of device: AliasTable.Device, running: String?, _ envelope: DataEnvelope
    ) -> Payload {
        let time = UInt64(bitPattern: note.timeMs)
        let historical: Bool? = envelope.isHistorical ? true : nil
        func metric(_ alias: UInt64, _ value: Scalar) -> Metric {
            Metric(alias: alias, timestampMs: time, isHistorical: historical, value: .scalar(value))
        }
        var metrics = [
            metric(device.delivery.epoch, .string(envelope.epoch.description)),
            metric(device.delivery.sequence, .int64(envelope.sequence)),
            metric(device.delivery.chain, .long(envelope.chain)),
            metric(device.note, .string(note.text)),
        ]
        if let running { metrics.append(metric(device.scenariosRunning, .string(running))) }
        return Payload(
            timestampMs: UInt64(bitPattern: envelope.sentMs), metrics: metrics, seq: UInt64(envelope.seq))
    }

    /// What a device says about scenarios.
    public struct DeviceScenarios: Sendable, Equatable {
        /// Those that can be started by command, as a JSON array; nil if none can.
        public var available: String?
        /// Those that run, as a JSON array.
        public var running: String

        public init(available: String? = nil, running: String = "[]") {
            self.available = available
            self.running = running
        }
    }

    /// DBIRTH. `latest`: the newest frame of each signal group, nil where there is none yet.
    public func device(
        _ device: AliasTable.Device, latest: [Frame?], status: AgentStatus, seq: UInt8, timeMs: Int64,
        scenarios: DeviceScenarios = DeviceScenarios()
    ) -> Payload {
        let time = UInt64(bitPattern: timeMs)
        func text(_ name: String, alias: UInt64? = nil, isTransient: Bool? = nil, _ value: String) -> Metric {
            Metric(
                name: name, alias: alias, timestampMs: time, datatype: .string, isTransient: isTransient,
                value: .scalar(.string(value)))
        }
        var metrics = Births.delivery(status, device.delivery, time)
        metrics.append(text(MetricName.assetKind, device.kind))
        metrics.append(text(MetricName.note, alias: device.note, isTransient: true, ""))
        metrics.append(text(MetricName.scenariosRunning, alias: device.scenariosRunning, scenarios.running))
        if let available = scenarios.available {
            metrics.append(text(MetricName.startScenario, ""))
            metrics.append(text(MetricName.stopScenario, ""))
            metrics.append(text(MetricName.scenarios, available))
        }
        for (index, group) in device.groups.enumerated() {
            let frame = latest.indices.contains(index) ? latest[index] : nil
            for (position, signal) in group.signals.enumerated() {
                metrics.append(
                    SignalBirth(signal: signal, group: group.name, position: position).metric(
                        alias: device.firstAlias[index] + UInt64(position), frame: frame, timestampMs: time))
            }
        }
        return Payload(timestampMs: time, metrics: metrics, seq: UInt64(seq))
    }

    /// DDEATH.
    public static func deviceDeath(seq: UInt8, timeMs: Int64) -> Payload {
        Payload(timestampMs: UInt64(bitPattern: timeMs), seq: UInt64(seq))
    }

    // MARK: Parts

    private static func bdSeq(_ bdSeq: UInt8, _ time: UInt64) -> Metric {
        Metric(name: MetricName.bdSeq, timestampMs: time, datatype: .int64, value: .scalar(.long(UInt64(bdSeq))))
    }

    private static func delivery(_ status: AgentStatus, _ aliases: AliasTable.Delivery, _ time: UInt64) -> [Metric] {
        [
            Metric(
                name: MetricName.epoch, alias: aliases.epoch, timestampMs: time, datatype: .string,
                value: .scalar(.string(status.epoch.description))),
            Metric(
                name: MetricName.sequence, alias: aliases.sequence, timestampMs: time, datatype: .int64,
                isTransient: true, value: .scalar(.int64(status.sequence))),
            Metric(
                name: MetricName.chain, alias: aliases.chain, timestampMs: time, datatype: .int64,
                isTransient: true, value: .scalar(.long(status.chain))),
        ]
    }

    /// The node's own metrics that change, as births have them.
    private func nodeStatus(_ status: AgentStatus, _ time: UInt64) -> [StatusMetric] {
        func counter(_ name: String, _ alias: UInt64, _ value: Int64, isTransient: Bool? = true) -> StatusMetric {
            StatusMetric(
                named: Metric(
                    name: name, alias: alias, timestampMs: time, datatype: .int64, isTransient: isTransient,
                    value: .scalar(.int64(value))))
        }
        let node = aliases.node
        let daysLeft = status.outboxDaysLeft.flatMap { $0.isFinite ? $0 : nil }
        return [
            counter(MetricName.first, node.first, status.first),
            counter(MetricName.receipted, node.receipted, status.receipted),
            counter(MetricName.pending, node.pending, status.pending),
            counter(MetricName.dropped, node.dropped, status.dropped, isTransient: nil),
            counter(MetricName.outboxBytes, node.outboxBytes, status.outboxBytes),
            counter(
                MetricName.outboxCapacityBytes, node.outboxCapacityBytes, status.outboxCapacityBytes, isTransient: nil),
            StatusMetric(
                named: Metric(
                    name: MetricName.outboxDaysLeft, alias: node.outboxDaysLeft, timestampMs: time, datatype: .double,
                    isTransient: true, isNull: daysLeft == nil ? true : nil,
                    value: daysLeft.map { .scalar(.double($0)) })),
        ]
    }

    private struct StatusMetric: Equatable {
        let named: Metric

        /// The same as data has it.
        var aliased: Metric {
            Metric(alias: named.alias, timestampMs: named.timestampMs, isNull: named.isNull, value: named.value)
        }
    }
}
