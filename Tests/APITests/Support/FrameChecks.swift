@testable import Web

/// What must hold for any bytes that a WebSocket client sends after its handshake.
enum FrameChecks {
    private static let maxMessageBytes = 1024

    /// What came of all bytes together.
    private struct Total: Equatable {
        var messages: [WebSocketMessage] = []
        var pongs = 0
        var isOrderly = false
        var closed: UInt16?
        var allowance = 300
    }

    /// The result is the same in however many pieces the bytes arrive, and whether one reader gets them all or, as in
    /// the hub, a reader that is idle is given to another client. The first byte says how long the pieces are.
    static func check(_ bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let frames = Array(bytes.dropFirst())
        let givesReason = hasCloseWithReason(frames)
        var problem: String?
        func sameAs(_ whole: Total, _ other: Total) -> Bool {
            // wslay 1.1.1 checks the text of a close frame in the wrong places when it comes in pieces, and so may
            // refuse a good one: the connection ends either way.
            givesReason ? whole.messages == other.messages && whole.pongs == other.pongs : whole == other
        }
        let whole = feed(frames, pieces: max(frames.count, 1), changesReaders: false, &problem)
        let pieces = feed(frames, pieces: 1 + Int(first) % 19, changesReaders: false, &problem)
        let changing = feed(frames, pieces: 1 + Int(first) % 7, changesReaders: true, &problem)
        if !sameAs(whole, pieces) { problem = problem ?? "in pieces \(pieces) instead of \(whole)" }
        if !sameAs(whole, changing) { problem = problem ?? "with several readers \(changing) instead of \(whole)" }
        return problem
    }

    private static func feed(
        _ bytes: [UInt8], pieces count: Int, changesReaders: Bool, _ problem: inout String?
    ) -> Total {
        var total = Total()
        guard var input = WebSocketInput(maxMessageBytes: maxMessageBytes) else { return total }
        var rest = bytes[...]
        while !rest.isEmpty {
            let outcome = rest.prefix(count).withUnsafeBytes { input.feed($0, allowance: &total.allowance) }
            rest = rest.dropFirst(count)
            total.messages += outcome.messages
            total.pongs += outcome.pongs
            problem = problem ?? Self.problem(outcome)
            if let closed = outcome.closed {
                total.isOrderly = outcome.isOrderly
                total.closed = closed.rawValue
                // How much more of a flood was counted depends on the pieces.
                total.allowance = max(total.allowance, 0)
                return total
            }
            if changesReaders, input.isIdle, let another = WebSocketInput(maxMessageBytes: maxMessageBytes) {
                input = another
            }
        }
        return total
    }

    private static func problem(_ outcome: WebSocketInput.Outcome) -> String? {
        for message in outcome.messages {
            if message.bytes.count > maxMessageBytes { return "a message of \(message.bytes.count) bytes" }
            if message.isText, String(validating: message.bytes, as: UTF8.self) == nil { return "text that is none" }
        }
        // Replies are whole frames, short and not masked.
        var rest = outcome.replies[...]
        while let head = rest.first {
            guard rest.count >= 2 else { return "half a reply" }
            let length = Int(rest[rest.startIndex + 1])
            guard head == 0x8A || head == 0x88, length <= 125, rest.count >= 2 + length else {
                return "a reply that is no pong and no close: \(Array(rest.prefix(8)))"
            }
            rest = rest.dropFirst(2 + length)
            if head == 0x88, !rest.isEmpty { return "something after the close frame" }
        }
        return nil
    }

    /// True if a frame that closes has more than a code.
    private static func hasCloseWithReason(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while rest.count >= 2 {
            let (opcode, short) = (rest[rest.startIndex] & 0x0F, Int(rest[rest.startIndex + 1] & 0x7F))
            if opcode == 8 { return short > 2 }
            let extra = short < 126 ? 0 : short == 126 ? 2 : 8
            let length = rest.dropFirst(2).prefix(extra).reduce(0) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(2 + extra + 4).dropFirst(Int(clamping: extra == 0 ? UInt64(short) : length))
        }
        return false
    }
}
