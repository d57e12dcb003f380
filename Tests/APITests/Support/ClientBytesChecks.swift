import Runtime

@testable import Web

#if canImport(API)
    @testable import API
#endif

/// What must hold for any bytes of an HTTP or WebSocket client: asked by the tests and by the fuzz target. Nil if it
/// does, else what does not. The first byte says which reader gets the others.
enum ClientBytesChecks {
    static func check(_ bytes: [UInt8]) -> String? {
        guard let first = bytes.first else { return nil }
        let rest = Array(bytes.dropFirst())
        switch first % 5 {
        case 0: return FrameChecks.check(rest)
        case 1: return target(rest)
        case 2: return head(rest)
        case 3: return feedMessage(rest)
        default: return query(rest)
        }
    }

    /// A target that is accepted climbs nowhere, and has one reading: written out again it means the same.
    static func target(_ bytes: [UInt8]) -> String? {
        guard let target = try? RequestTarget.parse(bytes), target.path != "*" else { return nil }
        let texts = target.segments + target.query.flatMap { [$0.name, $0.value] }
        if texts.contains(where: { $0.utf8.contains { $0 < 0x20 || $0 == 0x7F } }) { return "a control character" }
        if target.segments.contains(where: { $0 == "." || $0 == ".." || $0.utf8.contains(UInt8(ascii: "/")) }) {
            return "a segment that climbs: \(target.segments)"
        }
        let path = "/" + target.segments.map(escaped).joined(separator: "/")
        let query = target.query.map { "\(escaped($0.name))=\(escaped($0.value))" }.joined(separator: "&")
        let written = query.isEmpty ? path : "\(path)?\(query)"
        guard (try? RequestTarget.parse(Array(written.utf8))) == target else { return "another target: \(written)" }
        return nil
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            let hex = String(byte, radix: 16)
            return isPlain ? String(decoding: [byte], as: UTF8.self) : "%" + (byte < 16 ? "0" : "") + hex
        }.joined()
    }

    /// Lines: method, target, version, then fields. What passes is framed in one way, and only our own pages may open
    /// a WebSocket.
    static func head(_ bytes: [UInt8]) -> String? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        guard lines.count >= 3 else { return nil }
        let fields = lines[3...].map { line -> (name: [UInt8], value: [UInt8]) in
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            return (Array(line[..<colon]), Array(line[min(colon + 1, line.endIndex)...]))
        }
        let version = String(decoding: lines[2], as: UTF8.self)
        let head: RequestHead
        do throws(HTTPProblem) {
            head = try RequestHead.parse(
                method: String(decoding: lines[0], as: UTF8.self), target: lines[1], version: version, fields: fields,
                limits: RequestHead.Limits())
        } catch {
            return problem(error)
        }
        func count(_ name: String) -> Int { head.headers.filter { $0.name == name }.count }
        if count("content-length") + count("transfer-encoding") > 1 { return "a body framed in two ways" }
        if (head.body == .none) != (count("content-length") + count("transfer-encoding") == 0) { return "a lost body" }
        if count("host") != 1, version == "HTTP/1.1" { return "\(count("host")) hosts" }
        let request = HTTPRequest(head: head, id: 1, peer: "192.0.2.1", isSecure: false)
        do throws(HTTPProblem) {
            let accepted = try WebSocketHandshake.check(
                request, version: version, subprotocols: ["bellwether.v1.json"], allowedOrigins: [])
            if accepted.key.utf8.count != 28 { return "an accept key of \(accepted.key)" }
            if head.body != .none, head.body != .length(0) { return "a handshake with a body" }
            let origins = request.headers("origin")
            let own = "http://" + (request.header("host") ?? "")
            if !origins.allSatisfy({ $0.lowercased() == own.lowercased() }) { return "a page of \(origins) let in" }
        } catch {
            return problem(error)
        }
        return nil
    }

    /// A refusal is one that can be sent.
    private static func problem(_ problem: HTTPProblem) -> String? {
        guard (400...599).contains(problem.status), (try? JSON(problem.json(instance: "/")))?.object != nil else {
            return "a problem that cannot be sent: \(problem)"
        }
        return nil
    }

    /// A message that is accepted is within bounds and means the same when it is written out again.
    static func feedMessage(_ bytes: [UInt8]) -> String? {
        let settings = FeedSettings()
        let request: FeedRequest
        do throws(FeedRefusal) {
            request = try FeedRequest.parse(bytes, settings: settings)
        } catch {
            return error.message.utf8.count > 2_000 ? "a refusal of \(error.message.utf8.count) bytes" : nil
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("id")
        switch request {
        case .unsubscribe(let id):
            id.write(to: &writer)
            writer.field("type", "unsubscribe")
        case .subscribe(let subscribe):
            subscribe.id.write(to: &writer)
            writer.field("type", "subscribe")
            if let problem = write(subscribe, settings, &writer) { return problem }
        }
        writer.endObject()
        guard (try? FeedRequest.parse(writer.bytes, settings: settings)) == request else {
            return "another request: \(String(decoding: writer.bytes, as: UTF8.self))"
        }
        return nil
    }

    private static func write(
        _ request: FeedRequest.Subscribe, _ settings: FeedSettings, _ writer: inout JSONWriter
    ) -> String? {
        for (names, most) in [(request.assets, settings.maxAssets), (request.signals, settings.maxSignals)] {
            guard let names else { continue }
            if names.isEmpty || names.count > most || names != Set(names).sorted() { return "names \(names)" }
            if names.contains(where: { $0.isEmpty || $0.utf8.count > 128 }) { return "a name of another length" }
        }
        writer.key("assets")
        if let assets = request.assets {
            writer.array { json in for asset in assets { json.string(asset) } }
        } else {
            writer.string("*")
        }
        if let signals = request.signals {
            writer.field("signals", array: { json in for signal in signals { json.string(signal) } })
        }
        if let intervalMs = request.intervalMs {
            guard (1...100_000).contains(intervalMs) else { return "an interval of \(intervalMs) ms" }
            // Half a millisecond more, so that rounding down gives the same again.
            writer.field("max_hz", intervalMs < 100_000 ? 1000 / (Double(intervalMs) + 0.5) : 0.01)
        }
        writer.field("history", request.wantsHistory)
        if let since = request.since { writer.field("since", since.text) }
        return nil
    }

    private static let parameters = [
        Parameter("signals", .list, ""), .from, .to, .limit(10_000, default: 1_000), .cursor,
        Parameter("interval", .interval, ""), Parameter("order", .choice(["asc", "desc"], default: "asc"), ""),
        Parameter("kind", .text, ""),
    ]

    /// A query that is accepted has every value in its range.
    static func query(_ bytes: [UInt8]) -> String? {
        guard let request = try? HTTPRequest(.get, "/x?" + String(decoding: bytes, as: UTF8.self)) else { return nil }
        let query: Query
        do throws(HTTPProblem) {
            query = try Query(request, parameters)
        } catch {
            return problem(error)
        }
        guard (1...10_000).contains(query.int("limit")) else { return "a limit of \(query.int("limit"))" }
        guard (1...2_678_400).contains(query.intervalS("interval") ?? 1) else { return "an interval out of range" }
        guard ["asc", "desc"].contains(query.choice("order")) else { return "an order of \(query.choice("order"))" }
        for name in ["from", "to"] where request.query(name) != nil {
            guard let timeMs = query.timeMs(name) else { return "no time in \(name)" }
            guard RFC3339.parse(RFC3339.format(ms: timeMs)) == timeMs else { return "another time: \(timeMs)" }
        }
        for count in 1...3 {
            guard let text = query.text("cursor"), let cursor = try? Cursor(text, count: count) else { continue }
            guard cursor.text == text, cursor.numbers.count == count else { return "another cursor: \(cursor.text)" }
        }
        return nil
    }
}
