import Glibc
import Runtime
import Synchronization
import TestSupport
import Web

/// A server on a free port with a few routes, stopped when the test lets go of it.
final class TestServer: Sendable {
    let server: HTTPServer
    let gate: Gate
    var port: UInt16 { server.port }

    init(
        endpoints: [String: any WebSocketEndpoint] = [:], _ change: (inout HTTPServerSettings) -> Void = { _ in }
    ) throws {
        let gate = Gate()
        self.gate = gate
        var router = Router()
        router.add(.get, "/") { _ in .text("home") }
        router.add(.get, "/json") { _ in .json(Array(#"{"ok":true}"#.utf8)) }
        router.add(.get, "/tagged") { _ in .bytes(Array("page".utf8), type: "text/html", etag: "v1") }
        router.add(.get, "/big/{count}") { request in
            .bytes([UInt8](repeating: 0x61, count: Int(request.parameter("count")) ?? 0), type: "text/plain")
        }
        router.add(.get, "/echo/{name}") { request in
            let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
            return .text("\(request.parameter("name"))?\(query)")
        }
        router.add(.post, "/echo") { request in .bytes(request.body, type: "application/octet-stream") }
        router.add(.post, "/typed") { request in
            try request.requireContentType("application/json")
            return .noContent()
        }
        router.add(.get, "/fail") { _ in throw SupportFailure("secret detail") }
        router.add(.get, "/header") { request in
            HTTPResponse(headers: [HTTPHeader("X-Back", request.query("v") ?? ""), HTTPHeader("X-Evil", "a\r\nX: y")])
        }
        router.add(.get, "/wait") { _ in
            gate.wait()
            return .text("opened")
        }
        var settings = HTTPServerSettings()
        change(&settings)
        server = try HTTPServer(settings: settings, router: router, endpoints: endpoints)
    }

    deinit {
        gate.open()
        server.stop(graceMs: 200)
    }
}

/// Holds threads until it is opened.
final class Gate: Sendable {
    private let isOpen = Atomic(false)
    private let waiting = Atomic(0)

    func open() { isOpen.store(true, ordering: .releasing) }
    var waiters: Int { waiting.load(ordering: .acquiring) }

    func wait() {
        waiting.add(1, ordering: .acquiringAndReleasing)
        while !isOpen.load(ordering: .acquiring) { usleep(1000) }
        waiting.subtract(1, ordering: .acquiringAndReleasing)
    }
}
