import TestSupport

/// Just enough of HTTP to ask the collector something.
enum HTTP {
    static func get(port: UInt16, _ path: String) throws -> (status: Int, body: String) {
        let client = try RawClient(port: port)
        client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let response = try client.response()
        return (response.status, response.text)
    }
}
