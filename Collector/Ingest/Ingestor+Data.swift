import Analytics
import Model
import Postgres
import Runtime
import Sparkplug

/// Data of our agents: frames and reports, each exactly once.
extension Ingestor {
    func dataArrived(
        _ node: Node, _ device: Device?, _ decoder: DataDecoder, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer
    ) {
        if let device, !device.isBorn {
            askForBirth(node, why: "a device's birth is not known")
            return
        }
        guard let delivery = node.delivery else {
            guard let device = device ?? node.devices[""] else { return }
            plainData(node, device, topic, payload)
            return
        }
        do throws(FrameProblem) {
            try reading.read(
                decoder, aliases: device?.aliases ?? node.aliases, asset: device?.asset, currentEpoch: delivery.epoch)
        } catch {
            setAside(node, device, topic, payload, reason: "\(error)")
            return
        }
        let head = reading.head
        guard let sequence = head.sequence, let epoch = head.epoch else {
            if head.count == 0, device != nil {
                askForBirth(node, why: "it sends metrics that its birth did not declare")
            } else if head.count == 0 {
                takeStatus(node, delivery)
            } else {
                setAside(node, device, topic, payload, reason: "it has no epoch and sequence number")
            }
            return
        }
        guard sequence >= 1, sequence < .max,
            let stream = stream(StreamID(site: node.site, agent: node.agent, epoch: epoch))
        else {
            if !(1..<Int64.max).contains(sequence) {
                setAside(node, device, topic, payload, reason: "its sequence number \(sequence) is not from 1 up")
            }
            return
        }
        if head.unknown > 0, let device, nowMs >= device.bornMs + Ingestor.birthIsFreshMs {
            // The agent still has it; with the right birth it can be read as a whole.
            askForBirth(node, why: "it sends metrics that its birth did not declare")
            return
        }
        guard hasRoom(for: sequence, in: stream) else { return }
        stream.made = max(stream.made, sequence)
        change(stream) { $0.received += 1 }
        if !stream.claimed.insert(sequence) {
            repeated(node, device, stream, sequence, topic, payload)
        } else if head.unknown > 0, device != nil {
            setAsideNumbered(
                node, device, stream, sequence, topic, payload,
                reason: "it has \(head.unknown) metrics for which there is no place")
        } else if let report = head.report {
            take(report, of: stream, sequence)
        } else if let text = head.note, let timeMs = head.timeMs, head.count == 0, let asset = device?.asset,
            text.utf8.count <= Note.longestText, !text.utf8.contains(0)
        {
            take(Note(timeMs: timeMs, text: text), of: asset, device?.name ?? "", stream, sequence)
        } else if let device, let asset = device.asset, head.count > 0 {
            store(asset, device, stream, sequence, decoder)
        } else {
            setAsideNumbered(
                node, device, stream, sequence, topic, payload, reason: "it holds neither readings nor a report")
        }
    }

    /// A birth so young need not be asked for again.
    private static let birthIsFreshMs: Int64 = 60_000

    // MARK: - Frames

    private func store(
        _ asset: AssetState, _ device: Device, _ stream: StreamState, _ sequence: Int64, _ decoder: DataDecoder
    ) {
        let head = reading.head
        let claimedMs = head.timeMs ?? receivedMs
        // A clock that is far off would put the frame where nobody finds it; its own word is kept beside.
        let isPlausible = plausible(claimedMs)
        let timeMs = isPlausible ? claimedMs : receivedMs
        if !head.isHistorical { noteClock(stream, decoder, receivedMs) }
        if stream.lost.contains(sequence) { stream.lost.remove(sequence...sequence) }

        let health = judge(asset, timeMs)
        watchAlarms(asset, timeMs)
        batch.telemetry.row { row in
            row.put(timestampMs: timeMs)
            row.put(stream.id.epoch.stored)
            row.put(sequence)
            if let chain = head.chain { row.put(Int64(bitPattern: chain)) } else { row.putNull() }
            if isPlausible { row.putNull() } else { row.put(timestampMs: PostgresTime.clamped(claimedMs)) }
            row.put(asset.info.number)
            row.put(Float(health.score))
            row.put(Int16(head.group))
            row.put(head.isHistorical)
            row.put(reading.values.span.extracting(0..<head.count))
            if reading.isNotAllGood {
                row.put(bytes: reading.qualities[..<head.count].map(\.rawValue))
            } else {
                row.putNull()
            }
            if reading.texts.isEmpty { row.putNull() } else { row.put(json: texts(asset, head.group)) }
        }
        batch.days.insert(Day(timeMs: timeMs))
        markMinute(asset, head.group, timeMs)
        change(stream) { delta in
            delta.committed.insert(sequence)
            delta.frames += 1
            delta.readings += Int64(head.count)
            delta.made = max(delta.made, sequence)
        }
        batch.add(
            CommittedFrame(
                asset: asset.info, group: head.group, timeMs: timeMs, epochBits: stream.id.epoch.bits,
                sequence: sequence, values: Array(reading.values[..<head.count]),
                qualities: reading.isNotAllGood ? Array(reading.qualities[..<head.count]) : [],
                health: health.isLive ? health.score : nil, status: asset.health.status,
                isHistorical: head.isHistorical), of: stream.number, chain: head.chain, source)
        analyse(asset, stream, sequence, timeMs)
    }

    /// The score to store with the frame in `reading`. Late frames are judged by themselves and change nothing.
    private func judge(_ asset: AssetState, _ timeMs: Int64) -> (score: Double, isLive: Bool) {
        let head = reading.head
        let count = head.count
        let qualities = reading.isNotAllGood ? Array(reading.qualities[..<head.count]) : []
        guard !head.isHistorical else {
            let score = asset.health.plan.score(
                group: head.group, values: reading.values[..<count], quality: qualities)
            return (score, false)
        }
        let before = asset.health.status
        let analysis = asset.analysis
        let finding = analysis?.detector.isAnomalous == true ? analysis?.detector.openFinding : nil
        asset.health.take(
            group: head.group, timeMs: timeMs, values: reading.values[..<count], quality: qualities,
            finding: finding, threshold: finding == nil ? 0 : analysis?.detector.threshold ?? 0)
        let isStatusNew = asset.health.status != before
        if isStatusNew || asset.recorder.isWorthNoting(asset.health, atMs: timeMs) {
            noteHealth(asset, atMs: timeMs, isStatusNew: isStatusNew, why: nil)
        }
        return (asset.health.score, true)
    }

    /// The agent's clock against ours, from the time at which it sent the message.
    private func noteClock(_ stream: StreamState, _ decoder: DataDecoder, _ receivedMs: Int64) {
        guard let sentMs = decoder.timestampMs.map({ Int64(clamping: $0) }) else { return }
        let (offset, overflow) = sentMs.subtractingReportingOverflow(receivedMs)
        change(stream) { $0.status.clockOffsetMs = overflow ? nil : offset }
    }

    func plausible(_ timeMs: Int64) -> Bool {
        timeMs <= receivedMs &+ settings.mostAheadMs && Partitions.isPlausible(timeMs, nowMs: receivedMs)
    }

    private func texts(_ asset: AssetState, _ group: Int) -> String {
        var json = JSONWriter()
        json.object { json in
            for (position, text) in reading.texts {
                json.field(asset.info.groups[group].signals[position].name, text.filter { $0 != "\0" })
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// A minute needs a mark once while it is young: rollups are computed only when it is two minutes old.
    func markMinute(_ asset: AssetState, _ group: Int, _ timeMs: Int64) {
        let minute = Rollups.Minute(asset: asset.info.number, signalGroup: Int16(group), timeMs: timeMs)
        if asset.groups[group].markedMinuteMs == minute.timeMs, receivedMs < minute.timeMs + 90_000 { return }
        batch.minutes.insert(minute)
        if receivedMs < minute.timeMs + 90_000 { asset.groups[group].markedMinuteMs = minute.timeMs }
    }

    // MARK: - What comes again

    private func repeated(
        _ node: Node, _ device: Device?, _ stream: StreamState, _ sequence: Int64, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer
    ) {
        change(stream) { $0.duplicates += 1 }
        counters.duplicates.add(1)
        // The writer looks whether it is the same record; another one under the same number must not vanish. One whose
        // time was repaired cannot be found again.
        let timeMs = reading.head.timeMs ?? 0
        let isReport = reading.head.report != nil || reading.head.note != nil
        guard isReport || (device?.asset != nil && plausible(timeMs)), batch.repeats.count < 5_000 else { return }
        batch.add(
            RepeatedRecord(
                stream: stream.number, asset: isReport ? nil : device?.asset?.info.number,
                timeMs: isReport ? receivedMs : timeMs, epoch: stream.id.epoch, sequence: sequence,
                chain: reading.head.chain, site: node.site, agent: node.agent, device: device?.name,
                topic: String(decoding: topic, as: UTF8.self), payload: Array(payload)))
    }

    // MARK: - Reports

    private func take(_ report: Report, of stream: StreamState, _ sequence: Int64) {
        change(stream) { delta in
            delta.committed.insert(sequence)
            delta.reports += 1
            delta.made = max(delta.made, sequence)
        }
        var entry = LossEntry(
            site: stream.id.site, agent: stream.id.agent, epoch: report.epoch, numbers: nil,
            cause: report.cause.rawValue, fromMs: PostgresTime.clamped(report.fromMs),
            toMs: PostgresTime.clamped(report.toMs), ticks: max(0, report.ticks),
            report: RecordOrigin(
                stream: stream.number, epoch: stream.id.epoch, sequence: sequence, chain: reading.head.chain,
                message: batch.place(of: source)))
        var lost: Int64 = 0
        if let numbers = report.lost,
            let target = self.stream(StreamID(site: stream.id.site, agent: stream.id.agent, epoch: report.epoch))
        {
            entry.numbers = numbers
            // "Everything after": only numbers that were heard of can be missing.
            let last = min(numbers.upperBound, max(target.made, numbers.upperBound == .max ? 0 : numbers.upperBound))
            if numbers.lowerBound <= last {
                var missing = target.claimed.missing(in: numbers.lowerBound...last)
                missing.subtract(target.lost)
                target.lost.formUnion(missing)
                target.made = max(target.made, last)
                lost = missing.count
                if !missing.isEmpty { change(target) { $0.lost.formUnion(missing) } }
            }
        }
        batch.add(entry)
        if report.cause != .renumbered {
            watchLoss(
                site: stream.id.site, agent: stream.id.agent, lost, plausible(report.toMs) ? report.toMs : receivedMs)
        }
        let isLoss = lost > 0 && report.cause != .renumbered || report.ticks > 0
        note(
            isLoss ? "loss" : "outbox_notice", isLoss && lost > 0 ? .critical : .warning, site: stream.id.site,
            agent: stream.id.agent, occurredMs: plausible(report.toMs) ? report.toMs : receivedMs,
            report.cause == .notSampled
                ? "\(stream.id.agent) took no readings at \(report.ticks) ticks"
                : "\(stream.id.agent) reports \(lost) lost records of epoch \(report.epoch): \(report.cause.rawValue)")
    }

    /// An agent's word about its outbox, without a record.
    private func takeStatus(_ node: Node, _ delivery: NodeBirth.Delivery) {
        guard let stream = stream(StreamID(site: node.site, agent: node.agent, epoch: delivery.epoch)) else { return }
        change(stream) { $0.status.take(reading.word) }
    }

    // MARK: - Streams

    @inline(__always)
    func change(_ stream: StreamState, _ body: (inout StreamDelta) -> Void) {
        body(&batch.streams[stream.number, default: StreamDelta(stream.id)])
    }
}
