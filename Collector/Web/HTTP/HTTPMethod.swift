/// The methods that a route can answer. TRACE and CONNECT never are (405), all others are unknown (501).
public enum HTTPMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    /// True if a request without a body of stated length makes no sense.
    var needsBody: Bool { self == .post || self == .put || self == .patch }
}
