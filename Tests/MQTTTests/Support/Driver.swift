import Glibc
import MQTT
import Runtime
import Synchronization
import TestSupport

/// A client on a thread of its own, as an owner would drive it. Everything that happens is kept.
final class Driver: Sendable {
    enum Event: Equatable, Sendable {
        case connected
        case ended(MQTTFailure?)
        case message(topic: String, payload: [UInt8], qos: MQTTQoS, isRetained: Bool)
        case subscribed(id: Int32, granted: [MQTTQoS?])
        case published(id: Int32, refusal: String?)
    }

    private struct State {
        var events: [Event] = []
        var jobs: [@Sendable (MQTTClient) -> Void] = []
        var isStopping = false
        var hasStopped = false
        var serviceCount = 0
    }

    private let state = Mutex(State())
    private let wakeUp: WakeUp

    /// `keepsMessages` false: only their number counts, as in measurements. `reaction` is called after each event,
    /// on the client's thread, from within the handler.
    init(
        _ configuration: MQTTConfiguration, keepsMessages: Bool = true,
        reaction: (@Sendable (MQTTClient, Event) -> Void)? = nil
    ) throws {
        wakeUp = try WakeUp()
        startThread { [self] in
            let handler = Handler(self, keepsMessages: keepsMessages, reaction: reaction)
            let client = MQTTClient(configuration)
            while !state.withLock({ $0.isStopping }) {
                if client.service(timeoutMs: 5000, wake: wakeUp.fd, handler: handler) { wakeUp.clear() }
                let jobs = state.withLock { state in
                    state.serviceCount += 1
                    defer { state.jobs = [] }
                    return state.jobs
                }
                for job in jobs { job(client) }
                let messages = handler.takeCount()
                if messages > 0 { messageTotal.add(messages, ordering: .relaxed) }
            }
            client.close()
            state.withLock { $0.hasStopped = true }
        }
    }

    deinit { state.withLock { $0.isStopping = true } }

    private let messageTotal = Atomic<Int>(0)
    var messageCount: Int { messageTotal.load(ordering: .relaxed) }

    /// Ends the thread and closes the connection without a word.
    func stop() {
        state.withLock { $0.isStopping = true }
        wakeUp.signal()
        try? waitUntil("driver's end") { state.withLock { $0.hasStopped } }
    }

    var events: [Event] { state.withLock { $0.events } }
    var serviceCount: Int { state.withLock { $0.serviceCount } }

    fileprivate func add(_ event: Event) { state.withLock { $0.events.append(event) } }

    /// Runs on the client's thread and waits for the result.
    @discardableResult
    func perform<T: Sendable>(_ job: @escaping @Sendable (MQTTClient) throws -> T) throws -> T {
        let result = Mutex<Result<T, any Error>?>(nil)
        let box = Box(result)
        state.withLock { state in
            state.jobs.append { client in
                let outcome = Result { try job(client) }
                box.value.withLock { $0 = outcome }
            }
        }
        wakeUp.signal()
        try waitUntil("job on the client's thread", within: .seconds(60)) { box.value.withLock { $0 != nil } }
        return try box.value.withLock { $0 }!.get()
    }

    func connect(will: MQTTWill? = nil) throws { try perform { try $0.connect(will: will) } }

    func connectAndWait(will: MQTTWill? = nil) throws {
        let before = events.count
        try connect(will: will)
        try waitFor("connection") { $0.dropFirst(before).contains(.connected) }
    }

    func waitFor(_ what: String, within limit: Duration = .seconds(30), _ condition: ([Event]) -> Bool) throws {
        do { try waitUntil(what, within: limit) { condition(events) } } catch {
            throw SupportFailure("\(error); events: \(events)")
        }
    }

    /// Why the connection ended; waits for it.
    func waitForEnd(within limit: Duration = .seconds(30)) throws -> MQTTFailure? {
        try waitFor("end of the connection", within: limit) { $0.contains { $0.isEnd } }
        guard case .ended(let failure)? = events.last(where: { $0.isEnd }) else { return nil }
        return failure
    }

    private final class Box<T>: Sendable where T: Sendable {
        let value: Mutex<T?>
        init(_ value: consuming Mutex<T?>) { self.value = value }
    }

    private final class Handler: MQTTHandler {
        private unowned let driver: Driver
        private let keepsMessages: Bool
        private let reaction: (@Sendable (MQTTClient, Event) -> Void)?
        private var count = 0

        init(_ driver: Driver, keepsMessages: Bool, reaction: (@Sendable (MQTTClient, Event) -> Void)?) {
            self.driver = driver
            self.keepsMessages = keepsMessages
            self.reaction = reaction
        }

        func takeCount() -> Int {
            defer { count = 0 }
            return count
        }

        private func note(_ client: MQTTClient, _ event: Event) {
            driver.add(event)
            reaction?(client, event)
        }

        func mqttConnected(_ client: MQTTClient) { note(client, .connected) }
        func mqttEnded(_ client: MQTTClient, _ failure: MQTTFailure?) { note(client, .ended(failure)) }
        func mqttMessage(_ client: MQTTClient, _ message: borrowing MQTTMessage) {
            count += 1
            guard keepsMessages else { return }
            note(
                client,
                .message(
                    topic: String(decoding: message.topic, as: UTF8.self), payload: Array(message.payload),
                    qos: message.qos, isRetained: message.isRetained))
        }
        func mqttSubscribed(_ client: MQTTClient, id: Int32, granted: [MQTTQoS?]) {
            note(client, .subscribed(id: id, granted: granted))
        }
        func mqttPublished(_ client: MQTTClient, id: Int32, refusal: String?) {
            note(client, .published(id: id, refusal: refusal))
        }
    }
}

extension Driver.Event {
    var isEnd: Bool { if case .ended = self { true } else { false } }
    var isSubscribed: Bool { if case .subscribed = self { true } else { false } }
    var payload: [UInt8]? { if case .message(_, let payload, _, _) = self { payload } else { nil } }
}
