import Runtime

/// The name that a client gives to a subscription: a number or a short text.
enum FeedID: Hashable, Sendable {
    case number(Int64)
    case text(String)

    static let maxBytes = 64

    init?(_ json: JSON?) {
        switch json {
        case .int(let number): self = .number(number)
        case .string(let text) where !text.isEmpty && text.utf8.count <= Self.maxBytes: self = .text(text)
        default: return nil
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .number(let number): writer.int(number)
        case .text(let text): writer.string(text)
        }
    }
}

/// Why a client's message was refused, as the `error` message says it.
struct FeedRefusal: Error, Equatable, Sendable {
    /// For programs; the list is in docs/websocket.md.
    let code: String
    /// For people.
    let message: String
    var id: FeedID?

    init(_ code: String, _ message: String, id: FeedID? = nil) {
        self.code = code
        self.message = message
        self.id = id
    }
}

/// What a client asks for.
enum FeedRequest: Equatable, Sendable {
    case subscribe(Subscribe)
    case unsubscribe(FeedID)

    struct Subscribe: Equatable, Sendable {
        var id: FeedID
        /// Nil: all.
        var assets: [String]?
        /// Sorted, without repetition; nil: all.
        var signals: [String]?
        /// Least time between two releases of news; nil: at once.
        var intervalMs: Int64?
        var wantsHistory = false
        var since: FeedCursor?
    }

    /// Reads a message. Members that are not known are refused: a misspelt filter would bring everything.
    static func parse(_ bytes: [UInt8], settings: FeedSettings) throws(FeedRefusal) -> FeedRequest {
        let json: JSON
        do throws(JSON.Failure) {
            json = try JSON(bytes, limits: JSON.Limits(bytes: 65_536, depth: 4, values: 4_096))
        } catch {
            throw FeedRefusal("bad_json", "The message is not JSON: \(error.description)")
        }
        guard let members = json.object else { throw FeedRefusal("bad_message", "A message must be a JSON object.") }
        let id = FeedID(members["id"])
        do throws(FeedRefusal) {
            return try parse(members, id: id, settings: settings)
        } catch {
            throw FeedRefusal(error.code, error.message, id: id)
        }
    }

    private static func parse(
        _ members: [String: JSON], id: FeedID?, settings: FeedSettings
    ) throws(FeedRefusal) -> FeedRequest {
        let type = members["type"]?.string
        guard type == "subscribe" || type == "unsubscribe" else {
            throw FeedRefusal("unknown_type", "The type must be subscribe or unsubscribe.")
        }
        guard let id else {
            throw FeedRefusal("bad_id", "The id must be a whole number or a text of 1 to \(FeedID.maxBytes) bytes.")
        }
        let known =
            type == "subscribe" ? ["type", "id", "assets", "signals", "max_hz", "history", "since"] : ["type", "id"]
        if let stranger = members.keys.filter({ !known.contains($0) }).min() {
            throw FeedRefusal(
                "unknown_member",
                "\(Text.quoted(stranger)) is not a member of \(type ?? ""); there are: \(known.joined(separator: ", "))."
            )
        }
        guard type == "subscribe" else { return .unsubscribe(id) }
        var request = Subscribe(id: id)
        request.assets = try assets(members["assets"], settings)
        request.signals = try signals(members["signals"], settings)
        request.intervalMs = try interval(members["max_hz"])
        if let history = members["history"] {
            guard let wants = history.bool else { throw FeedRefusal("bad_history", "history must be true or false.") }
            request.wantsHistory = wants
        }
        if let since = members["since"], !since.isNull {
            guard let text = since.string, let cursor = FeedCursor(text) else {
                throw FeedRefusal("bad_cursor", "since must be a cursor as the feed has sent it.")
            }
            request.since = cursor
        }
        return .subscribe(request)
    }

    private static func assets(_ json: JSON?, _ settings: FeedSettings) throws(FeedRefusal) -> [String]? {
        if json?.string == "*" { return nil }
        guard let names = names(json, max: settings.maxAssets) else {
            throw FeedRefusal(
                "bad_assets", "assets must be \"*\" or a list of 1 to \(settings.maxAssets) names of 1 to 128 bytes.")
        }
        return names
    }

    private static func signals(_ json: JSON?, _ settings: FeedSettings) throws(FeedRefusal) -> [String]? {
        guard let json, !json.isNull else { return nil }
        guard let names = names(json, max: settings.maxSignals) else {
            throw FeedRefusal(
                "bad_signals", "signals must be a list of 1 to \(settings.maxSignals) names of 1 to 128 bytes.")
        }
        return names
    }

    private static func names(_ json: JSON?, max: Int) -> [String]? {
        guard let elements = json?.array, !elements.isEmpty, elements.count <= max else { return nil }
        var names: Set<String> = []
        for element in elements {
            guard let name = element.string, !name.isEmpty, name.utf8.count <= 128 else { return nil }
            names.insert(name)
        }
        return names.sorted()
    }

    private static func interval(_ json: JSON?) throws(FeedRefusal) -> Int64? {
        guard let json, !json.isNull else { return nil }
        guard let rate = json.double, rate >= 0.01, rate <= 1000 else {
            throw FeedRefusal("bad_max_hz", "max_hz must be a number from 0.01 to 1000.")
        }
        return Int64(1000 / rate)
    }
}
