import Assets
import Glibc
import Model
import Outbox
import Runtime
import TestSupport

/// Writes a backlog into the outbox of an agent that is not running, as if it had been without a link for long.
/// Through the product's own module, so that the agent finds an outbox that it goes on with.
enum PreparedOutbox {
    /// `frames` of one group, `stepMs` apart, the last one now; each with another first value. The journal knows them.
    /// With `untilFull` it ends when the outbox takes no more. With `signals` only the first so many, as an older version
    /// may have had. How many records there are.
    @discardableResult
    static func fill(
        _ agent: AgentUnit, frames count: Int, group: Int = 0, stepMs: Int64 = 1_000, maxBytes: Int64 = 1 << 30,
        untilFull: Bool = false, signals: Int = .max
    ) throws -> Int {
        guard let kind = AssetCatalog[agent.settings.kind] else { throw SupportFailure("no such kind") }
        let settings = OutboxSettings(folder: agent.stateFolder, maxBytes: maxBytes)
        let (outbox, _) = try Outbox.open(settings, nowMs: Clock.wallMs())
        let layout = try outbox.layout(
            asset: agent.name, kind: kind.id, group: group,
            signals: kind.groups[group].signals.prefix(signals).map(\.name))
        var simulator = kind.makeSimulator(agent.settings.seed)
        var readings = Readings(count: kind.groups[group].signals.count)
        simulator.read(group: group, into: &readings)
        let startMs = Clock.wallMs() - Int64(count) * stepMs
        var done = 0
        while done < count {
            var tick = Outbox.Tick()
            let end = min(done + (untilFull ? 20 : 1_000), count)
            for number in done..<end {
                let values = [Double(number)] + readings.values.prefix(signals).dropFirst()
                tick.records.append(
                    (
                        layout.id,
                        .frame(Frame(group: UInt8(group), timeMs: startMs + Int64(number) * stepMs, values: values))
                    ))
            }
            tick.mark = TickMark(tick: Int64(end - 1), timeMs: startMs + Int64(end - 1) * stepMs)
            do {
                try note(try outbox.commit(tick), in: agent.journalPath)
            } catch let failure as OutboxFailure where failure.kind == .full && untilFull {
                break
            }
            done = end
        }
        return done
    }

    private static func note(_ records: [StoredRecord], in journal: String) throws {
        let file = open(journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw SupportFailure("cannot open \(journal)") }
        defer { close(file) }
        var text = ""
        for record in records {
            let crc = CRC32C.ofRecord(epoch: record.epoch, sequence: record.sequence, bytes: record.body)
            let digits = String(crc, radix: 16)
            text += "\(record.epoch) \(record.sequence) \(String(repeating: "0", count: 8 - digits.count))\(digits)\n"
        }
        let bytes = Array(text.utf8)
        guard write(file, bytes, bytes.count) == bytes.count else { throw SupportFailure("cannot write \(journal)") }
    }
}
