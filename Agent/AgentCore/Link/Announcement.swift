import Assets
import Model
import Outbox
import Sparkplug

/// What the agent is on the wire: its aliases, its births, and the way each record becomes a message.
///
/// Besides the configured asset it announces every asset of which records still wait, so that a changed
/// configuration never makes waiting records undeliverable.
struct Announcement: ~Copyable {
    enum Problem: Error, CustomStringConvertible {
        case unknownKind(String)
        case notEncodable(Place, String)

        var description: String {
            switch self {
            case .unknownKind(let kind):
                "the outbox holds records of an asset kind \"\(kind)\" that this version does not know; "
                    + "run the version that wrote them until they are delivered"
            case .notEncodable(let place, let why): "record \(place.sequence) cannot be sent: \(why)"
            }
        }
    }

    /// A message ready to be published.
    enum Message {
        case device(Int, Frame)
        case report(Report)
    }

    let births: Births
    private let site: String
    private let agent: String
    private let deviceOfLayout: [Int: Int]
    private var encoders: [DataEncoder]
    private let dataTopics: [String]
    private var latest: [[Frame?]]

    init(config: AgentConfig, kind: AssetKind, layouts: [Layout]) throws(Problem) {
        var assets: [(id: String, kind: AssetKind)] = []
        var deviceOfLayout: [Int: Int] = [:]
        let own = (config.asset.id, kind.id)
        for (asset, kindID, layout) in [(own.0, own.1, -1)] + layouts.map({ ($0.asset, $0.kind, $0.id) }) {
            guard
                let kind = (asset, kindID) == own
                    ? kind : AssetCatalog[kindID] ?? RecordedSignals.kind(of: asset, kindID, layouts)
            else { throw .unknownKind(kindID) }
            let index = assets.firstIndex { $0.id == asset && $0.kind.id == kindID }
            if index == nil { assets.append((asset, kind)) }
            deviceOfLayout[layout] = index ?? assets.count - 1
        }
        let aliases = AliasTable(assets: assets)
        births = Births(aliases: aliases)
        encoders = aliases.devices.map { DataEncoder(device: $0) }
        latest = assets.map { Array(repeating: nil, count: $0.kind.groups.count) }
        dataTopics = aliases.devices.map {
            Topic.device(.data, site: config.site, agent: config.agent, device: $0.id).text
        }
        self.deviceOfLayout = deviceOfLayout
        site = config.site
        agent = config.agent
    }

    func nodeTopic(_ verb: Topic.Verb) -> String { Topic.node(verb, site: site, agent: agent).text }

    func deviceTopic(_ verb: Topic.Verb, _ device: Int) -> String {
        Topic.device(verb, site: site, agent: agent, device: births.aliases.devices[device].id).text
    }

    var deviceCount: Int { births.aliases.devices.count }

    /// Remembers the newest readings, which births repeat.
    mutating func noteLatest(_ record: StoredRecord) {
        guard let device = deviceOfLayout[record.layout],
            case .frame(let frame) = try? RecordCoding.decode(record.body),
            Int(frame.group) < latest[device].count
        else { return }
        latest[device][Int(frame.group)] = frame
    }

    func deviceBirth(
        _ device: Int, _ status: AgentStatus, seq: UInt8, timeMs: Int64, scenarios: Births.DeviceScenarios
    ) -> Payload {
        births.device(
            births.aliases.devices[device], latest: latest[device], status: status, seq: seq, timeMs: timeMs,
            scenarios: scenarios)
    }

    /// Encodes a record and lends the message to `publish`. `scenariosRunning` goes with live notes.
    mutating func withMessage<Result>(
        _ record: StoredRecord, seq: UInt8, isHistorical: Bool, sentMs: Int64, scenariosRunning: String,
        _ publish: (_ topic: String, UnsafeRawBufferPointer) -> Result
    ) throws(Problem) -> Result {
        let envelope = DataEnvelope(
            epoch: record.epoch, sequence: record.sequence, chain: record.chain, seq: seq, sentMs: sentMs,
            isHistorical: isHistorical)
        let content: Record
        do {
            content = try RecordCoding.decode(record.body)
        } catch {
            throw .notEncodable(record.place, "\(error)")
        }
        switch content {
        case .report(let report):
            let bytes = births.report(report, envelope).encoded()
            return bytes.withUnsafeBytes { publish(nodeTopic(.data), $0) }
        case .note(let note):
            guard let device = deviceOfLayout[record.layout] else {
                throw .notEncodable(record.place, "its layout \(record.layout) is not known")
            }
            let bytes = births.note(
                note, of: births.aliases.devices[device], running: isHistorical ? nil : scenariosRunning, envelope
            ).encoded()
            return bytes.withUnsafeBytes { publish(dataTopics[device], $0) }
        case .frame(let frame):
            guard let device = deviceOfLayout[record.layout] else {
                throw .notEncodable(record.place, "its layout \(record.layout) is not known")
            }
            let topic = dataTopics[device]
            do {
                return try encoders[device].withMessage(frame, envelope) { publish(topic, $0) }
            } catch {
                throw .notEncodable(record.place, "\(error)")
            }
        }
    }
}
