import Glibc
import Runtime
import Sparkplug
import Synchronization
import TestSupport

/// Many virtual agents over a few connections, driven by one thread.
final class Fleet: Sendable {
    enum Pace: Sendable {
        /// As fast as receipts come, as live frames or as backlog.
        case saturating(isHistorical: Bool)
        /// Each agent a frame in every period, evenly spread over it.
        case every(milliseconds: Int64)
    }

    struct Totals: Sendable {
        var made: Int64 = 0
        var sent: Int64 = 0
        var pending: Int64 = 0
        var receipts: Int64 = 0
        var ignoredReceipts: Int64 = 0
        var births = 0
        var isOnline = false
    }

    private let thread: NamedThread
    private let isMaking: Flag
    private let isEnding: Flag
    private let shared: Locked<(totals: Totals, failure: String?)>

    private final class Flag: Sendable {
        private let value: Atomic<Bool>
        init(_ value: Bool) { self.value = Atomic(value) }
        func set(_ new: Bool) { value.store(new, ordering: .releasing) }
        var isSet: Bool { value.load(ordering: .acquiring) }
    }

    /// Connects the agents; they are born as soon as the collector is online, and make frames from then on.
    init(port: UInt16, agents: [VirtualAgent], connections: Int, pace: Pace) throws {
        let isMaking = Flag(true)
        let isEnding = Flag(false)
        let shared = Locked<(totals: Totals, failure: String?)>((Totals(), nil))
        self.isMaking = isMaking
        self.isEnding = isEnding
        self.shared = shared
        thread = try NamedThread.start(name: "fleet", stackBytes: 4 << 20) {
            do {
                let crew = try Crew(port: port, agents: agents, connections: connections, pace: pace)
                while !isEnding.isSet {
                    let totals = try crew.turn(isMaking: isMaking.isSet)
                    shared.withLock { $0.totals = totals }
                }
            } catch {
                shared.withLock { $0.failure = "\(error)" }
            }
        }
    }

    deinit {
        isEnding.set(true)
        thread.join()
    }

    func totals() throws -> Totals {
        let (totals, failure) = shared.withLock { $0 }
        if let failure { throw SupportFailure("the load: \(failure)") }
        return totals
    }

    func waitUntilOnline() throws {
        try waitUntil("the collector's STATE", within: .seconds(20)) { try totals().isOnline }
    }

    /// Makes no more frames and waits until everything made has a receipt.
    func drain(within limit: Duration = .seconds(30)) throws -> Totals {
        isMaking.set(false)
        do {
            try waitUntil("receipts for everything", within: limit) { try totals().pending == 0 }
        } catch {
            throw SupportFailure("\(error); \(try totals())")
        }
        return try totals()
    }
}

/// The fleet's thread from inside.
private final class Crew {
    private var agents: [VirtualAgent]
    private let connections: [LoadConnection]
    private let pace: Fleet.Pace
    private var totals = Fleet.Totals()
    private var turns = 0
    private var isOnline = false
    private var dueNs: [Int64] = []
    /// Agents whose next frame is due first come first; paces are equal, so that the order never changes.
    private var nextDue = 0
    private var polled: [pollfd]

    init(port: UInt16, agents: [VirtualAgent], connections count: Int, pace: Fleet.Pace) throws {
        self.agents = agents
        self.pace = pace
        connections = try (0..<min(count, agents.count)).map { number in
            let own = stride(from: number, to: agents.count, by: count).map { agents[$0].name }
            let filters = own.map { Topic.node(.command, site: Stack.site, agent: $0).text }
            return try LoadConnection(
                port: port, clientID: "load-\(number)",
                filters: filters + (number == 0 ? [Topic.state(host: "bellwether").text] : []))
        }
        polled = connections.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
    }

    private func connection(of agent: Int) -> LoadConnection { connections[agent % connections.count] }

    func turn(isMaking: Bool) throws -> Fleet.Totals {
        var timeoutMs: CInt = 10
        if isOnline { timeoutMs = work(isMaking: isMaking) }
        for (index, connection) in connections.enumerated() {
            connection.flush()
            polled[index].events = Int16(POLLIN) | (connection.backlog > 0 ? Int16(POLLOUT) : 0)
        }
        poll(&polled, nfds_t(polled.count), timeoutMs)
        let wasOnline = isOnline
        for (index, connection) in connections.enumerated() where polled[index].revents != 0 {
            try connection.read { topic, payload in heard(topic, payload, connection) }
        }
        if isOnline, !wasOnline {
            let nowMs = Clock.monotonicMs()
            for index in agents.indices { agents[index].born(connection(of: index), atMs: nowMs) }
            startPacing()
        }
        turns += 1
        if turns % 16 == 0 || !isMaking { count() }
        return totals
    }

    /// How long the next turn may wait.
    private func work(isMaking: Bool) -> CInt {
        let nowNs = Clock.monotonicNs()
        let nowMs = nowNs / 1_000_000
        switch pace {
        case .saturating(let isHistorical):
            for index in agents.indices {
                let connection = connection(of: index)
                guard connection.backlog < 1 << 19 else { continue }
                if isMaking, agents[index].room > 0 { agents[index].make(agents[index].room) }
                agents[index].deliver(connection, atMs: nowMs, isHistorical: isHistorical)
            }
            return 1
        case .every(let milliseconds):
            var made = 0
            while isMaking, made < agents.count, dueNs[nextDue] <= nowNs {
                agents[nextDue].makeLive(connection(of: nextDue), atMs: nowMs)
                dueNs[nextDue] += milliseconds * 1_000_000
                nextDue = (nextDue + 1) % agents.count
                made += 1
            }
            for index in agents.indices where agents[index].pending > 0 {
                agents[index].deliver(connection(of: index), atMs: nowMs, isHistorical: true)
            }
            return CInt(clamping: max(0, min(10, (dueNs[nextDue] - nowNs) / 1_000_000)))
        }
    }

    private func startPacing() {
        guard case .every(let milliseconds) = pace else { return }
        let startNs = Clock.monotonicNs() + 500_000_000
        let startMs = Clock.wallMs() + 500
        for index in agents.indices {
            let phaseMs = Int64(index) * milliseconds / Int64(agents.count)
            dueNs.append(startNs + phaseMs * 1_000_000)
            agents[index].startMs = startMs + phaseMs
        }
    }

    private func heard(_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer, _ connection: LoadConnection)
    {
        switch try? Topic(topic) {
        case .state: if let state = try? HostState(payload) { isOnline = state.isOnline }
        case .node(.command, _, let name):
            guard let dash = name.lastIndex(of: "-"), let index = Int(name[name.index(after: dash)...]),
                agents.indices.contains(index), let payload = try? Payload(decoding: payload)
            else { return }
            let nowMs = Clock.monotonicMs()
            for command in ReceivedCommand.parse(payload) { agents[index].obey(command, connection, atMs: nowMs) }
        default: break
        }
    }

    private func count() {
        totals = Fleet.Totals(isOnline: isOnline)
        for agent in agents {
            totals.made += agent.made
            totals.sent += agent.sent
            totals.pending += agent.pending
            totals.receipts += agent.receipts
            totals.ignoredReceipts += agent.ignoredReceipts
            totals.births += agent.births
        }
    }
}
