import Outbox
import Runtime

/// What `bellwether-agent status` shows: the agent's own last word, and whether it is running.
struct AgentStatusReport {
    private let content: JSON
    private let bytes: [UInt8]
    private let isRunning: Bool
    private let config: AgentConfig

    struct NoStatus: Error, CustomStringConvertible {
        let description: String
    }

    init(_ config: AgentConfig) throws {
        do {
            bytes = try AgentStatusFile(folder: config.stateFolder).read()
            content = try JSON(bytes)
        } catch {
            throw NoStatus(
                description: "there is no status of this agent (\(error)); has it run? Start it: "
                    + "bellwether-agent run --config FILE")
        }
        self.config = config
        // Who can take the lock proves that nobody has it.
        isRunning = (try? ProcessLock(config.outbox.lockPath)) == nil
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { json in
            json.field("running", isRunning)
            for (name, value) in (content.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.value(value)
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    var text: String {
        func number(_ name: String) -> String { content[name]?.int.map(String.init) ?? "?" }
        let link =
            !isRunning
            ? "not running"
            : content["publishing"]?.bool == true
                ? "publishing"
                : content["connected"]?.bool == true ? "connected, waiting for the collector" : "not connected"
        let days = content["outbox_days_left"]?.double.map { String(Double(Int(min($0, 1e6) * 10)) / 10) } ?? "?"
        let running = content["scenarios"]?.array?.compactMap { $0["scenario"]?.string } ?? []
        let replay = content["replay_rows"]?.int.map { rows in
            func ms(_ name: String) -> String { content[name]?.double.map { "\($0)" } ?? "?" }
            return "replay    \(rows) rows, the last one \(ms("replay_drift_ms")) ms late, the latest "
                + "\(ms("replay_latest_ms")) ms\n"
        }
        return """
            agent     \(config.agent) of site \(config.site), asset \(config.asset.id) (\(config.asset.kind))
            state     \(link), as of \(content["time"]?.string ?? "?")
            epoch     \(content["epoch"]?.string ?? "?")
            made      \(number("made")) records, newest sequence \(number("sequence"))
            receipted \(number("receipted")), pending \(number("pending")), dropped \(number("dropped"))
            outbox    \(number("outbox_bytes")) of \(number("outbox_capacity_bytes")) bytes, room for \(days) days without a link
            scenarios \(running.isEmpty ? "none" : running.joined(separator: ", "))

            """ + (replay ?? "")
    }
}
