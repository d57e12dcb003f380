import CMicrohttpd
import Runtime

/// A request's way: head, body, worker, response.
extension HTTPDaemon {
    func begin(_ handle: OpaquePointer, on connection: HTTPConnection, target: [UInt8]) -> HTTPExchange {
        let nowNs = Clock.monotonicNs()
        connection.phase = .head
        if connection.isReused { connection.deadlineMs = nowNs / 1_000_000 + settings.headTimeoutMs }
        statistics.requests += 1
        return HTTPExchange(connection: connection, handle: handle, target: target, startNs: nowNs)
    }

    func headArrived(
        _ exchange: HTTPExchange, method: UnsafePointer<CChar>, target: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> MHD_Result {
        guard let handle = exchange.handle else { return .NO }
        exchange.method = String(cString: method)
        let raw = RawHead(
            connection: handle, method: method, target: target, targetCount: exchange.target.count, version: version)
        do throws(HTTPProblem) {
            guard raw.isWhole else { throw .closing(400, "The head of the request is not well formed.") }
            let head = try RequestHead.parse(
                method: exchange.method, target: exchange.target, version: String(cString: version),
                fields: raw.fields, limits: limits)
            let request = HTTPRequest(
                head: head, id: nextRequestID(), peer: exchange.connection.peer, isSecure: servesTLS)
            exchange.request = request
            if let endpoint = endpoint(at: request.path), request.method == .get {
                return try upgrade(exchange, request, version: String(cString: version), to: endpoint)
            }
            switch head.body {
            case .none: break
            case .length(let count): exchange.body.reserveCapacity(count)
            case .chunked: break
            }
            exchange.stage = .receiving
            exchange.connection.phase = .body
            exchange.connection.deadlineMs = Clock.monotonicMs() + settings.bodyTimeoutMs
            return .YES
        } catch {
            return refuse(exchange, error)
        }
    }

    private func upgrade(
        _ exchange: HTTPExchange, _ request: HTTPRequest, version: String, to endpoint: any WebSocketEndpoint
    ) throws(HTTPProblem) -> MHD_Result {
        let accepted = try WebSocketHandshake.check(
            request, version: version, subprotocols: endpoint.subprotocols,
            allowedOrigins: settings.webSocket.allowedOrigins)
        guard !isStopping else { throw .overloaded("The server is stopping.", retryAfterSeconds: 5) }
        guard webSocketCount < settings.maxWebSockets else {
            statistics.overloads += 1
            throw .overloaded("There are too many WebSocket connections.", retryAfterSeconds: 10)
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard let handle = exchange.handle, let response = MHD_create_response_for_upgrade(onUpgraded, context)
        else { return .NO }
        defer { MHD_destroy_response(response) }
        MHD_add_response_header(response, "Upgrade", "websocket")
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accepted.key)
        if let chosen = accepted.subprotocol {
            MHD_add_response_header(response, "Sec-WebSocket-Protocol", chosen)
        }
        exchange.upgrade = HTTPExchange.Upgrade(endpoint: endpoint, subprotocol: accepted.subprotocol)
        exchange.stage = .answered
        exchange.connection.phase = .sending
        exchange.connection.deadlineMs = Clock.monotonicMs() + settings.sendTimeoutMs
        return MHD_queue_response(handle, 101, response)
    }

    func bodyArrived(_ exchange: HTTPExchange, _ bytes: UnsafeRawBufferPointer) -> MHD_Result {
        exchange.receivedBytes += bytes.count
        if exchange.refusal == nil {
            if exchange.body.count + bytes.count > limits.maxBodyBytes {
                drop(exchange, because: .closing(413, "The body is larger than \(limits.maxBodyBytes) bytes."))
            } else if bufferedBytes + bytes.count > settings.maxBufferedBytes {
                statistics.overloads += 1
                drop(exchange, because: .overloaded("The server holds too many request bodies."))
            } else {
                exchange.body.append(contentsOf: bytes)
                bufferedBytes += bytes.count
            }
        }
        // A client that goes on and on is not read to its end.
        guard exchange.refusal != nil, exchange.receivedBytes > 4 * limits.maxBodyBytes else { return .YES }
        if let refusal = exchange.refusal { sendDirectly(refusal, to: exchange.connection) }
        return .NO
    }

    private func drop(_ exchange: HTTPExchange, because problem: HTTPProblem) {
        exchange.refusal = problem
        bufferedBytes -= exchange.body.count
        exchange.body = []
    }

    func requestComplete(_ exchange: HTTPExchange) -> MHD_Result {
        if let refusal = exchange.refusal { return refuse(exchange, refusal) }
        guard var request = exchange.request, let handle = exchange.handle else { return .NO }
        bufferedBytes -= exchange.body.count
        request.body = exchange.body
        exchange.body = []
        guard dispatch(Job(exchange: exchange, request: request)) else {
            statistics.overloads += 1
            return refuse(exchange, .overloaded("The server has too many requests to answer."))
        }
        exchange.stage = .waiting
        exchange.connection.phase = .handling
        waiting[ObjectIdentifier(exchange)] = exchange
        MHD_suspend_connection(handle)
        return .YES
    }

    /// A worker has answered. Nil when memory was short.
    func answered(_ exchange: HTTPExchange, _ response: PreparedResponse?) {
        guard waiting.removeValue(forKey: ObjectIdentifier(exchange)) != nil, let handle = exchange.handle else {
            return
        }
        exchange.response = response
        MHD_resume_connection(handle)
        hasResumed = true
    }

    /// Gives up on the workers: every waiting client gets a 503.
    func abandonWaiting() {
        for exchange in Array(waiting.values) {
            answered(exchange, .make(.problem(.overloaded("The server is stopping."), instance: "")))
        }
    }

    func resumed(_ exchange: HTTPExchange) -> MHD_Result {
        if waiting[ObjectIdentifier(exchange)] != nil { return .YES }
        guard let response = exchange.response else { return .NO }
        return queue(exchange, response)
    }

    private func refuse(_ exchange: HTTPExchange, _ problem: HTTPProblem) -> MHD_Result {
        let path = exchange.request?.path ?? ""
        guard let response = PreparedResponse.make(.problem(problem, instance: path)) else { return .NO }
        return queue(exchange, response)
    }

    private func queue(_ exchange: HTTPExchange, _ response: PreparedResponse) -> MHD_Result {
        guard let handle = exchange.handle else { return .NO }
        if isStopping { _ = response.add(HTTPHeader("Connection", "close")) }
        exchange.response = response
        exchange.stage = .answered
        exchange.connection.phase = .sending
        exchange.connection.deadlineMs =
            Clock.monotonicMs() + settings.sendTimeoutMs + Int64(response.byteCount / 16)
        return MHD_queue_response(handle, CUnsignedInt(clamping: response.status), response.raw)
    }

    /// The response is sent, or the connection broke.
    func ended(_ exchange: HTTPExchange) {
        exchange.handle = nil
        bufferedBytes -= exchange.body.count
        waiting[ObjectIdentifier(exchange)] = nil
        let nowNs = Clock.monotonicNs()
        let connection = exchange.connection
        if connection.phase == .sending {
            connection.phase = .idle
            connection.isReused = true
            connection.deadlineMs = nowNs / 1_000_000 + settings.idleTimeoutMs
        }
        guard let onAccess = settings.onAccess, let response = exchange.response else { return }
        onAccess(
            HTTPAccess(
                route: response.route, method: exchange.method, status: response.status,
                seconds: Double(nowNs - exchange.startNs) / 1e9, requestBytes: exchange.receivedBytes,
                responseBytes: response.byteCount))
    }
}
