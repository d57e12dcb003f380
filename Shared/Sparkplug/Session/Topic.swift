import Model

/// A topic of the namespace `spBv1.0`.
public enum Topic: Sendable, Hashable {
    public enum Verb: String, Sendable, CaseIterable {
        case birth = "BIRTH"
        case data = "DATA"
        case death = "DEATH"
        case command = "CMD"
    }

    /// `spBv1.0/{site}/N…/{agent}`
    case node(Verb, site: String, agent: String)
    /// `spBv1.0/{site}/D…/{agent}/{device}`
    case device(Verb, site: String, agent: String, device: String)
    /// `spBv1.0/STATE/{host}`
    case state(host: String)

    public static let namespace = "spBv1.0"

    /// No topic of ours is longer: five levels of bounded identifiers.
    public static let maxBytes = 512

    public var text: String {
        switch self {
        case .node(let verb, let site, let agent): "\(Topic.namespace)/\(site)/N\(verb.rawValue)/\(agent)"
        case .device(let verb, let site, let agent, let device):
            "\(Topic.namespace)/\(site)/D\(verb.rawValue)/\(agent)/\(device)"
        case .state(let host): "\(Topic.namespace)/STATE/\(host)"
        }
    }

    /// What a collector subscribes to, to hear the agents of one site or of all: births, data and deaths.
    public static func agentFilters(site: String?) -> [String] {
        let site = site ?? "+"
        return [Verb.birth, .data, .death].flatMap { verb in
            [
                "\(namespace)/\(site)/N\(verb.rawValue)/+",
                "\(namespace)/\(site)/D\(verb.rawValue)/+/+",
            ]
        }
    }
}

extension Topic {
    /// Why a topic is refused. What the identifiers are is not repeated: they come from outside.
    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case tooLong(bytes: Int)
        case otherNamespace
        case unknownMessage
        case wrongLevelCount
        /// The level, from 0, is empty, too long, not UTF-8, or holds characters that identifiers must not have.
        case badIdentifier(level: Int)

        public var description: String {
            switch self {
            case .tooLong(let bytes): "the topic has \(bytes) bytes; at most \(Topic.maxBytes) are accepted"
            case .otherNamespace: "the topic is not of the namespace \(Topic.namespace)"
            case .unknownMessage: "the topic's third level is not a Sparkplug message type"
            case .wrongLevelCount: "the topic has too many or too few levels for its message type"
            case .badIdentifier(let level):
                "level \(level) of the topic is not an acceptable identifier; "
                    + "use 1 to \(Names.maxBytes) bytes of visible UTF-8 without + / #"
            }
        }
    }

    public init(_ text: String) throws(Failure) {
        self = try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(Failure) in
            try Topic(UnsafeRawBufferPointer(bytes))
        }
    }

    public init(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard bytes.count <= Topic.maxBytes else { throw .tooLong(bytes: bytes.count) }
        let levels = bytes.split(separator: UInt8(ascii: "/"), maxSplits: 5, omittingEmptySubsequences: false)
        guard levels[0].elementsEqual(Topic.namespace.utf8) else { throw .otherNamespace }
        guard levels.count >= 3 else { throw .wrongLevelCount }
        if levels.count == 3 {
            guard levels[1].elementsEqual("STATE".utf8) else { throw .wrongLevelCount }
            self = .state(host: try Topic.identifier(levels, 2))
            return
        }
        guard let kind = levels[2].first, let verb = Topic.verb(levels[2].dropFirst()) else { throw .unknownMessage }
        switch kind {
        case UInt8(ascii: "N"):
            guard levels.count == 4 else { throw .wrongLevelCount }
            self = .node(verb, site: try Topic.identifier(levels, 1), agent: try Topic.identifier(levels, 3))
        case UInt8(ascii: "D"):
            guard levels.count == 5 else { throw .wrongLevelCount }
            self = .device(
                verb, site: try Topic.identifier(levels, 1), agent: try Topic.identifier(levels, 3),
                device: try Topic.identifier(levels, 4))
        default: throw .unknownMessage
        }
    }

    private static func verb(_ bytes: Slice<UnsafeRawBufferPointer>) -> Verb? {
        Verb.allCases.first { bytes.elementsEqual($0.rawValue.utf8) }
    }

    private static func identifier(
        _ levels: [Slice<UnsafeRawBufferPointer>], _ level: Int
    ) throws(Failure) -> String {
        guard let name = String(validating: levels[level], as: UTF8.self), Names.isAcceptable(name) else {
            throw .badIdentifier(level: level)
        }
        return name
    }
}
