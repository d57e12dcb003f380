public import Model

/// One row of telemetry, on its way in. The one place that knows the order of the columns.
public struct TelemetryRow: Sendable {
    public var frame: Frame
    /// When the agent's own time is implausible: what is stored in its place.
    public var repairedTimeMs: Int64?
    /// Nil for a plain node.
    public var epoch: Epoch?
    public var sequence: Int64
    /// Link of the hash chain; nil for a plain node.
    public var chain: UInt64?
    public var asset: Int32
    /// 0 to 100; nil = not judged.
    public var health: Float?
    public var isHistorical: Bool
    /// JSON object of the texts among the readings, by signal name.
    public var texts: String?

    public init(
        _ frame: Frame, asset: Int32, epoch: Epoch?, sequence: Int64, chain: UInt64? = nil,
        repairedTimeMs: Int64? = nil, health: Float? = nil, isHistorical: Bool = false, texts: String? = nil
    ) {
        self.frame = frame
        self.asset = asset
        self.epoch = epoch
        self.sequence = sequence
        self.chain = chain
        self.repairedTimeMs = repairedTimeMs
        self.health = health
        self.isHistorical = isHistorical
        self.texts = texts
    }

    /// The time under which it is stored: its partition must exist.
    public var timeMs: Int64 { repairedTimeMs ?? frame.timeMs }

    /// For `copyIn`.
    public static let copyStatement = """
        copy telemetry (ts, epoch, seq, chain, agent_ts, asset, health, signal_group, historical, values, quality, texts) \
        from stdin (format binary)
        """
}

extension CopyBuffer {
    /// Encodes a whole row for `TelemetryRow.copyStatement`.
    public mutating func row(_ telemetry: borrowing TelemetryRow) {
        row { row in
            row.put(timestampMs: telemetry.timeMs)
            row.put(telemetry.epoch?.stored ?? 0)
            row.put(telemetry.sequence)
            if let chain = telemetry.chain { row.put(Int64(bitPattern: chain)) } else { row.putNull() }
            if telemetry.repairedTimeMs != nil { row.put(timestampMs: telemetry.frame.timeMs) } else { row.putNull() }
            row.put(telemetry.asset)
            if let health = telemetry.health { row.put(health) } else { row.putNull() }
            row.put(Int16(telemetry.frame.group))
            row.put(telemetry.isHistorical)
            row.put(telemetry.frame.values.span)
            if telemetry.frame.qualities.isEmpty {
                row.putNull()
            } else {
                row.put(bytes: telemetry.frame.qualities.map(\.rawValue))
            }
            if let texts = telemetry.texts { row.put(json: texts) } else { row.putNull() }
        }
    }
}
