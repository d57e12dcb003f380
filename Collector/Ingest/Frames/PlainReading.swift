import Model
import Sparkplug

/// Readings of a plain Sparkplug node: those of one signal group at one instant.
struct PlainFrame: Equatable {
    let group: Int
    let timeMs: Int64
    var values: [Double]
    var qualities: [Quality]
    var texts: [Int: String] = [:]
    let isHistorical: Bool

    /// What a node does not mention has not changed: it is stale.
    init(group: Int, timeMs: Int64, count: Int, isHistorical: Bool) {
        self.group = group
        self.timeMs = timeMs
        values = Array(repeating: Frame.noValue, count: count)
        qualities = Array(repeating: .stale, count: count)
        self.isHistorical = isHistorical
    }

    /// Whether the signal was mentioned.
    func has(_ position: Int) -> Bool { qualities[position] != .stale || !values[position].isNaN }

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
    /// Instants of one message, counted for each group.
    static let mostFrames = 10_000

    enum Failure: Error, Equatable, CustomStringConvertible {
        case malformed(PayloadError)
        case tooManyFrames

        var description: String {
            switch self {
            case .malformed(let error): "\(error)"
            case .tooManyFrames: "it holds readings of more than \(PlainReading.mostFrames) instants"
            }
        }
    }

    private struct FrameKey: Hashable {
        let group: UInt8
        let timeMs: Int64
        let isHistorical: Bool
    }

    /// In the order of their first metrics. What no birth has declared is counted, not read; what is marked as transient
    /// is not kept, as the standard says.
    static func read(
        _ payload: UnsafeRawBufferPointer, aliases: AliasMap, asset: AssetState, receivedMs: Int64
    ) throws(Failure) -> (frames: [PlainFrame], unknown: Int) {
        var frames: [PlainFrame] = []
        var places: [FrameKey: Int] = [:]
        var unknown = 0
        var decoder = try begin(payload)
        let sentMs = decoder.timestampMs.map { Int64(bitPattern: $0) } ?? receivedMs
        while try next(&decoder) {
            let metric = decoder.metric
            let slot = aliases.slot(of: metric, in: decoder)
            guard slot.role == .signal, Int(slot.group) < asset.groups.count,
                Int(slot.position) < asset.groups[Int(slot.group)].forms.count
            else {
                if slot.role == .unknown { unknown += 1 }
                continue
            }
            guard !metric.flags.contains(.transient) else { continue }
            let key = FrameKey(
                group: slot.group,
                timeMs: metric.flags.contains(.hasTimestamp) ? Int64(bitPattern: metric.timestampMs) : sentMs,
                isHistorical: metric.flags.contains(.historical))
            // Two values of one metric at one instant are two frames: both are kept.
            if let place = places[key], !frames[place].has(Int(slot.position)) {
                store(decoder, slot, asset, in: &frames[place])
                continue
            }
            guard frames.count < mostFrames else { throw .tooManyFrames }
            places[key] = frames.count
            frames.append(
                PlainFrame(
                    group: Int(key.group), timeMs: key.timeMs,
                    count: asset.groups[Int(slot.group)].forms.count, isHistorical: key.isHistorical))
            store(decoder, slot, asset, in: &frames[frames.count - 1])
        }
        return (frames, unknown)
    }

    private static func begin(_ payload: UnsafeRawBufferPointer) throws(Failure) -> DataDecoder {
        do throws(PayloadError) { return try DataDecoder(payload) } catch { throw .malformed(error) }
    }

    private static func next(_ decoder: inout DataDecoder) throws(Failure) -> Bool {
        do throws(PayloadError) { return try decoder.next() } catch { throw .malformed(error) }
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
