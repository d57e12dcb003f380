import Assets
import Model
import Runtime
import Sparkplug
import TestSupport

@testable import Ingest

/// A message as the broker would bring it.
struct TestMessage: Sendable {
    var topic: String
    var payload: [UInt8]
}

/// An agent without a simulator, an outbox or a link: numbers records, and encodes them as agents do.
struct TestAgent {
    let site: String
    let name: String
    let kind: AssetKind
    var epoch: Epoch
    /// By number, in the current epoch and in those before it.
    private(set) var records: [Epoch: [Int64: (record: Record, chain: UInt64)]] = [:]
    private(set) var newest: Int64 = 0
    private var chain = ChainHash.start
    private var seq = SequenceCounter()
    private var bdSeq: UInt8 = 0
    private let births: Births
    private var encoder: DataEncoder
    /// What the births say besides.
    var first: Int64 = 0
    var receipted: Int64 = 0
    var scenarios: String?
    var earlier: [Epoch: ClosedRange<Int64>] = [:]
    var properties: [(name: String, value: String)] { earlier.isEmpty ? [] : [("Earlier Epochs", earlierText)] }

    private var earlierText: String {
        earlier.map { ResendRequest(epoch: $0.key, range: $0.value).text }.joined(separator: ",")
    }

    init(_ name: String = "agent-1", site: String = "site-1", kind id: String = "caster", epoch bits: UInt64? = nil)
        throws
    {
        self.site = site
        self.name = name
        guard let kind = AssetCatalog[id], let epoch = try bits.map({ Epoch(bits: $0) }) ?? Epoch.random() else {
            throw SupportFailure("no kind \(id)")
        }
        self.kind = kind
        self.epoch = epoch
        births = Births(aliases: AliasTable(assets: [(id: name, kind: kind)]))
        encoder = DataEncoder(device: births.aliases.devices[0])
    }

    var status: AgentStatus {
        AgentStatus(epoch: epoch, sequence: newest, chain: chain, first: first, receipted: receipted)
    }

    var aliases: AliasTable { births.aliases }

    /// NBIRTH and DBIRTH of a new session.
    mutating func birth(atMs timeMs: Int64 = Clock.wallMs(), isNewSession: Bool = true) -> [TestMessage] {
        if isNewSession { bdSeq &+= 1 }
        seq.restart()
        _ = seq.next()
        let node = births.node(status, bdSeq: bdSeq, properties: properties, timeMs: timeMs)
        let device = births.device(
            births.aliases.devices[0], latest: [], status: status, seq: seq.next(), timeMs: timeMs,
            scenarios: .init(available: scenarios))
        return [
            TestMessage(topic: Topic.node(.birth, site: site, agent: name).text, payload: node.encoded()),
            TestMessage(
                topic: Topic.device(.birth, site: site, agent: name, device: name).text, payload: device.encoded()),
        ]
    }

    func death() -> TestMessage {
        TestMessage(
            topic: Topic.node(.death, site: site, agent: name).text,
            payload: Births.nodeDeath(bdSeq: bdSeq, timeMs: 0).encoded())
    }

    /// Accepts a record: it gets the next number.
    @discardableResult
    mutating func accept(_ record: Record) -> Int64 {
        newest += 1
        chain = ChainHash.next(
            after: chain, epoch: epoch, sequence: newest, record: RecordCoding.encode(record))
        records[epoch, default: [:]][newest] = (record, chain)
        return newest
    }

    /// A frame of the group with these values at its first places.
    func frame(_ values: [Double] = [1], group: Int = 0, atMs timeMs: Int64, _ qualities: [Quality] = []) -> Frame {
        var all = Array(repeating: 0.0, count: kind.groups[group].signals.count)
        for (index, value) in values.enumerated() where index < all.count { all[index] = value }
        return Frame(group: UInt8(group), timeMs: timeMs, values: all, qualities: qualities)
    }

    /// The message of a record, with the session's next number. Records of earlier epochs can be sent too.
    mutating func message(
        _ number: Int64, of epoch: Epoch? = nil, isHistorical: Bool = false, sentMs: Int64 = Clock.wallMs()
    ) throws -> TestMessage {
        let epoch = epoch ?? self.epoch
        guard let (record, chain) = records[epoch]?[number] else { throw SupportFailure("no record \(number)") }
        return try message(
            record, number, chain, of: epoch, isHistorical: isHistorical, sentMs: sentMs)
    }

    /// Any record under any number.
    mutating func message(
        _ record: Record, _ number: Int64, _ chain: UInt64, of epoch: Epoch, isHistorical: Bool = false,
        sentMs: Int64 = Clock.wallMs()
    ) throws -> TestMessage {
        let envelope = DataEnvelope(
            epoch: epoch, sequence: number, chain: chain, seq: seq.next(), sentMs: sentMs, isHistorical: isHistorical)
        switch record {
        case .frame(let frame):
            return TestMessage(
                topic: Topic.device(.data, site: site, agent: name, device: name).text,
                payload: try encoder.withMessage(frame, envelope) { Array($0) })
        case .report(let report):
            return TestMessage(
                topic: Topic.node(.data, site: site, agent: name).text,
                payload: births.report(report, envelope).encoded())
        case .note(let note):
            return TestMessage(
                topic: Topic.device(.data, site: site, agent: name, device: name).text,
                payload: births.note(note, of: births.aliases.devices[0], running: "[]", envelope).encoded())
        }
    }

    /// A number of the session that is used up by a message that never arrives.
    mutating func skip() { _ = seq.next() }

    /// A new outbox: numbers begin anew.
    mutating func beginEpoch(_ new: Epoch? = nil) throws {
        epoch = try new ?? Epoch.random()
        newest = 0
        chain = ChainHash.start
    }
}
