import Model
import Sparkplug

/// Why a message with a record is not accepted as a frame.
struct FrameProblem: Error, Equatable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What stands around the readings of a frame.
struct FrameHead: Equatable {
    var epoch: Epoch?
    var sequence: Int64?
    var chain: UInt64?
    var isHistorical = false
    /// Of the first reading.
    var timeMs: Int64?
    var group = 0
    var count = 0
    /// The content of `Delivery/Report`.
    var report: Report?
    /// The content of `Scenario/Note`.
    var note: String?
    /// Metrics that no birth has declared, or of which there is no place to store them.
    var unknown = 0
}

/// Reads the data messages of our agents: one message is one record. Reuses its memory from message to message.
struct FrameReading {
    private(set) var head = FrameHead()
    /// The first `head.count` are the frame's.
    private(set) var values: [Double] = []
    private(set) var qualities: [Quality] = []
    /// Whether any quality is other than good.
    private(set) var isNotAllGood = false
    /// What the agent said about its outbox.
    private(set) var word = AgentWord()
    /// Texts that no number stands for, by position.
    private(set) var texts: [(position: Int, text: String)] = []

    /// `currentEpoch` saves parsing its text with every message.
    mutating func read(
        _ message: DataDecoder, aliases: AliasMap, asset: AssetState?, currentEpoch: Epoch?
    ) throws(FrameProblem) {
        head = FrameHead()
        word = AgentWord()
        isNotAllGood = false
        if !texts.isEmpty { texts.removeAll() }
        var groupIndex = -1
        var isMixed = false
        // Our agents send every signal of the group in order; others may leave some out.
        var inOrder = 0
        do throws(PayloadError) {
            var decoder = message
            while try decoder.next() {
                let slot = aliases.slot(of: decoder.metric, in: decoder)
                guard slot.role == .signal else {
                    takeDelivery(decoder, slot, currentEpoch)
                    continue
                }
                if Int(slot.group) != groupIndex {
                    guard groupIndex < 0, let asset, Int(slot.group) < asset.groups.count else {
                        isMixed = true
                        continue
                    }
                    groupIndex = Int(slot.group)
                    begin(asset.groups[groupIndex].forms.count, decoder.metric)
                }
                take(decoder, slot, asset, groupIndex)
                inOrder = inOrder == Int(slot.position) ? inOrder + 1 : .max / 2
            }
        } catch {
            throw FrameProblem("\(error)")
        }
        if isMixed { throw FrameProblem("its readings are of more than one signal group") }
        guard groupIndex >= 0 else { return }
        head.group = groupIndex
        head.count = min(inOrder, values.count)
        if inOrder > values.count { isNotAllGood = true }
    }

    @inline(__always)
    private mutating func begin(_ count: Int, _ metric: DataMetric) {
        if values.count != count {
            values = Array(repeating: Frame.noValue, count: count)
            qualities = Array(repeating: .bad, count: count)
        } else {
            for index in 0..<count {
                values[index] = Frame.noValue
                qualities[index] = .bad
            }
        }
        head.timeMs = metric.flags.contains(.hasTimestamp) ? Int64(bitPattern: metric.timestampMs) : nil
        head.isHistorical = metric.flags.contains(.historical)
    }

    @inline(__always)
    private mutating func take(
        _ decoder: borrowing DataDecoder, _ slot: MetricSlot, _ asset: AssetState?, _ group: Int
    ) {
        let position = Int(slot.position)
        guard position < values.count else { return }
        let metric = decoder.metric
        var quality = Quality.good
        if metric.flags.contains(.hasQuality) {
            quality = Quality(sparkplugCode: metric.qualityCode)
        }
        var value = Frame.noValue
        if !metric.flags.contains(.null) {
            if metric.kind == .double {
                value = Double(bitPattern: metric.bits)
            } else {
                value = unusual(decoder, slot, asset, group)
            }
        }
        if !value.isFinite {
            value = Frame.noValue
            if quality == .good { quality = .bad }
        }
        values[position] = value
        qualities[position] = quality
        if quality != .good { isNotAllGood = true }
    }

    /// Anything but a Double: flags, labels, integers, texts.
    private mutating func unusual(
        _ decoder: borrowing DataDecoder, _ slot: MetricSlot, _ asset: AssetState?, _ group: Int
    ) -> Double {
        let position = Int(slot.position)
        if decoder.metric.kind == .string, let asset {
            let text = decoder.text(decoder.metric.valueSpan)
            if asset.groups[group].forms[position] == .category, let index = asset.groups[group].labels[position][text]
            {
                return index
            }
            texts.append((position, text))
            return Frame.noValue
        }
        return decoder.metric.number(declared: slot.datatype) ?? Frame.noValue
    }

    private mutating func takeDelivery(_ decoder: borrowing DataDecoder, _ slot: MetricSlot, _ currentEpoch: Epoch?) {
        switch slot.role {
        case .epoch: head.epoch = epoch(decoder.bytes(decoder.metric.valueSpan), currentEpoch)
        case .sequence: head.sequence = decoder.metric.integer(declared: .int64)
        case .chain: head.chain = decoder.metric.integer(declared: .int64).map { UInt64(bitPattern: $0) }
        case .report:
            head.report = Report(decoder.text(decoder.metric.valueSpan))
            head.isHistorical = decoder.metric.flags.contains(.historical)
        case .note:
            head.note = decoder.text(decoder.metric.valueSpan)
            head.timeMs =
                decoder.metric.flags.contains(.hasTimestamp) ? Int64(bitPattern: decoder.metric.timestampMs) : nil
            head.isHistorical = decoder.metric.flags.contains(.historical)
        case .passed: break
        case .unknown, .ignored: head.unknown += 1
        default: word.take(decoder.metric, slot.role)
        }
    }

    private func epoch(_ bytes: UnsafeRawBufferPointer, _ current: Epoch?) -> Epoch? {
        guard bytes.count == 16 else { return nil }
        var bits: UInt64 = 0
        for byte in bytes {
            switch byte {
            case 48...57: bits = bits << 4 | UInt64(byte - 48)
            case 97...102: bits = bits << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return bits == current?.bits ? current : Epoch(bits: bits)
    }

    /// The frame, for whoever needs a value of its own.
    func frame(timeMs: Int64) -> Frame {
        Frame(
            group: UInt8(truncatingIfNeeded: head.group), timeMs: timeMs, values: Array(values[..<head.count]),
            qualities: isNotAllGood ? Array(qualities[..<head.count]) : [])
    }
}
