import CSystem
import Glibc
import Runtime
import Synchronization
import TestSupport

/// WebSocket clients of the telemetry feed, up to many thousands, driven by one thread.
final class FeedLoad: Sendable {
    struct Plan: Sendable {
        var port: UInt16
        var clients: Int
        var path = "/ws/telemetry"
        /// The loopback's addresses that they come from.
        var addresses = 1
        /// Delays are counted by group.
        var group: @Sendable (_ client: Int) -> Int = { _ in 0 }
        /// With room for few messages between server and client, so that one that does not read is soon noticed.
        var isNarrow = false
        /// The `assets` that a client subscribes to, as JSON.
        var assets: @Sendable (_ client: Int) -> String = { _ in "\"*\"" }
    }

    struct Totals: Sendable {
        var subscribed = 0
        var failed = 0
        var deltas: Int64 = 0
        var bytes: Int64 = 0
        /// Frames that the feed has told us it left out.
        var missed: Int64 = 0
        /// From the first connect to the last snapshot.
        var connectSeconds = 0.0
        var delays: [Delays]
        var problem: String?
    }

    private struct Shared {
        var totals: Totals
        var forgets = false
        var isDeaf = false
    }

    private let thread: NamedThread
    private let isEnding: StopMark
    private let shared: Locked<Shared>
    private let plan: Plan

    final class StopMark: Sendable {
        private let value = Atomic<Bool>(false)
        func set() { value.store(true, ordering: .releasing) }
        var isSet: Bool { value.load(ordering: .acquiring) }
    }

    init(_ plan: Plan) throws {
        let groups = (0..<plan.clients).reduce(0) { max($0, plan.group($1)) } + 1
        let isEnding = StopMark()
        let shared = Locked(Shared(totals: Totals(delays: Array(repeating: Delays(), count: groups))))
        self.plan = plan
        self.isEnding = isEnding
        self.shared = shared
        thread = try NamedThread.start(name: "feed-load", stackBytes: 1 << 20) {
            do {
                let crowd = try Crowd(plan, groups: groups)
                while !isEnding.isSet {
                    try crowd.turn()
                    shared.withLock { shared in
                        if shared.forgets { crowd.forget() }
                        shared.forgets = false
                        crowd.isDeaf = shared.isDeaf
                        shared.totals = crowd.totals
                    }
                }
            } catch {
                shared.withLock { $0.totals.problem = "\(error)" }
            }
        }
    }

    deinit {
        isEnding.set()
        thread.join()
    }

    /// A moment old at most.
    func totals() throws -> Totals {
        let totals = shared.withLock { $0.totals }
        if let problem = totals.problem { throw SupportFailure("the feed's clients: \(problem)") }
        return totals
    }

    /// Waits until all are subscribed.
    func waitUntilSubscribed(within limit: Duration = .seconds(60)) throws {
        do {
            try waitUntil("subscriptions", within: limit) { try totals().subscribed >= plan.clients }
        } catch {
            let totals = try totals()
            throw SupportFailure(
                "\(totals.subscribed) of \(plan.clients) clients are subscribed, \(totals.failed) have failed: \(error)"
            )
        }
    }

    /// Counts from now on; waits until that is so.
    func forget() throws {
        shared.withLock { $0.forgets = true }
        try waitUntil("the count") { shared.withLock { !$0.forgets } }
    }

    /// From now on they stay connected and read nothing.
    func deafen() { shared.withLock { $0.isDeaf = true } }
}

/// The load's thread from inside.
private final class Crowd {
    private let plan: FeedLoad.Plan
    private let epoll: CInt
    private var clients: [FeedClient] = []
    /// By descriptor.
    private var places: [CInt: Int] = [:]
    private var greeting = 0
    private let startNs = Clock.monotonicNs()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Crowd.eventsPerTurn)
    private(set) var totals: FeedLoad.Totals
    private let groups: Int
    var isDeaf = false

    /// Handshakes at a time: more would only wait in the server's queue.
    private static let mostGreeting = 512
    private static let eventsPerTurn = 1024

    init(_ plan: FeedLoad.Plan, groups: Int) throws {
        self.plan = plan
        self.groups = groups
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SupportFailure("epoll: \(errno)") }
        totals = FeedLoad.Totals(delays: Array(repeating: Delays(), count: groups))
        clients.reserveCapacity(plan.clients)
    }

    deinit {
        for client in clients { close(client.socket) }
        close(epoll)
        buffer.deallocate()
        events.deallocate()
    }

    func forget() {
        totals.delays = Array(repeating: Delays(), count: groups)
        totals.deltas = 0
        totals.bytes = 0
        totals.missed = 0
    }

    func turn() throws {
        while clients.count < plan.clients, greeting < Crowd.mostGreeting { try add() }
        guard !isDeaf else { return Clock.sleep(ms: 20) }
        let count = epoll_wait(epoll, events, CInt(Crowd.eventsPerTurn), 20)
        for index in 0..<max(0, Int(count)) {
            if let place = places[CInt(truncatingIfNeeded: events[index].data.u64)] {
                handle(place, events[index].events)
            }
        }
    }

    private func add() throws {
        let number = clients.count
        let client = try FeedClient(
            port: plan.port, from: UInt8(1 + number % max(1, min(plan.addresses, 250))), group: plan.group(number),
            isNarrow: plan.isNarrow)
        places[client.socket] = number
        clients.append(client)
        greeting += 1
        watch(client.socket, EPOLLIN.rawValue | EPOLLOUT.rawValue, EPOLL_CTL_ADD)
    }

    private func watch(_ socket: CInt, _ wanted: UInt32, _ operation: CInt) {
        var event = epoll_event()
        event.events = wanted
        event.data.u64 = UInt64(UInt32(bitPattern: socket))
        epoll_ctl(epoll, operation, socket, &event)
    }

    private func handle(_ place: Int, _ flags: UInt32) {
        if clients[place].stage == .connecting, flags & EPOLLOUT.rawValue != 0 {
            watch(clients[place].socket, EPOLLIN.rawValue, EPOLL_CTL_MOD)
            clients[place].stage = .handshaking
            guard clients[place].send(Array(WebSocketPeer.handshake(plan.path).utf8)) else { return fail(place) }
        }
        guard flags & ~EPOLLOUT.rawValue != 0 else { return }
        let count = recv(clients[place].socket, buffer.baseAddress, buffer.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return fail(place) }
        totals.bytes += Int64(count)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let nowMs = Double(now.tv_sec) * 1e3 + Double(now.tv_nsec) / 1e6
        var hasEnded = false
        var isSubscribing = false
        var isSubscribed = false
        let group = clients[place].group
        clients[place].take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { news in
            switch news {
            case .delta(let timeMs):
                totals.deltas += 1
                totals.delays[group].add(nowMs - Double(timeMs))
            case .gap(let missed): totals.missed += Int64(missed)
            case .hello: isSubscribing = true
            case .snapshot: isSubscribed = true
            case .closed: hasEnded = true
            case .other: break
            }
        }
        if isSubscribing {
            hasEnded = !clients[place].send(
                text: "{\"type\":\"subscribe\",\"id\":1,\"assets\":\(plan.assets(place))}")
        }
        if isSubscribed { subscribed(place) }
        if hasEnded || clients[place].stage == .failed { fail(place) }
    }

    private func subscribed(_ place: Int) {
        guard clients[place].stage == .subscribing else { return }
        clients[place].stage = .open
        greeting -= 1
        totals.subscribed += 1
        totals.connectSeconds = Double(Clock.monotonicNs() - startNs) / 1e9
    }

    private func fail(_ place: Int) {
        if clients[place].stage != .open { greeting -= 1 }
        clients[place].stage = .failed
        totals.failed += 1
        epoll_ctl(epoll, EPOLL_CTL_DEL, clients[place].socket, nil)
    }
}
