import Sparkplug

/// What both decoders say of one metric, in a form that can be compared: NaN is equal to itself.
struct Flat: Equatable {
    var name: String?
    var alias: UInt64?
    var timestampMs: UInt64?
    var datatype: DataType?
    var isHistorical = false
    var isTransient = false
    var isNull = false
    var qualityCode: Int32?
    var kind = Numbers.Kind.none
    var bits: UInt64 = 0
    var content: [UInt8] = []

    init(_ metric: Metric) {
        name = metric.name
        alias = metric.alias
        timestampMs = metric.timestampMs
        datatype = metric.datatype
        isHistorical = metric.isHistorical ?? false
        isTransient = metric.isTransient ?? false
        isNull = metric.isNull ?? false
        qualityCode = metric.qualityCode
        switch metric.value {
        case .scalar(let scalar):
            (kind, bits) = scalar.raw
            if case .string(let text) = scalar { content = Array(text.utf8) }
        case .bytes(let bytes):
            kind = .bytes
            content = bytes
        case .dataSet: kind = .dataSet
        case .template: kind = .template
        case .extension: kind = .extension
        case nil: kind = .none
        }
    }

    init(_ decoder: DataDecoder) {
        let metric = decoder.metric
        name = metric.flags.contains(.hasName) ? decoder.text(metric.name) : nil
        alias = metric.flags.contains(.hasAlias) ? metric.alias : nil
        timestampMs = metric.flags.contains(.hasTimestamp) ? metric.timestampMs : nil
        datatype = metric.flags.contains(.hasDatatype) ? metric.datatype : nil
        isHistorical = metric.flags.contains(.historical)
        isTransient = metric.flags.contains(.transient)
        isNull = metric.flags.contains(.null)
        qualityCode = metric.flags.contains(.hasQuality) ? metric.qualityCode : nil
        kind = metric.kind
        switch kind {
        case .string: content = Array(decoder.text(metric.valueSpan).utf8)
        case .bytes: content = Array(decoder.bytes(metric.valueSpan))
        default: bits = metric.bits
        }
    }
}

/// A whole payload as both decoders see it; nil where the bytes are refused.
struct FlatPayload: Equatable {
    var timestampMs: UInt64?
    var seq: UInt64?
    var metrics: [Flat]

    static func full(_ bytes: [UInt8], limits: PayloadLimits = PayloadLimits()) -> FlatPayload? {
        guard let payload = try? Payload(decoding: bytes, limits: limits) else { return nil }
        return FlatPayload(
            timestampMs: payload.timestampMs, seq: payload.seq, metrics: payload.metrics.map { Flat($0) })
    }

    static func fast(_ bytes: [UInt8], limits: PayloadLimits = PayloadLimits()) -> FlatPayload? {
        bytes.withUnsafeBytes { raw in
            do {
                var decoder = try DataDecoder(raw, limits: limits)
                var metrics: [Flat] = []
                while try decoder.next() { metrics.append(Flat(decoder)) }
                return FlatPayload(timestampMs: decoder.timestampMs, seq: decoder.seq, metrics: metrics)
            } catch { return nil }
        }
    }
}
