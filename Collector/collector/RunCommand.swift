import API
import Ingest
import Runtime

/// `bellwether-collector run`: the collector and its web server, until told to stop.
struct RunCommand {
    private let config: CollectorConfig
    private let notifier = ServiceNotifier()
    private let log = Log("collector")

    init(_ config: CollectorConfig) { self.config = config }

    func run(_ signals: StopSignal) -> ExitCode {
        // Nil: a signal asked for it. Else the reason for which the collector cannot go on.
        let ends = Mailbox<(any Error)?>(capacity: 2)
        let metrics = Metrics()
        metrics.addProcess()
        do {
            try signals.start(graceMs: 4_800) { _ = ends.offer(nil, cost: 0) }
            let feeds = Feeds(metrics)
            let collector = try Collector(config, metrics: metrics, sink: feeds.sink)
            let server = try APIServer(config, collector: collector, feeds: feeds, metrics: metrics)
            let scheme = config.web.certificateFile == nil ? "http" : "https"
            collector.state.address = "\(scheme)://\(config.web.listen):\(server.port)/"
            log.info("listening", ["url": collector.state.address])
            try collector.start { failure in _ = ends.offer(failure, cost: 0) }
            notifier.ready(status: "collecting as \(config.hostID)")
            var end = ends.takeAll(timeoutMs: 1_000)
            while end.isEmpty {
                notifier.watchdog()
                end = ends.takeAll(timeoutMs: 1_000)
            }
            notifier.stopping()
            collector.stop()
            server.stop()
            if let failure = end.first ?? nil { throw failure }
            return .success
        } catch {
            log.error("the collector cannot run", ["problem": "\(error)"])
            return .failure
        }
    }
}
