/// Why there is no connection, or no longer one.
public enum MQTTFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A setting that the library refuses, or a file that cannot be read.
    case configuration(String)
    case unresolvable(host: String, why: String)
    case unreachable(host: String, port: UInt16, why: String)
    /// No answer to CONNECT in time.
    case connectTimedOut(ms: Int)
    /// Certificates or keys do not fit: ours to the broker, or the broker's to us.
    case tls(String)
    /// The broker answered CONNECT with this reason code.
    case refused(code: Int32)
    /// The broker ended the connection with this reason code.
    case closedByBroker(code: Int32)
    /// The network ended it.
    case lost(String)
    /// The broker did not answer a ping.
    case silent(keepAliveSeconds: Int)
    /// The broker sent what is not MQTT 5.
    case protocolViolation(String)
    /// The broker sent a message larger than we told it to.
    case oversized(bytes: Int, limitBytes: Int)
    case noMemory

    /// What the owner should do about it.
    public enum Disposition: Sendable, Equatable {
        /// Passes by itself: connect again, with a growing delay.
        case retry
        /// Somebody must change something: report it, and try again only rarely.
        case stop
    }

    public var disposition: Disposition {
        switch self {
        case .configuration, .tls: .stop
        case .refused(let code): MQTTReason.isForPeople(code) ? .stop : .retry
        // Another client has taken our id: trying again at once would only take turns.
        case .closedByBroker(let code): MQTTReason.isForPeople(code) || code == MQTTReason.takenOver ? .stop : .retry
        case .unresolvable, .unreachable, .connectTimedOut, .lost, .silent, .protocolViolation, .oversized, .noMemory:
            .retry
        }
    }

    public var description: String {
        switch self {
        case .configuration(let what): what
        case .unresolvable(let host, let why):
            "cannot find the broker's host \(host): \(why); check mqtt.host and the name service"
        case .unreachable(let host, let port, let why):
            "cannot reach the broker at \(host):\(port): \(why); check that it runs, that no firewall is between, and "
                + "whether the port expects TLS, and which certificate"
        case .connectTimedOut(let ms):
            "no answer from the broker within \(ms) ms; check mqtt.host, mqtt.port and whether the port expects TLS"
        case .tls(let why): "TLS with the broker failed: \(why); check mqtt.tls, host name and certificates' dates"
        case .refused(let code):
            "the broker refused the connection: \(MQTTReason.text(code)); \(MQTTReason.remedy(code))"
        case .closedByBroker(let code):
            "the broker closed the connection: \(MQTTReason.text(code)); \(MQTTReason.remedy(code))"
        case .lost(let why): "the connection to the broker was lost: \(why)"
        case .silent(let seconds):
            "the broker answered nothing for two keep-alive times of \(seconds) s; the link or the broker hangs"
        case .protocolViolation(let what):
            "the broker sent something that is not MQTT 5: \(what); check that mqtt.port is an MQTT 5 listener"
        case .oversized(let bytes, let limit):
            "the broker sent a message of \(bytes) bytes, more than the \(limit) accepted; limit the broker's messages"
        case .noMemory: "no memory for the connection to the broker"
        }
    }
}

/// MQTT 5 reason codes of CONNACK, SUBACK and DISCONNECT.
enum MQTTReason {
    static let takenOver: Int32 = 0x8E

    static func text(_ code: Int32) -> String {
        switch code {
        case 0x00: "normal disconnection"
        case 0x80: "unspecified error"
        case 0x81: "malformed packet"
        case 0x82: "protocol error"
        case 0x83: "error specific to the broker"
        case 0x84: "unsupported protocol version"
        case 0x85: "client id not valid"
        case 0x86: "bad user name or password"
        case 0x87: "not authorised"
        case 0x88: "server unavailable"
        case 0x89: "server busy"
        case 0x8A: "banned"
        case 0x8B: "server shutting down"
        case 0x8C: "bad authentication method"
        case 0x8D: "keep-alive time-out"
        case takenOver: "another client took over our client id"
        case 0x8F: "topic filter not valid"
        case 0x90: "topic name not valid"
        case 0x93: "receive maximum exceeded"
        case 0x95: "packet too large"
        case 0x96: "message rate too high"
        case 0x97: "quota exceeded"
        case 0x98: "administrative action"
        case 0x99: "payload format not valid"
        case 0x9A: "retained messages not supported"
        case 0x9B: "QoS not supported"
        case 0x9C: "use another server"
        case 0x9D: "server moved"
        case 0x9F: "connection rate exceeded"
        default: "reason \(code)"
        }
    }

    /// Reasons that stay until a person changes a setting here or at the broker.
    static func isForPeople(_ code: Int32) -> Bool {
        switch code {
        case 0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C, 0x90, 0x95, 0x9A, 0x9B: true
        default: false
        }
    }

    static func remedy(_ code: Int32) -> String {
        switch code {
        case 0x84: "use a broker that speaks MQTT 5"
        case 0x85: "check the client id"
        case 0x86: "check mqtt.username and mqtt.password_file"
        case 0x87, 0x8A: "check the broker's access rules for this client"
        case takenOver: "check that no second agent or collector runs with this name"
        case 0x95: "raise the broker's limit on packets"
        case 0x9A, 0x9B: "use a broker with retained messages and QoS 1"
        default: "see the broker's log"
        }
    }
}

/// Why a message or a subscription was not taken. Nothing of it was sent.
public enum MQTTRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case notConnected
    /// `waitingBytes` have not left yet; call `service` until they have.
    case backlogFull(waitingBytes: Int)
    /// Larger than the broker or the protocol allows.
    case tooLarge(bytes: Int)
    /// A topic with wildcards, NUL, wrong UTF-8, or none at all.
    case badTopic
    /// The broker does not do QoS 1.
    case noQoS
    case noMemory

    public var description: String {
        switch self {
        case .notConnected: "not connected to the broker"
        case .backlogFull(let bytes): "\(bytes) bytes still wait for the network"
        case .tooLarge(let bytes): "a message of \(bytes) bytes is larger than the broker accepts"
        case .badTopic: "not a topic that MQTT allows"
        case .noQoS: "the broker does not support QoS 1"
        case .noMemory: "no memory for the message"
        }
    }
}
