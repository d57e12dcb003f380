import TestSupport

/// One request on a connection of its own.
func exchange(_ port: UInt16, _ text: String, isHead: Bool = false) throws -> RawClient.Response {
    let client = try RawClient(port: port)
    client.send(text)
    return try client.response(isHead: isHead)
}

/// A complete request without a body.
func get(_ target: String, method: String = "GET", headers: String = "") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
}
