import Glibc
public import Runtime

/// A real browser without a screen, told what to do over the DevTools protocol. Ended with `deinit`.
public final class Browser: @unchecked Sendable {
    // Used by one thread at a time.
    /// What the page wrote to the console as warning or error, what it failed to load, and what it threw.
    public private(set) var complaints: [String] = []
    /// Every address that the page has asked for, WebSockets included.
    public private(set) var requests: [String] = []

    private let child: ChildProcess
    private let folder: TemporaryFolder
    private let peer: WebSocketPeer
    private var lastID: Int64 = 0

    /// False: tests that need one are skipped.
    public static var isInstalled: Bool { (try? ChildProcess.find("chromium")) != nil }

    public init() throws {
        folder = try TemporaryFolder("browser")
        let profile = try folder.folder("profile")
        child = try ChildProcess(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--remote-debugging-port=0", "--user-data-dir=\(profile)", "about:blank",
            ])
        var port: UInt16 = 0
        let child = child
        try waitUntil("the browser's port: \(child.standardError)", within: .seconds(60)) {
            guard child.isRunning else { throw SupportFailure("the browser ended: \(child.standardError)") }
            let lines = (fileText("\(profile)/DevToolsActivePort") ?? "").split(separator: "\n")
            guard lines.count >= 2, let number = UInt16(lines[0]) else { return false }
            port = number
            return true
        }
        let list = try RawClient(port: port)
        list.send("GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let pages = try JSON(try list.response().body).array ?? []
        guard let page = pages.first(where: { $0["type"]?.string == "page" }), let id = page["id"]?.string else {
            throw SupportFailure("the browser has no page: \(pages)")
        }
        peer = try WebSocketPeer(try RawClient(port: port, limitSeconds: 60), path: "/devtools/page/\(id)")
        for domain in ["Runtime", "Log", "Network", "Page"] { try call("\(domain).enable") }
    }

    deinit { child.terminate() }

    public func open(_ url: String) throws { try call("Page.navigate", ["url": .string(url)]) }

    /// The size of the window in CSS pixels.
    public func resize(width: Int, height: Int) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .int(Int64(width)), "height": .int(Int64(height)), "deviceScaleFactor": .int(1),
                "mobile": .bool(false),
            ])
    }

    /// The value of an expression; promises are waited for.
    @discardableResult
    public func evaluate(_ expression: String) throws -> JSON {
        let answer = try call(
            "Runtime.evaluate",
            ["expression": .string(expression), "awaitPromise": .bool(true), "returnByValue": .bool(true)])
        if let problem = answer["exceptionDetails"] { throw SupportFailure("\(expression): \(problem)") }
        return answer["result"]?["value"] ?? .null
    }

    /// Waits until an expression is true.
    public func wait(for expression: String, within limit: Duration = .seconds(60)) throws {
        var last = JSON.null
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            last = try evaluate(expression)
            if last == .bool(true) { return }
            usleep(100_000)
        }
        let text = try evaluate("document.body.innerText").string ?? ""
        throw SupportFailure("not within \(limit): \(expression) is \(last); the page: \(text.prefix(2_000))")
    }

    /// Presses and releases a key, such as "a", "Enter" or "ArrowRight".
    public func press(_ key: String) throws {
        var event: [String: JSON] = ["type": .string("keyDown"), "key": .string(key)]
        if key.count == 1 { event["text"] = .string(key) }
        if key == "Tab" { event["windowsVirtualKeyCode"] = .int(9) }
        try call("Input.dispatchKeyEvent", event)
        event["type"] = .string("keyUp")
        event["text"] = nil
        try call("Input.dispatchKeyEvent", event)
    }

    /// A picture of the page as PNG, into `folder` if it is given, so that people can look at it.
    public func picture(_ name: String) throws {
        guard let folder = environmentVariable("BELLWETHER_PICTURES") else { return }
        let answer = try call("Page.captureScreenshot", ["format": .string("png")])
        try ChildProcess.run(
            "sh", ["-c", "base64 -d > '\(folder)/\(name).png' < '\(try store(answer["data"]?.string ?? ""))'"])
    }

    private func store(_ text: String) throws -> String {
        let path = folder.path("picture")
        try writeFile(path, text)
        return path
    }

    /// A measure of the page, such as "TaskDuration" (seconds of processor time) or "JSHeapUsedSize" (bytes).
    public func metric(_ name: String) throws -> Double {
        try call("Performance.enable", ["timeDomain": .string("threadTicks")])
        let metrics = try call("Performance.getMetrics")["metrics"]?.array ?? []
        return metrics.first { $0["name"]?.string == name }?["value"]?.double ?? .nan
    }

    public func forgetComplaints() { complaints = [] }

    // MARK: - Protocol

    @discardableResult
    private func call(_ method: String, _ parameters: [String: JSON] = [:]) throws -> JSON {
        lastID += 1
        var writer = JSONWriter()
        writer.write(.object(["id": .int(lastID), "method": .string(method), "params": .object(parameters)]))
        peer.client.send(WebSocketPeer.frame(0x81, writer.bytes))
        while let frame = try peer.nextMessage() {
            let message = try JSON(frame.payload, limits: JSON.Limits(bytes: 1 << 28, depth: 200, values: 10_000_000))
            if message["id"]?.int == lastID {
                if let error = message["error"] { throw SupportFailure("\(method): \(error)") }
                return message["result"] ?? .null
            }
            note(message)
        }
        throw SupportFailure("the browser has hung up: \(child.standardError.suffix(2_000))")
    }

    private func note(_ event: JSON) {
        let details = event["params"]
        switch event["method"]?.string {
        case "Runtime.exceptionThrown": complaints.append("\(details?["exceptionDetails"] ?? .null)")
        case "Runtime.consoleAPICalled":
            if let type = details?["type"]?.string, ["error", "warning", "assert"].contains(type) {
                complaints.append("\(type): \(details?["args"] ?? .null)")
            }
        case "Log.entryAdded":
            let entry = details?["entry"]
            if let level = entry?["level"]?.string, ["error", "warning"].contains(level) {
                complaints.append("\(level): \(entry?["text"]?.string ?? "") \(entry?["url"]?.string ?? "")")
            }
        case "Network.requestWillBeSent": requests.append(details?["request"]?["url"]?.string ?? "?")
        case "Network.webSocketCreated": requests.append(details?["url"]?.string ?? "?")
        default: break
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ json: JSON) {
        switch json {
        case .null: null()
        case .bool(let value): bool(value)
        case .int(let value): int(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .object(let members):
            beginObject()
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                key(name)
                write(value)
            }
            endObject()
        }
    }
}
