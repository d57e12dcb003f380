import AgentCore
import Model
import Outbox
import Runtime
import Sparkplug

/// An agent without an outbox and a process: births, aliases, envelopes, window and receipts are the real agent's.
/// Which frame bears which number is a function of the number, so that whatever must be sent again can be made again.
struct VirtualAgent {
    let name: String
    private(set) var epoch: Epoch
    private(set) var made: Int64 = 0
    private(set) var sent: Int64 = 0
    private(set) var receipts: Int64 = 0
    /// Receipts that made no sense: must stay 0.
    private(set) var ignoredReceipts: Int64 = 0
    private(set) var births = 0

    private let pool: FramePool
    private let build: Births
    private let nodeBirthTopic: [UInt8]
    private let deviceBirthTopic: [UInt8]
    private let dataTopic: [UInt8]
    private var encoder: DataEncoder
    private var machine: DeliveryMachine
    private var seq = SequenceCounter()
    /// Time of the first frame.
    var startMs: Int64
    private let periodMs: Int64

    /// The first frame is of `startMs`, the others follow at `periodMs`.
    init(site: String, name: String, pool: FramePool, startMs: Int64, periodMs: Int64) {
        self.name = name
        self.pool = pool
        self.startMs = startMs
        self.periodMs = periodMs
        epoch = Epoch(bits: UInt64.random(in: 1...UInt64.max)) ?? VirtualAgent.anyEpoch
        let aliases = AliasTable(assets: [(name, pool.kind)])
        build = Births(aliases: aliases)
        encoder = DataEncoder(device: aliases.devices[0])
        nodeBirthTopic = Array(Topic.node(.birth, site: site, agent: name).text.utf8)
        deviceBirthTopic = Array(Topic.device(.birth, site: site, agent: name, device: name).text.utf8)
        dataTopic = Array(Topic.device(.data, site: site, agent: name, device: name).text.utf8)
        machine = DeliveryMachine(
            epochs: [EpochState(life: 1, epoch: epoch, nextSequence: 1, receipted: 0, chain: 0)])
    }

    private static var anyEpoch: Epoch { Epoch(bits: 1)! }

    var pending: Int64 { machine.pendingCount }
    var signalCount: Int { pool.signalCount }

    mutating func born(_ connection: LoadConnection, atMs nowMs: Int64) {
        let status = AgentStatus(
            epoch: epoch, sequence: made, chain: chain(made), first: machine.settledThrough + 1,
            receipted: machine.settledThrough)
        let wallMs = Clock.wallMs()
        seq.restart()
        let node = build.node(status, bdSeq: 0, properties: [("Software", "bench")], timeMs: wallMs).encoded()
        _ = seq.next()
        node.withUnsafeBytes { connection.publish(nodeBirthTopic, $0) }
        let latest = pool.kind.groups.indices.map { $0 == pool.group ? pool.frame(made, timeMs: wallMs) : nil }
        let device = build.device(
            build.aliases.devices[0], latest: latest, status: status, seq: seq.next(), timeMs: wallMs
        ).encoded()
        device.withUnsafeBytes { connection.publish(deviceBirthTopic, $0) }
        births += 1
        machine.born(atMs: nowMs)
    }

    /// Accepts readings, as the sampler does.
    mutating func make(_ count: Int64) {
        made += count
        machine.committed(Place(life: 1, sequence: made))
    }

    /// Accepts one reading and sends it at once, as an agent does that is up to date.
    mutating func makeLive(_ connection: LoadConnection, atMs nowMs: Int64) {
        make(1)
        guard machine.sendsLive else { return }
        send(made, connection, isHistorical: false)
        machine.sent(life: 1, made...made, atMs: nowMs)
    }

    /// Room for more frames within the window, without what is made already.
    var room: Int64 { Int64(machine.window) - machine.pendingCount }

    /// Sends what the window allows of what has been made. `isHistorical`: as backlog.
    mutating func deliver(_ connection: LoadConnection, atMs nowMs: Int64, isHistorical: Bool) {
        while connection.backlog < 1 << 19, case .send(_, let numbers, let limit) = machine.step(atMs: nowMs) {
            let last = min(numbers.upperBound, numbers.lowerBound + Int64(limit) - 1)
            for number in numbers.lowerBound...last { send(number, connection, isHistorical: isHistorical) }
            machine.sent(life: 1, numbers.lowerBound...last, atMs: nowMs)
        }
    }

    private mutating func send(_ number: Int64, _ connection: LoadConnection, isHistorical: Bool) {
        let envelope = DataEnvelope(
            epoch: epoch, sequence: number, chain: chain(number), seq: seq.next(), sentMs: Clock.wallMs(),
            isHistorical: isHistorical)
        let frame = pool.frame(number, timeMs: startMs + (number - 1) * periodMs)
        do {
            try encoder.withMessage(frame, envelope) { connection.publish(dataTopic, $0) }
            sent += 1
        } catch {
            preconditionFailure("the pool's frames are of the kind's own groups: \(error)")
        }
    }

    /// Not the real hash chain, which is the outbox's: only a number that belongs to the frame.
    private func chain(_ number: Int64) -> UInt64 {
        (epoch.bits ^ UInt64(bitPattern: number)) &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func obey(_ command: ReceivedCommand, _ connection: LoadConnection, atMs nowMs: Int64) {
        switch command {
        case .accepted(.receipt(let receipt)):
            receipts += 1
            if case .applied = machine.receipt(receipt, atMs: nowMs) { return }
            ignoredReceipts += 1
        case .accepted(.rebirth): born(connection, atMs: nowMs)
        case .accepted(.resend), .noRequest, .malformed, .unknown: break
        }
    }
}
