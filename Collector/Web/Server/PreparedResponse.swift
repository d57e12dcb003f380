import CMicrohttpd
import Runtime

/// A response in libmicrohttpd's own form, made on the thread that ran the handler: the loop only queues it.
final class PreparedResponse: @unchecked Sendable {
    // Sendable because `raw` is only read after init, and libmicrohttpd counts its references under a lock.
    let raw: OpaquePointer
    let status: Int
    let byteCount: Int
    let route: String

    private init(raw: OpaquePointer, status: Int, byteCount: Int, route: String) {
        self.raw = raw
        self.status = status
        self.byteCount = byteCount
        self.route = route
    }

    deinit { MHD_destroy_response(raw) }

    /// Nil only if memory is short.
    static func make(_ response: HTTPResponse, route: String = "") -> PreparedResponse? {
        if let made = attempt(response, route: route) { return made }
        // A header that libmicrohttpd refuses: a line break in a value that came from outside.
        let problem = HTTPProblem(500, "The response has a header that cannot be sent.")
        return attempt(.problem(problem, instance: ""), route: route)
    }

    private static func attempt(_ response: HTTPResponse, route: String) -> PreparedResponse? {
        let raw = response.body.withUnsafeBytes { body in
            MHD_create_response_from_buffer(
                body.count, UnsafeMutableRawPointer(mutating: body.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let raw else { return nil }
        let prepared = PreparedResponse(
            raw: raw, status: response.status, byteCount: response.body.count, route: route)
        for (name, value) in standardHeaders { MHD_add_response_header(raw, name, value) }
        for header in response.headers where !prepared.add(header) { return nil }
        return prepared
    }

    func add(_ header: HTTPHeader) -> Bool {
        // C would silently cut the value at a NUL.
        guard !header.value.utf8.contains(0), !header.name.utf8.contains(0) else { return false }
        return MHD_add_response_header(raw, header.name, header.value) == .YES
    }

    /// Pages may load only what we serve ourselves, are never framed, and say nothing about where users come from.
    private static let standardHeaders = [
        (
            "Content-Security-Policy",
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}
