import CMosquitto
import Glibc
import Runtime

/// One connection attempt and what becomes of it: owns one libmosquitto client, which is never used for a second one,
/// so that nothing of an old session (queued QoS 1 messages above all) is sent in a new one.
///
/// Confined to its owner's thread. The library calls back only from within its functions that we call.
final class Connection {
    enum Phase {
        /// The TCP connection is being made.
        case opening
        /// TLS and CONNECT are on their way.
        case greeting
        case connected
        /// Over; the reason is in `failure`, nil when we ended it.
        case ended
    }

    private(set) var phase = Phase.opening
    private(set) var failure: MQTTFailure?
    let startMs: Int64
    /// Until then the present phase must be over; meaningless once connected.
    private(set) var deadlineMs: Int64

    /// Set while the owner is in `service`.
    unowned(unsafe) var client: MQTTClient
    var handler: (any MQTTHandler)?
    private(set) var isInCallback = false
    /// Closed by the owner, who therefore need not be told.
    private(set) var isAbandoned = false
    /// Callbacks so far: tells whether a read brought anything.
    private(set) var eventCount = 0

    let raw: OpaquePointer
    private let configuration: MQTTConfiguration
    /// The last error that the library or OpenSSL logged, for messages to people.
    private var lastError = ""
    private var isClosing = false

    /// Bytes handed over since the library last had nothing to send: what may still wait for the network.
    private var queuedBytes = 0
    /// QoS 1 messages that the broker has not acknowledged.
    private var unacknowledged: [Int32: Int] = [:]
    private var unacknowledgedBytes = 0

    init(
        _ configuration: MQTTConfiguration, will: MQTTWill?, client: MQTTClient, nowMs: Int64
    ) throws(MQTTFailure) {
        guard let raw = mosquitto_new(configuration.clientID, true, nil) else {
            throw errno == ENOMEM ? .noMemory : .configuration("\(configuration.clientID): not a valid MQTT client id")
        }
        self.raw = raw
        self.configuration = configuration
        self.client = client
        startMs = nowMs
        deadlineMs = nowMs + Int64(clamping: min(configuration.openTimeoutMs, configuration.connectTimeoutMs))
        Callbacks.register(raw, for: self)
        try Setup.apply(configuration, will: will, to: raw)
        try open()
    }

    deinit { mosquitto_destroy(raw) }

    private func open() throws(MQTTFailure) {
        let code = Setup.connect(raw, configuration)
        guard code == MOSQ_ERR_SUCCESS.rawValue || code == MOSQ_ERR_CONN_PENDING.rawValue else {
            throw startFailure(code, errno)
        }
        Setup.limitSilence(mosquitto_socket(raw), ms: configuration.unacknowledgedMs)
    }

    private func startFailure(_ code: Int32, _ error: CInt) -> MQTTFailure {
        switch mosq_err_t(code) {
        case MOSQ_ERR_EAI:
            .unresolvable(host: configuration.host, why: String(cString: gai_strerror(error)))
        case MOSQ_ERR_ERRNO where error != EPROTO:
            .unreachable(host: configuration.host, port: configuration.port, why: SystemFailure.text(of: error))
        case MOSQ_ERR_INVAL: .configuration("the broker's address is not valid: \(configuration.host)")
        default: libraryFailure(code, error)
        }
    }

    // MARK: Driving

    /// The socket, or -1 when there is none any more.
    var socket: CInt { mosquitto_socket(raw) }
    var wantsWrite: Bool { mosquitto_want_write(raw) }

    /// While corked, the kernel sends whole segments only, or what has waited for 200 ms.
    func cork(_ isOn: Bool) { Setup.cork(socket, isOn) }

    /// Then the library asks to write until TLS is up, which would keep poll from sleeping.
    var waitsForTLS: Bool { phase == .greeting && configuration.tls != nil }

    func tcpIsUp() {
        guard phase == .opening else { return }
        phase = .greeting
        deadlineMs = startMs + Int64(clamping: configuration.connectTimeoutMs)
    }

    /// Reads packets until nothing comes, or `most` were read. True if there may be more.
    func read(most: Int) -> Bool {
        for _ in 0..<most {
            let before = eventCount
            guard step(mosquitto_loop_read(raw, 1)), !isClosing else { return false }
            if eventCount == before { return false }
        }
        return true
    }

    func write() {
        if step(mosquitto_loop_write(raw, 1)) { noteWritten() }
    }

    func keepAlive() { step(mosquitto_loop_misc(raw)) }

    /// False when the connection has ended by it.
    @discardableResult
    private func step(_ code: Int32) -> Bool {
        let error = errno
        if code != MOSQ_ERR_SUCCESS.rawValue {
            end(libraryFailure(code, error))
        } else if mosquitto_socket(raw) < 0 {
            end(.lost("the socket is closed"))
        }
        return phase != .ended
    }

    private func noteWritten() {
        if !mosquitto_want_write(raw) { queuedBytes = 0 }
    }

    /// The first reason is the one that counts.
    func end(_ reason: MQTTFailure?) {
        guard phase != .ended else { return }
        phase = .ended
        failure = isClosing ? nil : reason
    }

    private func libraryFailure(_ code: Int32, _ error: CInt) -> MQTTFailure {
        switch mosq_err_t(code) {
        case _ where configuration.tls != nil && phase != .connected && !lastError.isEmpty:
            return lastError.contains("unexpected eof") ? .lost(closedEarlyText) : .tls(lastError)
        case MOSQ_ERR_TLS, MOSQ_ERR_TLS_HANDSHAKE: return .tls("the handshake failed")
        case MOSQ_ERR_ERRNO where error == EPROTO:
            return .lost(phase == .connected ? "TLS was broken off" : closedEarlyText)
        case MOSQ_ERR_ERRNO: return connectionError(error)
        case MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN:
            return .lost(phase == .connected ? Connection.closedText : closedEarlyText)
        case MOSQ_ERR_KEEPALIVE: return .silent(keepAliveSeconds: configuration.keepAliveSeconds)
        case MOSQ_ERR_NOMEM: return .noMemory
        default: return .protocolViolation(String(cString: mosquitto_strerror(code)))
        }
    }

    // Not every broker says that it lets a namesake take our place.
    private static let closedText =
        "the broker closed it; if that repeats soon after each connection, look for a second client of the same name"

    // With TLS 1.3 a broker refuses our certificate after our handshake is done, and its alert may be lost.
    var closedEarlyText: String {
        configuration.tls == nil
            ? "the broker closed it without answering CONNECT; see its log, and whether the port expects TLS"
            : "the broker closed it without answering CONNECT; see its log, and whether it accepts our certificate"
    }

    func connectionError(_ error: CInt) -> MQTTFailure {
        let why = SystemFailure.text(of: error)
        return switch phase {
        case .opening: .unreachable(host: configuration.host, port: configuration.port, why: why)
        case .greeting: .lost("\(why): \(closedEarlyText)")
        case .connected, .ended: .lost(why)
        }
    }

    // MARK: Sending

    func publish(
        _ topic: String, _ payload: UnsafeRawBufferPointer, _ qos: MQTTQoS, retain: Bool
    ) throws(MQTTRefusal) -> Int32 {
        guard phase == .connected, !isClosing else { throw .notConnected }
        let bytes = payload.count + topic.utf8.count + 16
        let waiting = queuedBytes + unacknowledgedBytes
        guard bytes <= configuration.maxOutgoingBytes - waiting || waiting == 0 else {
            throw .backlogFull(waitingBytes: waiting)
        }
        guard let count = Int32(exactly: payload.count) else { throw .tooLarge(bytes: payload.count) }
        guard !topic.utf8.contains(0) else { throw .badTopic }
        var id: Int32 = 0
        if qos == .atMostOnce { queuedBytes += bytes }
        let code = mosquitto_publish(raw, &id, topic, count, payload.baseAddress, qos.rawValue, retain)
        try accept(code, bytes: payload.count)
        noteWritten()
        if qos == .atLeastOnce {
            unacknowledged[id] = bytes
            unacknowledgedBytes += bytes
        }
        return id
    }

    func subscribe(_ filters: [String], _ qos: MQTTQoS) throws(MQTTRefusal) -> Int32 {
        guard phase == .connected, !isClosing else { throw .notConnected }
        guard !filters.isEmpty, filters.allSatisfy({ !$0.utf8.contains(0) }) else { throw .badTopic }
        var id: Int32 = 0
        let texts = filters.map { strdup($0) }
        defer { for text in texts { free(text) } }
        guard texts.allSatisfy({ $0 != nil }) else { throw .noMemory }
        let code = texts.withUnsafeBufferPointer { pointers in
            mosquitto_subscribe_multiple(
                raw, &id, Int32(clamping: pointers.count), pointers.baseAddress, qos.rawValue, 0, nil)
        }
        try accept(code, bytes: filters.reduce(0) { $0 + $1.utf8.count })
        return id
    }

    private func accept(_ code: Int32, bytes: Int) throws(MQTTRefusal) {
        let error = errno
        switch mosq_err_t(code) {
        case MOSQ_ERR_SUCCESS: return
        case MOSQ_ERR_INVAL, MOSQ_ERR_MALFORMED_UTF8: throw .badTopic
        case MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_OVERSIZE_PACKET: throw .tooLarge(bytes: bytes)
        case MOSQ_ERR_QOS_NOT_SUPPORTED: throw .noQoS
        case MOSQ_ERR_NOMEM: throw .noMemory
        default:
            end(libraryFailure(code, error))
            throw .notConnected
        }
    }

    /// Sends DISCONNECT after what is queued; the connection ends when it has left.
    func disconnect(withWill: Bool) {
        guard !isClosing else { return }
        isClosing = true
        guard phase == .connected else { return end(nil) }
        let reason = withWill ? MQTT_RC_DISCONNECT_WITH_WILL_MSG : MQTT_RC_NORMAL_DISCONNECTION
        let code = mosquitto_disconnect_v5(raw, Int32(reason.rawValue), nil)
        if code != MOSQ_ERR_SUCCESS.rawValue { end(nil) }
    }

    /// Ends without a word to the broker, which then publishes the will.
    func abandon() {
        isAbandoned = true
        end(nil)
    }

    // MARK: From the library

    private func callback(_ body: (any MQTTHandler) -> Void) {
        eventCount &+= 1
        guard phase != .ended, let handler else { return }
        isInCallback = true
        body(handler)
        isInCallback = false
    }

    func answered(_ code: Int32) {
        guard code == 0 else {
            end(.refused(code: code))
            return
        }
        guard phase != .connected else { return }
        phase = .connected
        Callbacks.stopLogging(raw)
        callback { $0.mqttConnected(client) }
    }

    func disconnected(_ code: Int32) {
        if code >= 0x80 {
            end(.closedByBroker(code: code))
        } else {
            end(code == 0 && !isClosing ? .closedByBroker(code: 0) : libraryFailure(code, errno))
        }
    }

    func received(_ message: borrowing MQTTMessage) {
        let bytes = message.payload.count
        guard bytes <= configuration.maxIncomingBytes else {
            end(.oversized(bytes: bytes, limitBytes: configuration.maxIncomingBytes))
            return
        }
        callback { $0.mqttMessage(client, message) }
    }

    func published(_ id: Int32, _ reason: Int32) {
        guard !unacknowledged.isEmpty, let bytes = unacknowledged.removeValue(forKey: id) else { return }
        unacknowledgedBytes -= bytes
        callback { $0.mqttPublished(client, id: id, refusal: reason < 0x80 ? nil : MQTTReason.text(reason)) }
    }

    func subscribed(_ id: Int32, _ granted: [Int32]) {
        callback { $0.mqttSubscribed(client, id: id, granted: granted.map { MQTTQoS(rawValue: $0) }) }
    }

    func logged(_ level: Int32, _ text: UnsafePointer<CChar>) {
        if level == Int32(MOSQ_LOG_ERR) { lastError = String(cString: text) }
    }
}
