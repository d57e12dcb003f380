import Model
import Sparkplug

/// Readings of a plain Sparkplug node: those of one signal group at one instant.
struct PlainFrame: Equatable {
    var group: Int
    var timeMs: Int64
    var values: [Double]
    var qualities: [Quality]
    var texts: [Int: String] = [:]
    var isHistorical: Bool

    /// Identifies the content: a message that comes twice is stored once. FNV-1a, 63 bits.
    var contentNumber: Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ word: UInt64) {
            for shift in stride(from: 0, to: 64, by: 8) {
                hash = (hash ^ (word >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
            }
        }
        mix(UInt64(group))
        for value in values { mix(value.bitPattern) }
        for quality in qualities { mix(UInt64(quality.rawValue)) }
        for (position, text) in texts.sorted(by: { $0.key < $1.key }) {
            mix(UInt64(position))
            for byte in text.utf8 { mix(UInt64(byte)) }
        }
        return Int64(hash >> 1)
    }
}

/// Reads the data messages of plain Sparkplug nodes: changed metrics only, several instants perhaps, any data type.
enum PlainReading {
    static let longestText = 4_096

    /// In the order of time and group. Metrics that no birth has declared are counted, not read.
    static func read(
        _ payload: UnsafeRawBufferPointer, aliases: AliasMap, asset: AssetState, receivedMs: Int64
    ) throws(PayloadError) -> (frames: [PlainFrame], unknown: Int) {
        var frames: [PlainFrame] = []
        var unknown = 0
        var decoder = try DataDecoder(payload)
        let sentMs = decoder.timestampMs.map { Int64(clamping: $0) } ?? receivedMs
        while try decoder.next() {
            let slot = aliases.slot(of: decoder.metric, in: decoder)
            guard slot.role == .signal, Int(slot.group) < asset.groups.count else {
                unknown += 1
                continue
            }
            let metric = decoder.metric
            let timeMs = metric.flags.contains(.hasTimestamp) ? Int64(clamping: metric.timestampMs) : sentMs
            let index = frameIndex(&frames, slot, timeMs, metric, asset)
            store(decoder, slot, asset, in: &frames[index])
        }
        return (frames, unknown)
    }

    private static func frameIndex(
        _ frames: inout [PlainFrame], _ slot: MetricSlot, _ timeMs: Int64, _ metric: DataMetric, _ asset: AssetState
    ) -> Int {
        // Two values of one metric at one instant are two frames: both are kept.
        let position = Int(slot.position)
        if let index = frames.lastIndex(where: {
            $0.group == Int(slot.group) && $0.timeMs == timeMs && $0.qualities[position] == .stale
                && $0.values[position].isNaN
        }) {
            return index
        }
        let count = asset.groups[Int(slot.group)].forms.count
        frames.append(
            PlainFrame(
                group: Int(slot.group), timeMs: timeMs, values: Array(repeating: Frame.noValue, count: count),
                // What a node does not mention has not changed.
                qualities: Array(repeating: .stale, count: count), isHistorical: metric.flags.contains(.historical)))
        return frames.count - 1
    }

    private static func store(
        _ decoder: borrowing DataDecoder, _ slot: MetricSlot, _ asset: AssetState, in frame: inout PlainFrame
    ) {
        let metric = decoder.metric
        let position = Int(slot.position)
        var quality = metric.flags.contains(.hasQuality) ? Quality(sparkplugCode: metric.qualityCode) : Quality.good
        var value = Frame.noValue
        if !metric.flags.contains(.null) {
            if asset.groups[Int(slot.group)].forms[position] == .text {
                let text = decoder.text(metric.valueSpan)
                frame.texts[position] = String(text.filter { $0 != "\0" }.prefix(longestText))
            } else if let number = metric.number(declared: slot.datatype) {
                value = number
                if let exact = metric.integer(declared: slot.datatype), Int64(exactly: number) != exact,
                    slot.datatype != .double, slot.datatype != .float
                {
                    // An integer that a Double cannot hold is kept as text beside its nearest neighbour.
                    frame.texts[position] = String(exact)
                }
            }
        }
        let isText = frame.texts[position] != nil
        if !value.isFinite {
            value = Frame.noValue
            if quality == .good, !isText { quality = .bad }
        }
        frame.values[position] = value
        frame.qualities[position] = quality
    }
}
