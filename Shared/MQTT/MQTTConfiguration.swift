/// Where the broker is and who we are to it.
public struct MQTTConfiguration: Sendable {
    public struct TLS: Sendable, Equatable {
        /// PEM file of the authorities that may have signed the broker's certificate; nil: those of the system.
        public var caFile: String?
        /// PEM files of our own certificate and its key; both or neither.
        public var certificateFile: String?
        public var keyFile: String?

        public init(caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
            self.caFile = caFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Name or address. With TLS the broker's certificate must be for exactly this.
    public var host: String
    public var port: UInt16
    /// Not empty, and unique at the broker: a second client with the same id takes the first one's place.
    public var clientID: String
    public var username: String?
    /// Bytes without NUL.
    public var password: [UInt8]?
    /// TLS 1.2 or later; nil: none.
    public var tls: TLS?
    /// 5 or more. A broker that has gone silent is noticed within twice this time, plus one second.
    public var keepAliveSeconds: Int
    /// From `connect` to the broker's answer; looking up the host's name is not counted.
    public var connectTimeoutMs: Int
    /// For the TCP connection alone. Short, because TCP repeats an unanswered attempt ever more rarely: after an outage
    /// a new one finds the link sooner than the old one.
    public var openTimeoutMs: Int
    /// What the other side's TCP does not acknowledge for so long ends the connection.
    public var unacknowledgedMs: Int
    /// Largest packet we accept; told to the broker, and a larger message ends the connection.
    public var maxIncomingBytes: Int
    /// Most bytes that wait for the network, or with QoS 1 for the broker's acknowledgement; more are refused.
    /// When nothing waits, one message of any size is taken.
    public var maxOutgoingBytes: Int

    public init(
        host: String, port: UInt16, clientID: String, username: String? = nil, password: [UInt8]? = nil,
        tls: TLS? = nil, keepAliveSeconds: Int = 5, connectTimeoutMs: Int = 10_000,
        openTimeoutMs: Int = 2_000, unacknowledgedMs: Int = 10_000, maxIncomingBytes: Int = 16 << 20,
        maxOutgoingBytes: Int = 4 << 20
    ) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.username = username
        self.password = password
        self.tls = tls
        self.keepAliveSeconds = keepAliveSeconds
        self.connectTimeoutMs = connectTimeoutMs
        self.openTimeoutMs = openTimeoutMs
        self.unacknowledgedMs = unacknowledgedMs
        self.maxIncomingBytes = maxIncomingBytes
        self.maxOutgoingBytes = maxOutgoingBytes
    }
}

/// What the broker publishes in our name when the connection ends without our saying so.
public struct MQTTWill: Sendable, Equatable {
    public var topic: String
    public var payload: [UInt8]
    public var qos: MQTTQoS
    public var retain: Bool

    public init(topic: String, payload: [UInt8], qos: MQTTQoS, retain: Bool) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
    }
}

/// Quality of service. Sparkplug uses no other.
public enum MQTTQoS: Int32, Sendable {
    case atMostOnce = 0
    case atLeastOnce = 1
}
