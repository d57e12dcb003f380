import CWslay
import Runtime

/// A client's frames, checked and put together by wslay.
///
/// Costs 9 kB, so a client has one only while a message is half received; otherwise one serves all.
final class WebSocketInput {
    /// What came of some bytes.
    struct Outcome {
        var messages: [WebSocketMessage] = []
        /// Frames that answer what came: pongs, or the close frame.
        var replies: [UInt8] = []
        /// True if the client sent a close frame as it should: it sends nothing after it.
        var isOrderly = false
        var pongs = 0
        /// Set when nothing more will be read: the client has closed, or broken the rules.
        var closed: WebSocketCloseCode?
    }

    private static let maxFragments = 256

    private var context: OpaquePointer?
    private var source = UnsafeRawBufferPointer(start: nil, count: 0)
    private var outcome = Outcome()
    private var allowance = 0
    private var fedBytes = 0
    private var frameBytes = 0
    private var frameEnd = 0
    private var fragments = 0
    private var isFragmented = false
    private var frameIsData = false
    private var frameIsFinal = true

    init?(maxMessageBytes: Int) {
        var callbacks = wslay_event_callbacks(
            recv_callback: onReceive, send_callback: onSend, genmask_callback: nil,
            on_frame_recv_start_callback: onFrameStart, on_frame_recv_chunk_callback: nil,
            on_frame_recv_end_callback: onFrameEnd, on_msg_recv_callback: onMessage)
        guard wslay_event_context_server_init(&context, &callbacks, Unmanaged.passUnretained(self).toOpaque()) == 0
        else { return nil }
        wslay_event_config_set_max_recv_msg_length(context, UInt64(maxMessageBytes))
    }

    deinit { wslay_event_context_free(context) }

    /// True if no frame and no message is half received: another client's bytes may come next.
    var isIdle: Bool { fedBytes == frameBytes && !isFragmented }

    /// Takes bytes as they came; `allowance` is how many frames the client may still send, and is used up.
    func feed(_ bytes: UnsafeRawBufferPointer, allowance: inout Int) -> Outcome {
        source = bytes
        outcome = Outcome()
        self.allowance = allowance
        fedBytes += bytes.count
        let result = wslay_event_recv(context)
        allowance = self.allowance
        wslay_event_send(context)
        if result != 0 || wslay_event_get_read_enabled(context) == 0 { settleClose(failed: result != 0) }
        source = UnsafeRawBufferPointer(start: nil, count: 0)
        return outcome
    }

    private func settleClose(failed: Bool) {
        if outcome.closed == nil {
            let sent = wslay_event_get_status_code_sent(context)
            outcome.closed = WebSocketCloseCode(rawValue: sent)
        }
        // A broken frame header: wslay closes without a code, RFC 6455 (7.4.1) has one for it.
        if failed || outcome.closed == .abnormal {
            outcome.closed = .protocolError
            outcome.replies = Self.bareClose(.protocolError)
        }
    }

    private static func bareClose(_ code: WebSocketCloseCode) -> [UInt8] {
        [0x88, 2, UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
    }

    /// Answers with a code of our own and reads no more.
    private func fail(_ code: WebSocketCloseCode) {
        guard outcome.closed == nil else { return }
        outcome.closed = code
        wslay_event_queue_close(context, code.rawValue, nil, 0)
        wslay_event_shutdown_read(context)
    }

    // MARK: - Called by wslay inside `feed`

    fileprivate func receive(_ buffer: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        let taken = min(count, source.count)
        guard taken > 0, let start = source.baseAddress else {
            wslay_event_set_error(context, CInt(WSLAY_ERR_WOULDBLOCK.rawValue))
            return -1
        }
        UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: taken)
        source = UnsafeRawBufferPointer(rebasing: source[taken...])
        return taken
    }

    fileprivate func send(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        outcome.replies.append(contentsOf: bytes)
        return bytes.count
    }

    fileprivate func frameStarted(_ frame: wslay_event_on_frame_recv_start_arg) {
        // wslay has checked the length against the longest message, so it fits.
        let payload = Int(clamping: frame.payload_length)
        frameEnd = 6 + (payload < 126 ? 0 : payload < 65536 ? 2 : 8) + payload
        frameIsData = frame.opcode < 8
        frameIsFinal = frame.fin != 0
        allowance -= 1
        if frameIsData { fragments = frame.opcode == 0 ? fragments + 1 : 1 }
        if allowance < 0 || fragments > Self.maxFragments {
            fail(.policyViolation)
        } else if frame.opcode == 8, payload == 1 {
            // Half a status code: wslay would let it pass.
            fail(.protocolError)
        }
    }

    fileprivate func frameEnded() {
        frameBytes += frameEnd
        if frameIsData { isFragmented = !frameIsFinal }
    }

    fileprivate func messageReceived(_ message: wslay_event_on_msg_recv_arg) {
        guard outcome.closed == nil else { return }
        let bytes = UnsafeBufferPointer(start: message.msg, count: message.msg_length)
        switch Int(message.opcode) {
        case 1, 2: outcome.messages.append(WebSocketMessage(isText: message.opcode == 1, bytes: Array(bytes)))
        case 8:
            // wslay checks the reason's text only as far as it came in one piece.
            if bytes.count > 2, String(validating: bytes.dropFirst(2), as: UTF8.self) == nil {
                outcome.closed = .invalidPayload
                outcome.replies = Self.bareClose(.invalidPayload)
                wslay_event_shutdown_write(context)
            } else {
                outcome.isOrderly = true
                outcome.closed = bytes.count < 2 ? .noStatus : WebSocketCloseCode(rawValue: message.status_code)
            }
        case 10: outcome.pongs += 1
        default: break
        }
    }

    fileprivate static func of(_ context: UnsafeMutableRawPointer?) -> WebSocketInput? {
        guard let context else { return nil }
        return Unmanaged<WebSocketInput>.fromOpaque(context).takeUnretainedValue()
    }
}

@c(bellwether_web_onReceive)
private func onReceive(
    _ context: OpaquePointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int, _ flags: CInt,
    _ input: UnsafeMutableRawPointer?
) -> Int {
    guard let buffer, let input = WebSocketInput.of(input) else { return -1 }
    return input.receive(buffer, count)
}

@c(bellwether_web_onSend)
private func onSend(
    _ context: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ count: Int, _ flags: CInt,
    _ input: UnsafeMutableRawPointer?
) -> Int {
    WebSocketInput.of(input)?.send(UnsafeBufferPointer(start: bytes, count: count)) ?? -1
}

@c(bellwether_web_onFrameStart)
private func onFrameStart(
    _ context: OpaquePointer?, _ frame: UnsafePointer<wslay_event_on_frame_recv_start_arg>?,
    _ input: UnsafeMutableRawPointer?
) {
    if let frame { WebSocketInput.of(input)?.frameStarted(frame.pointee) }
}

@c(bellwether_web_onFrameEnd)
private func onFrameEnd(_ context: OpaquePointer?, _ input: UnsafeMutableRawPointer?) {
    WebSocketInput.of(input)?.frameEnded()
}

@c(bellwether_web_onMessage)
private func onMessage(
    _ context: OpaquePointer?, _ message: UnsafePointer<wslay_event_on_msg_recv_arg>?,
    _ input: UnsafeMutableRawPointer?
) {
    if let message { WebSocketInput.of(input)?.messageReceived(message.pointee) }
}
