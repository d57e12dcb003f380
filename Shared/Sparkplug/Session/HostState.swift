import Runtime

/// What a host application says of itself on `spBv1.0/STATE/{host}`, retained: `{"online":true,"timestamp":ms}`.
public struct HostState: Sendable, Equatable {
    public var isOnline: Bool
    /// Of the connection that this state belongs to, milliseconds since 1970-01-01 UTC.
    public var timestampMs: Int64

    public init(isOnline: Bool, timestampMs: Int64) {
        self.isOnline = isOnline
        self.timestampMs = timestampMs
    }

    /// Exactly the two members that the standard names.
    public func encoded() -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("online", isOnline)
            json.field("timestamp", timestampMs)
        }
        return json.bytes
    }

    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case notJSON(String)
        /// No member `online` that is true or false.
        case noOnline
        /// No member `timestamp` that is a whole number from 0.
        case noTimestamp

        public var description: String {
            switch self {
            case .notJSON(let why):
                "the host's STATE is not JSON (\(why)); hosts before Sparkplug 3.0 are not supported"
            case .noOnline: "the host's STATE has no boolean `online`"
            case .noTimestamp: "the host's STATE has no `timestamp` in milliseconds"
            }
        }
    }

    /// Further members are passed over, and the timestamp may be written with a point or an exponent.
    public init(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        let json: JSON
        do throws(JSON.Failure) {
            json = try JSON(Array(bytes), limits: JSON.Limits(bytes: 1024, depth: 4, values: 32))
        } catch {
            throw .notJSON(error.description)
        }
        guard let isOnline = json["online"]?.bool else { throw .noOnline }
        guard let timestampMs = HostState.whole(json["timestamp"]) else { throw .noTimestamp }
        self.init(isOnline: isOnline, timestampMs: timestampMs)
    }

    private static func whole(_ json: JSON?) -> Int64? {
        if let number = json?.int { return number >= 0 ? number : nil }
        guard let number = json?.double, number >= 0, number < 0x1p53 else { return nil }
        let whole = Int64(number)
        return Double(whole) == number ? whole : nil
    }
}
