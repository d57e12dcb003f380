import Glibc
import Runtime

/// An MQTT 5 client that one thread owns and drives: every call comes from that thread.
///
///     try client.connect(will: will)
///     while isRunning { try client.service(timeoutMs: 1000, wake: wakeUp.fd, handler: self) }
///
/// It connects once for each `connect`, with clean start and no session: reconnecting is the owner's decision.
/// It keeps nothing of one connection for the next.
public final class MQTTClient {
    public let configuration: MQTTConfiguration
    private var connection: Connection?
    private var mayHaveMore = false
    private var nextKeepAliveMs: Int64 = 0

    /// Most packets read in one call of `service`, so that the owner gets to its other work.
    private static let packetsPerService = 2048
    private static let keepAliveEveryMs: Int64 = 500
    /// The library sometimes does not say that it waits to write during the handshake.
    private static let greetingPollMs: Int64 = 50

    public init(_ configuration: MQTTConfiguration) {
        self.configuration = configuration
        MQTTLibrary.initialise()
    }

    /// True from `connect` until the end was reported.
    public var isActive: Bool { connection != nil }

    /// True when messages can be published.
    public var isConnected: Bool { connection?.phase == .connected }

    /// Begins to connect; the outcome comes through `service`. Waits only for the name service.
    /// An earlier connection is closed without a word.
    public func connect(will: MQTTWill? = nil) throws(MQTTFailure) {
        precondition(connection?.isInCallback != true, "connect is for mqttEnded, or outside of handlers")
        connection = nil
        mayHaveMore = false
        nextKeepAliveMs = 0
        connection = try Connection(configuration, will: will, client: self, nowMs: Clock.monotonicMs())
    }

    /// Ends the connection after what is queued was sent. `withWill`: the broker shall publish the will all the same.
    /// Call `service` until the end is reported, and `close` if that takes too long.
    public func disconnect(withWill: Bool = false) { connection?.disconnect(withWill: withWill) }

    /// Ends the connection at once, without a word: the broker publishes the will. Reports nothing.
    public func close() {
        guard let connection else { return }
        connection.abandon()
        // While a handler is called the library is on the stack: it is let go when `service` is done with it.
        if !connection.isInCallback { self.connection = nil }
    }

    /// Hands a message to the network, or queues it if the network is slow. The id is that of `mqttPublished` (QoS 1).
    @discardableResult
    public func publish(
        _ topic: String, _ payload: UnsafeRawBufferPointer, qos: MQTTQoS = .atMostOnce, retain: Bool = false
    ) throws(MQTTRefusal) -> Int32 {
        guard let connection else { throw .notConnected }
        return try connection.publish(topic, payload, qos, retain: retain)
    }

    @discardableResult
    public func publish(
        _ topic: String, _ payload: [UInt8], qos: MQTTQoS = .atMostOnce, retain: Bool = false
    ) throws(MQTTRefusal) -> Int32 {
        try payload.withUnsafeBufferPointer { (bytes) throws(MQTTRefusal) in
            try publish(topic, UnsafeRawBufferPointer(bytes), qos: qos, retain: retain)
        }
    }

    /// Lets many messages that `body` publishes leave together, in as few segments as they fit into, when it returns:
    /// for those that nobody waits for one by one.
    public func together<T>(_ body: () throws -> T) rethrows -> T {
        let corked = connection
        corked?.cork(true)
        defer { corked?.cork(false) }
        return try body()
    }

    /// The id is that of `mqttSubscribed`.
    @discardableResult
    public func subscribe(_ filters: [String], qos: MQTTQoS) throws(MQTTRefusal) -> Int32 {
        guard let connection else { throw .notConnected }
        return try connection.subscribe(filters, qos)
    }

    // MARK: Driving

    /// Sleeps until the network, the wake descriptor, a duty of the connection or the time-out wakes it, does what
    /// there is to do, and calls the handler. True if the wake descriptor is readable.
    @discardableResult
    public func service(timeoutMs: Int, wake: CInt? = nil, handler: some MQTTHandler) -> Bool {
        guard let connection else { return Poll.wait(socket: -1, events: 0, wake: wake, timeoutMs).wake }
        connection.handler = handler
        let wakes = drive(connection, timeoutMs, wake)
        connection.handler = nil
        if connection.phase == .ended, self.connection === connection {
            self.connection = nil
            if !connection.isAbandoned { handler.mqttEnded(self, connection.failure) }
        }
        return wakes
    }

    private func drive(_ connection: Connection, _ timeoutMs: Int, _ wake: CInt?) -> Bool {
        // Something may have ended it since the last call, such as a failed publish.
        guard connection.phase != .ended else { return false }
        let now = Clock.monotonicMs()
        let polled = Poll.wait(
            socket: connection.socket, events: events(connection), wake: wake, sleepMs(connection, timeoutMs, now))
        switch connection.phase {
        case .opening: open(connection, polled.socket)
        case .greeting: greet(connection, polled.socket)
        case .connected: exchange(connection, polled.socket)
        case .ended: break
        }
        let after = Clock.monotonicMs()
        if connection.phase == .connected, after >= nextKeepAliveMs {
            nextKeepAliveMs = after + MQTTClient.keepAliveEveryMs
            connection.keepAlive()
        } else if connection.phase != .ended, connection.phase != .connected, after >= connection.deadlineMs {
            connection.end(.connectTimedOut(ms: Int(connection.deadlineMs - connection.startMs)))
        }
        return polled.wake
    }

    private func events(_ connection: Connection) -> Int16 {
        switch connection.phase {
        case .opening: Poll.writable
        case .greeting: Poll.readable | (connection.waitsForTLS || !connection.wantsWrite ? 0 : Poll.writable)
        case .connected: Poll.readable | (connection.wantsWrite ? Poll.writable : 0)
        case .ended: 0
        }
    }

    private func sleepMs(_ connection: Connection, _ timeoutMs: Int, _ nowMs: Int64) -> Int {
        if mayHaveMore { return 0 }
        let duty =
            switch connection.phase {
            case .connected: nextKeepAliveMs - nowMs
            case .greeting: min(MQTTClient.greetingPollMs, connection.deadlineMs - nowMs)
            case .opening, .ended: connection.deadlineMs - nowMs
            }
        return max(0, min(timeoutMs, Int(clamping: duty)))
    }

    private func open(_ connection: Connection, _ happened: Int16) {
        guard happened != 0 else { return }
        let error = Poll.error(of: connection.socket)
        guard error == 0 else {
            connection.end(connection.connectionError(error))
            return
        }
        connection.tcpIsUp()
        greet(connection, happened)
    }

    /// TLS, CONNECT and its answer. The library does not notice every way in which the other side can hang up here.
    private func greet(_ connection: Connection, _ happened: Int16) {
        let hasHungUp = happened & Poll.hungUp != 0
        // Reading also drives the TLS handshake.
        for _ in 0..<(hasHungUp ? 16 : 1) where connection.phase == .greeting { _ = connection.read(most: 1) }
        if connection.phase == .greeting || connection.phase == .connected { connection.write() }
        if hasHungUp, connection.phase == .greeting { connection.end(.lost(connection.closedEarlyText)) }
    }

    private func exchange(_ connection: Connection, _ happened: Int16) {
        if mayHaveMore || happened & (Poll.readable | Poll.hungUp) != 0 {
            mayHaveMore = connection.read(most: MQTTClient.packetsPerService)
        }
        // What handlers published while they were called is only queued.
        if connection.phase == .connected, connection.wantsWrite { connection.write() }
    }
}
