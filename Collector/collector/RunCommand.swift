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
        let stop = Mailbox<Void>(capacity: 1)
        let metrics = Metrics()
        metrics.addProcess()
        do {
            try signals.start(graceMs: 4_800) { _ = stop.offer((), cost: 0) }
            let feeds = Feeds(metrics)
            let collector = try Collector(config, metrics: metrics, sink: feeds.sink)
            let server = try APIServer(config, collector: collector, feeds: feeds, metrics: metrics)
            let scheme = config.web.certificateFile == nil ? "http" : "https"
            collector.state.address = "\(scheme)://\(config.web.listen):\(server.port)/"
            log.info("listening", ["url": collector.state.address])
            try collector.start()
            notifier.ready(status: "collecting as \(config.hostID)")
            while stop.takeAll(timeoutMs: 1_000).isEmpty { notifier.watchdog() }
            notifier.stopping()
            collector.stop()
            server.stop()
            return .success
        } catch {
            log.error("the collector cannot run", ["problem": "\(error)"])
            return .failure
        }
    }
}
