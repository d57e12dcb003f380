import Analytics
import Model
import Postgres
import Runtime
import Sparkplug

/// Data of plain Sparkplug nodes, at Sparkplug's own guarantee: as they come, and what comes twice once.
extension Ingestor {
    func plainData(
        _ node: Node, _ device: Device, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer
    ) {
        guard device.isBorn, let asset = device.asset, let number = node.plainStream else {
            askForBirth(node, why: "its birth could not be registered")
            return
        }
        let frames: [PlainFrame]
        let unknown: Int
        do throws(PlainReading.Failure) {
            (frames, unknown) = try PlainReading.read(
                payload, aliases: device.aliases, asset: asset, receivedMs: receivedMs)
        } catch {
            setAside(node, device, topic, payload, reason: "\(error)")
            return
        }
        // A node that always sends some that it never declares is asked now and then.
        if unknown > 0, frames.isEmpty || nowMs >= (node.rebirthAskedMs ?? .min) &+ 300_000 {
            askForBirth(node, why: "it sends metrics that its birth did not declare")
        }
        for frame in frames { store(frame, asset, node, number) }
    }

    private func store(_ frame: PlainFrame, _ asset: AssetState, _ node: Node, _ stream: Int32) {
        let timeMs = plausible(frame.timeMs) ? frame.timeMs : receivedMs
        if !frame.isHistorical {
            let before = asset.health.status
            asset.health.heard(atMs: timeMs)
            if asset.health.status != before {
                noteHealth(asset, atMs: timeMs, isStatusNew: true, why: "it sends readings")
            }
        }
        frame.values.withUnsafeBufferPointer {
            watchAlarms(asset, group: frame.group, timeMs, $0, frame.qualities, isLate: frame.isHistorical)
        }
        let sequence = frame.contentNumber
        batch.plainTelemetry.row { row in
            row.put(timestampMs: timeMs)
            row.put(Int64(0))
            row.put(sequence)
            row.putNull()
            if timeMs == frame.timeMs {
                row.putNull()
            } else {
                row.put(timestampMs: PostgresTime.clamped(frame.timeMs))
            }
            row.put(asset.info.number)
            row.putNull()
            row.put(Int16(frame.group))
            row.put(frame.isHistorical)
            row.put(frame.values.span)
            row.put(bytes: frame.qualities.map(\.rawValue))
            if frame.texts.isEmpty { row.putNull() } else { row.put(json: texts(frame, asset)) }
        }
        batch.days.insert(Day(timeMs: timeMs))
        markMinute(asset, frame.group, timeMs)
        batch.streams[stream, default: StreamDelta(site: node.site, agent: node.agent)].received += 1
        batch.add(
            CommittedFrame(
                asset: asset.info, group: frame.group, timeMs: timeMs, epochBits: 0, sequence: sequence,
                values: frame.values, qualities: frame.qualities, health: nil, status: asset.health.status,
                isHistorical: frame.isHistorical), of: stream, chain: nil, source)
    }

    private func texts(_ frame: PlainFrame, _ asset: AssetState) -> String {
        var json = JSONWriter()
        json.object { json in
            for (position, text) in frame.texts.sorted(by: { $0.key < $1.key }) {
                json.field(asset.info.groups[frame.group].signals[position].name, text)
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
