import CPostgres
import Glibc

/// Makes the connection to the server.
enum PostgresConnector {
    static func connect(_ options: PostgresOptions) throws(PostgresFailure) -> OpaquePointer {
        if options.url.utf8.contains(0) {
            throw PostgresFailure(.configuration, "the database URL has a NUL character")
        }
        // What stands before "dbname" are defaults for the URL, what stands after it wins over the URL.
        let seconds = max(2, Int(options.connectLimit.millisecondsClamped) / 1000)
        let parameters: [(String, String)] = [
            ("connect_timeout", "\(seconds)"), ("keepalives_idle", "5"), ("keepalives_interval", "3"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "15000"), ("dbname", options.url),
            ("application_name", options.applicationName), ("client_encoding", "UTF8"),
        ]
        guard let handle = start(parameters) else { throw PostgresFailure(.retryLater, "connect: out of memory") }
        do {
            try finish(handle, options)
            return handle
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    private static func start(_ parameters: [(String, String)]) -> OpaquePointer? {
        let keys = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for copy in keys + values { free(copy) } }
        let keyPointers = keys.map { UnsafePointer($0) } + [nil]
        let valuePointers = values.map { UnsafePointer($0) } + [nil]
        return PQconnectStartParams(keyPointers, valuePointers, 1)
    }

    private static func finish(_ handle: OpaquePointer, _ options: PostgresOptions) throws(PostgresFailure) {
        guard PQstatus(handle) != CONNECTION_BAD else { throw failure(handle, isBeforeContact: true) }
        // With the error's code in its text: libpq gives no other way to it before the session stands.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        var current = host(handle)
        var deadline = ContinuousClock.now + options.connectLimit
        var events = Int16(POLLOUT)
        while true {
            guard wait(PQsocket(handle), events, until: deadline) else {
                let text = "connect to \(host(handle)): no answer within \(options.connectLimit)"
                throw PostgresFailure(.retryLater, text)
            }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK:
                PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
                return
            case PGRES_POLLING_FAILED: throw failure(handle, isBeforeContact: false)
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            default: events = Int16(POLLOUT)
            }
            // Each host of a URL with several gets the whole limit.
            if host(handle) != current {
                current = host(handle)
                deadline = ContinuousClock.now + options.connectLimit
            }
        }
    }

    private static func host(_ handle: OpaquePointer) -> String {
        let host = PQhost(handle).map { String(cString: $0) } ?? "?"
        let port = PQport(handle).map { String(cString: $0) } ?? "?"
        return "\(host):\(port)"
    }

    private static func failure(_ handle: OpaquePointer, isBeforeContact: Bool) -> PostgresFailure {
        let (text, state) = strip(String(cString: PQerrorMessage(handle)))
        if isBeforeContact, PQhost(handle) == nil || text.contains("invalid") || text.contains("missing") {
            return PostgresFailure(.configuration, "the database URL: \(text)")
        }
        let disposition = state.map { PostgresFailure.Disposition($0) } ?? .retryLater
        return PostgresFailure(
            disposition == .configuration ? .configuration : .retryLater, "connect: \(text)", sqlState: state)
    }

    /// Takes the code and the place in the server's source out of a verbose error text:
    /// `FATAL:  28P01: password …\nLOCATION:  auth_failed, auth.c:335\n`.
    private static func strip(_ text: String) -> (text: String, state: SQLState?) {
        var state: SQLState?
        var lines: [Substring] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("LOCATION:") {
            let parts = line.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            let code = parts.firstIndex { SQLState(String($0.drop { $0 == " " })) != nil }
            guard let code, state == nil, parts.count > code + 1 else {
                lines.append(line)
                continue
            }
            state = SQLState(String(parts[code].drop { $0 == " " }))
            lines.append(Substring((parts[..<code] + parts[(code + 1)...]).joined(separator: ":")))
        }
        return (lines.joined(separator: " "), state)
    }
}

/// Waits for a socket; false when the deadline passes first. Nil waits without limit.
func wait(_ socket: Int32, _ events: Int16, until deadline: ContinuousClock.Instant?) -> Bool {
    var entry = pollfd(fd: socket, events: events, revents: 0)
    while true {
        var limitMs: Int32 = -1
        if let deadline {
            let rest = ContinuousClock.now.duration(to: deadline)
            guard rest > .zero else { return false }
            limitMs = rest.millisecondsClamped
        }
        let count = poll(&entry, 1, limitMs)
        if count > 0 || (count < 0 && errno != EINTR) { return true }
    }
}
