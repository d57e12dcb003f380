import CMicrohttpd
import CSystem
import Glibc
import Runtime

/// All WebSocket clients of a server: their sockets, what they are sent, and their time limits. Confined to the loop's
/// thread.
final class WebSocketHub {
    let settings: WebSocketSettings
    let addresses: AddressCounter
    private(set) var count = 0

    private let epoll: CInt
    /// By descriptor.
    private var clients: [WebSocketClient?] = []
    private var nextID: UInt64 = 1
    /// To be sent to.
    private var dirty: [WebSocketClient] = []
    /// Had more to read than one turn takes.
    private var unread: [WebSocketClient] = []
    private var spareInput: WebSocketInput?
    private let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private var batch: [SharedFrame] = []

    /// Most frames and bytes in one system call, and calls for one client before others have their turn.
    private static let batchFrames = 16
    private static let batchBytes = 64 << 10
    private static let batchesPerTurn = 4
    /// Unsent bytes that the kernel keeps for a client before it stops taking more.
    private static let kernelBytes: CInt = 64 << 10

    init(settings: WebSocketSettings, epoll: CInt, addresses: AddressCounter) {
        self.settings = settings
        self.epoll = epoll
        self.addresses = addresses
        batch.reserveCapacity(Self.batchFrames + 2)
    }

    deinit { readBuffer.deallocate() }

    /// True if there is work that needs no event.
    var hasWork: Bool { !dirty.isEmpty || !unread.isEmpty }

    // MARK: - Coming and going

    /// Takes a socket whose handshake is done. `early` came with it; `unsent` must go out before anything else.
    func adopt(
        socket: CInt, session: SecureSession?, upgrade: HTTPExchange.Upgrade, request: HTTPRequest, early: [UInt8],
        unsent: [UInt8]
    ) {
        Sockets.set(socket, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        Sockets.set(socket, CInt(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Self.kernelBytes)
        let client = WebSocketClient(
            id: nextID, peer: request.peer, subprotocol: upgrade.subprotocol, socket: socket,
            endpoint: upgrade.endpoint, session: session, hub: self, nowMs: Clock.monotonicMs())
        nextID += 1
        let index = Int(socket)
        while clients.count <= index { clients.append(nil) }
        clients[index] = client
        count += 1
        addresses.came(client.peer)
        var event = epoll_event()
        event.events =
            EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = WebLoop.Source.client(socket).key
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) == 0 else {
            client.state = .closing
            return release(client, .abnormal, cut: true)
        }
        if !unsent.isEmpty {
            client.pending = [SharedFrame(framed: unsent)]
            mark(client)
        }
        client.endpoint.opened(client, by: request)
        if !early.isEmpty { early.withUnsafeBytes { take($0, from: client) } }
        // A TLS session may hold more than the socket shows.
        if session != nil { markUnread(client) }
    }

    private func release(_ client: WebSocketClient, _ code: WebSocketCloseCode, cut: Bool) {
        guard client.state != .gone else { return }
        let wasOpen = client.state == .open
        client.state = .gone
        clients[Int(client.socket)] = nil
        count -= 1
        addresses.left(client.peer)
        client.pending = []
        client.control = nil
        client.closeFrame = nil
        client.input = nil
        epoll_ctl(epoll, EPOLL_CTL_DEL, client.socket, nil)
        if cut {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        } else {
            client.session?.finish()
        }
        Glibc.close(client.socket)
        if wasOpen { client.endpoint.closed(client, code: code) }
    }

    /// From the endpoint, or because the server stops.
    func close(_ client: WebSocketClient, _ code: WebSocketCloseCode, _ reason: String) {
        guard client.state == .open else { return }
        end(client, .closing, code: code, frame: .close(code, reason))
    }

    /// Sends the close frame as the last one, and tells the endpoint.
    private func end(
        _ client: WebSocketClient, _ state: WebSocketClient.State, code: WebSocketCloseCode, frame: SharedFrame?
    ) {
        client.state = state
        client.closeFrame = frame
        client.deadlineMs = Clock.monotonicMs() + settings.closeTimeoutMs
        mark(client)
        client.endpoint.closed(client, code: code)
    }

    func closeAll(_ code: WebSocketCloseCode, _ reason: String) {
        for case let client? in clients { close(client, code, reason) }
    }

    func cutAll() {
        for case let client? in clients { release(client, .abnormal, cut: true) }
    }

    func wakeAll(of endpoint: any WebSocketEndpoint) {
        for case let client? in clients where client.endpoint === endpoint { wake(client) }
    }

    // MARK: - Events

    func handle(_ events: UInt32, socket: CInt) {
        guard clients.indices.contains(Int(socket)), let client = clients[Int(socket)] else { return }
        if events & EPOLLOUT.rawValue != 0, client.isBlocked {
            client.isBlocked = false
            mark(client)
        }
        let ends = EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
        if events & ends != 0 { client.isEnding = true }
        if events & (EPOLLIN.rawValue | ends) != 0 { read(client) }
    }

    private func read(_ client: WebSocketClient) {
        guard client.state != .gone else { return }
        let got = client.session?.read(into: readBuffer) ?? Sockets.receive(client.socket, into: readBuffer)
        guard got >= 0 else { return }
        guard got > 0 else { return release(client, .abnormal, cut: false) }
        if client.state == .open || client.state == .closing {
            take(UnsafeRawBufferPointer(rebasing: readBuffer[..<got]), from: client)
        }
        // Events are edges: what is left unread now is not reported again. A short read of a plain socket leaves nothing
        // but the end; a TLS session may hold more.
        if got == readBuffer.count || client.isEnding || client.session != nil { markUnread(client) }
    }

    private func markUnread(_ client: WebSocketClient) {
        guard !client.isUnread, client.state != .gone else { return }
        client.isUnread = true
        unread.append(client)
    }

    private func take(_ bytes: UnsafeRawBufferPointer, from client: WebSocketClient) {
        guard let input = client.input ?? spareInput ?? WebSocketInput(maxMessageBytes: settings.maxMessageBytes)
        else { return release(client, .internalError, cut: true) }
        if client.input == nil { spareInput = nil }
        client.input = input
        refill(client)
        let outcome = input.feed(bytes, allowance: &client.frameAllowance)
        if outcome.pongs > 0 { client.unansweredPings = 0 }
        for message in outcome.messages where client.state == .open {
            client.endpoint.received(message, from: client)
        }
        if let code = outcome.closed {
            client.input = nil
            client.isOrderly = outcome.isOrderly
            closed(client, code, reply: outcome.replies)
        } else if input.isIdle {
            client.input = nil
            spareInput = input
        }
        if outcome.closed == nil, !outcome.replies.isEmpty, client.state == .open {
            // Of several pings at once, the last need be answered only (RFC 6455, 5.5.3); and a client that never
            // reads is not remembered more than one.
            client.control = SharedFrame(
                framed: outcome.replies.count <= 4096 ? outcome.replies : lastPong(outcome.replies))
            mark(client)
        }
    }

    private func lastPong(_ replies: [UInt8]) -> [UInt8] {
        var start = 0
        var next = 0
        while next + 1 < replies.count {
            start = next
            next += 2 + Int(replies[next + 1])
        }
        return Array(replies[start...])
    }

    /// The client has sent its close frame, or what forces us to send ours.
    private func closed(_ client: WebSocketClient, _ code: WebSocketCloseCode, reply: [UInt8]) {
        switch client.state {
        case .open:
            end(client, .draining, code: code, frame: reply.isEmpty ? nil : SharedFrame(framed: reply))
        case .closing:
            client.state = .draining
            mark(client)
        case .draining, .gone: break
        }
    }

    private func refill(_ client: WebSocketClient) {
        let nowMs = Clock.monotonicMs()
        let earned = (nowMs - client.allowanceAtMs) * Int64(settings.framesPerSecond) / 1000
        guard earned > 0 else { return }
        client.frameAllowance = min(client.frameAllowance + Int(clamping: earned), settings.burstFrames)
        client.allowanceAtMs = nowMs
    }

    // MARK: - Sending

    func wake(_ client: WebSocketClient) {
        if client.state == .open { mark(client) }
    }

    private func mark(_ client: WebSocketClient) {
        guard !client.isDirty, !client.isBlocked else { return }
        client.isDirty = true
        dirty.append(client)
    }

    /// Sends to the clients that were marked, to each no more than its share of a turn.
    func work() {
        if !unread.isEmpty {
            let again = unread
            unread.removeAll(keepingCapacity: true)
            for client in again {
                client.isUnread = false
                read(client)
            }
        }
        guard !dirty.isEmpty else { return }
        let turn = dirty
        dirty.removeAll(keepingCapacity: true)
        for client in turn {
            client.isDirty = false
            flush(client)
        }
    }

    private func flush(_ client: WebSocketClient) {
        for _ in 0..<Self.batchesPerTurn {
            guard client.state != .gone, !client.isBlocked else { return }
            fillBatch(client)
            guard !batch.isEmpty else {
                if client.state == .draining { finish(client) }
                return
            }
            let wanted = batch.reduce(-client.sentBytes) { $0 + $1.byteCount }
            let sent = send(client)
            guard sent >= -1 else { return release(client, .abnormal, cut: true) }
            settle(client, sent: max(sent, 0), isWhole: sent == wanted)
        }
        mark(client)
    }

    /// Puts together what goes out next: the rest of a frame that is half sent comes first, whatever has happened since.
    private func fillBatch(_ client: WebSocketClient) {
        batch.removeAll(keepingCapacity: true)
        if client.state == .open {
            batch.append(contentsOf: client.pending)
            if let control = client.control {
                batch.insert(control, at: client.sentBytes > 0 ? 1 : 0)
                client.control = nil
            }
            var bytes = batch.reduce(0) { $0 + $1.byteCount }
            // The endpoint may close the client when asked.
            while batch.count < Self.batchFrames, bytes < Self.batchBytes, client.state == .open,
                let frame = client.endpoint.nextFrame(for: client)
            {
                batch.append(frame)
                bytes += frame.byteCount
            }
        }
        if client.state != .open {
            batch.removeAll(keepingCapacity: true)
            let half = client.sentBytes > 0 ? client.pending.first : nil
            if let half { batch.append(half) }
            if let close = client.closeFrame, close !== half { batch.append(close) }
        }
        client.pending.removeAll(keepingCapacity: true)
    }

    /// Sends what it can of the batch: bytes taken, -1 when the socket takes none, -2 when the connection broke.
    private func send(_ client: WebSocketClient) -> Int {
        if let session = client.session { return send(client, session) }
        return withUnsafeTemporaryAllocation(of: iovec.self, capacity: batch.count) { parts in
            for (index, frame) in batch.enumerated() {
                let skip = index == 0 ? client.sentBytes : 0
                parts[index] = iovec(
                    iov_base: frame.bytes.baseAddress.map { $0 + skip }, iov_len: frame.byteCount - skip)
            }
            return Sockets.send(client.socket, parts)
        }
    }

    /// One record, put together from as many frames as fit.
    private func send(_ client: WebSocketClient, _ session: SecureSession) -> Int {
        guard session.flush() else { return session.write(UnsafeRawBufferPointer(start: nil, count: 0)) }
        var count = 0
        for (index, frame) in batch.enumerated() where count < SecureSession.recordBytes {
            let rest = UnsafeRawBufferPointer(frame.bytes)[(index == 0 ? client.sentBytes : 0)...]
            let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(SecureSession.recordBytes - count))
            UnsafeMutableRawBufferPointer(rebasing: readBuffer[count...]).copyMemory(from: taken)
            count += taken.count
        }
        return session.write(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
    }

    /// Keeps what was not sent; once the socket has refused, epoll tells when it takes more.
    private func settle(_ client: WebSocketClient, sent: Int, isWhole: Bool) {
        if isWhole {
            client.sentBytes = 0
            if client.state == .open { client.deadlineMs = .max } else { client.closeFrame = nil }
            return
        }
        var rest = sent + client.sentBytes
        var index = 0
        while index < batch.count, rest >= batch[index].byteCount {
            rest -= batch[index].byteCount
            index += 1
        }
        // Of a client that is being closed only a half-sent frame is kept: its close frame is kept apart.
        client.pending = client.state == .open ? Array(batch[index...]) : rest > 0 ? [batch[index]] : []
        client.sentBytes = rest
        if sent == 0 { client.isBlocked = true }
        if client.state == .open, sent > 0 || client.deadlineMs == .max {
            client.deadlineMs = Clock.monotonicMs() + settings.stuckTimeoutMs
        }
    }

    /// Everything is sent: the client sees the end, and closes its side.
    private func finish(_ client: WebSocketClient) {
        if client.isOrderly { return release(client, .normal, cut: false) }
        client.session?.finish()
        shutdown(client.socket, CInt(SHUT_WR))
        // A client that broke the rules may still be sending. That is read to its end: to close with bytes unread would
        // reset the connection, and the client would lose our close frame.
        markUnread(client)
    }

    // MARK: - Time

    /// Pings, and cuts clients that no longer answer. Called a few times a second.
    func tick(nowMs: Int64) {
        for case let client? in clients {
            if client.deadlineMs <= nowMs {
                release(client, .abnormal, cut: true)
            } else if client.nextPingMs <= nowMs, client.state == .open {
                guard client.unansweredPings < 2 else {
                    release(client, .abnormal, cut: true)
                    continue
                }
                client.unansweredPings += 1
                client.nextPingMs = nowMs + settings.pingEveryMs
                if client.control == nil { client.control = .ping }
                mark(client)
            }
        }
    }
}
