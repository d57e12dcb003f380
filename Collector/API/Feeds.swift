public import Ingest
public import Runtime
import Synchronization
import Web

/// The two WebSocket feeds, and the way of committed frames and alerts to them.
///
/// What the writer has committed is handed to the server's own thread. So much may wait there and no more: when the
/// server cannot keep up, the newest batches are left out of the feed, counted, and nothing else is held up by it.
public final class Feeds: Sendable {
    /// About what a frame takes while it waits, beside its values.
    private static let frameBytes = 128
    private static let mostWaitingBytes = 64 << 20

    let telemetry = FeedHub.telemetry()
    let alerts = FeedHub.alerts()
    private let server = Locked<HTTPServer?>(nil)
    private let waitingBytes = Atomic<Int>(0)
    private let dropped: Counter

    public init(_ metrics: Metrics) {
        dropped = metrics.counter(
            "bellwether_feed_dropped_frames_total", "Committed frames that the feed left out because it was behind.")
        metrics.gauge("bellwether_feed_clients", "WebSocket clients.", ["feed": "telemetry"]) { [telemetry] in
            Double(telemetry.statistics.clients)
        }
        metrics.gauge("bellwether_feed_clients", "WebSocket clients.", ["feed": "alerts"]) { [alerts] in
            Double(alerts.statistics.clients)
        }
    }

    func attach(to server: HTTPServer) {
        telemetry.attach(to: server)
        alerts.attach(to: server)
        self.server.withLock { $0 = server }
    }

    /// For `Collector`: called on the writer's thread after each commit.
    public var sink: CommitSink {
        { [self] frames, news in publish(frames, news) }
    }

    private func publish(_ frames: [CommittedFrame], _ news: [CommittedAlert]) {
        guard let server = server.withLock({ $0 }) else { return }
        var bytes = frames.reduce(0) { $0 + Feeds.frameBytes + $1.values.count * 8 }
        var frames = frames
        if waitingBytes.load(ordering: .relaxed) + bytes > Feeds.mostWaitingBytes {
            dropped.add(frames.count)
            frames = []
            bytes = 0
        }
        guard !frames.isEmpty || !news.isEmpty else { return }
        waitingBytes.wrappingAdd(bytes, ordering: .relaxed)
        let (waiting, cost) = (frames, bytes)
        server.post { [self] in
            waitingBytes.wrappingSubtract(cost, ordering: .relaxed)
            if !waiting.isEmpty { telemetry.publish(frames: waiting.map(FeedFrame.init)) }
            if !news.isEmpty { alerts.publish(alerts: news.map(FeedAlert.init)) }
        }
    }
}
