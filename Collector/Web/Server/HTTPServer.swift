import Glibc
import Runtime

/// An HTTP/1.1 and WebSocket server on one thread of its own, with a few more to run handlers.
///
///     let server = try HTTPServer(settings: settings, router: router, endpoints: ["/ws/telemetry": hub])
///     log.info("listening", ["port": Int(server.port)])
///     …
///     server.stop(graceMs: 3000)
///
/// Handlers run on worker threads, several at a time, and may wait for a database. Endpoints are called on the
/// server's own thread and must not wait.
public final class HTTPServer: Sendable {
    private let loop: WebLoop
    private let workers: WorkerPool<HTTPDaemon.Job>
    private let thread: NamedThread

    /// The port it listens on: what the settings say, or the free one that the system chose.
    public var port: UInt16 { loop.port }

    /// Starts to listen and to answer.
    public init(
        settings: HTTPServerSettings, router: Router, endpoints: [String: any WebSocketEndpoint] = [:]
    ) throws(HTTPServerFailure) {
        Self.raiseDescriptorLimit()
        let log = Log("web")
        let home = Locked<WebLoop?>(nil)
        do throws(SystemFailure) {
            workers = try WorkerPool(count: settings.workers) { job in
                let answer = router.answer(job.request)
                if let failure = answer.failure {
                    log.error(
                        "a handler failed",
                        ["request": job.request.id, "route": answer.route, "error": String(describing: failure)])
                }
                let response = PreparedResponse.make(answer.response, route: answer.route)
                _ = home.withLock { $0 }?.mailbox.offer(.answer(job.exchange, response), cost: 0)
            }
        } catch {
            throw .system(error)
        }
        do throws(HTTPServerFailure) {
            let workers = workers
            let loop = try WebLoop(settings: settings, endpoints: endpoints) { workers.offer($0) }
            home.withLock { $0 = loop }
            self.loop = loop
            do throws(SystemFailure) {
                thread = try NamedThread.start(name: "web", stackBytes: 1 << 20) { loop.run() }
            } catch {
                throw .system(error)
            }
        } catch {
            _ = workers.stop(timeoutMs: 1000)
            throw error
        }
    }

    /// Runs `work` on the server's own thread, after what was posted before. It must not wait. Dropped, with false,
    /// once the server has stopped.
    @discardableResult
    public func post(_ work: @escaping @Sendable () -> Void) -> Bool { loop.mailbox.offer(.work(work), cost: 0) }

    /// Runs `work` on the server's own thread again and again until the server stops.
    public func every(ms: Int64, _ work: @escaping @Sendable () -> Void) {
        _ = loop.mailbox.offer(.timer(everyMs: max(ms, 1), work), cost: 0)
    }

    /// Wakes every client of an endpoint. Only on the server's own thread.
    public func wakeAll(of endpoint: any WebSocketEndpoint) { loop.wakeAll(of: endpoint) }

    /// What it holds and has refused, at most a moment old.
    public var statistics: HTTPStatistics { loop.statistics.withLock { $0 } }

    /// Stops: no new connections, requests under way are answered, WebSocket clients are told `code`. What is not done
    /// after `graceMs` is cut. Returns when nothing is left open; call it on any thread but the server's own.
    public func stop(
        graceMs: Int64 = 2000, code: WebSocketCloseCode = .goingAway, reason: String = "The server is stopping."
    ) {
        _ = loop.mailbox.offer(.stop(graceMs: graceMs, code, reason), cost: 0)
        thread.join()
        if !workers.stop(timeoutMs: 5000) { Log("web").error("a handler did not end; its thread is left behind") }
    }

    /// Raises the soft limit of open descriptors to the hard one: each client takes one.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
        else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
