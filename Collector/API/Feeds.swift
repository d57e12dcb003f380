public import Ingest
import Model
public import Runtime
import Synchronization
import Web

/// The two WebSocket feeds, and the way of committed frames and alerts to them.
///
/// What the writer has committed is handed to the server's own thread. So much may wait there and no more: when the
/// server cannot keep up, the newest batches are left out, counted, and every client is told of the gap; nothing else
/// is held up by it.
public final class Feeds: Sendable {
    /// About what a frame takes while it waits, beside its values.
    private static let frameBytes = 128
    private static let alertBytes = 256

    /// What waits for one feed.
    private struct Waiting {
        var bytes = 0
        /// Left out since the last batch that was handed over.
        var missing = 0
    }

    let telemetry = FeedHub.telemetry()
    let alerts = FeedHub.alerts()
    private let server = Locked<HTTPServer?>(nil)
    private let mostWaitingBytes: Int
    private let waitingFrames = Locked(Waiting())
    private let waitingAlerts = Locked(Waiting())
    private let dropped: Counter

    public init(_ metrics: Metrics, mostWaitingBytes: Int = 64 << 20) {
        self.mostWaitingBytes = mostWaitingBytes
        dropped = metrics.counter(
            "bellwether_feed_dropped_items_total",
            "Committed frames and alerts that the feeds left out because they were behind.")
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
        { [self] frames, news in
            guard let server = server.withLock({ $0 }) else { return }
            if !frames.isEmpty {
                let bytes = frames.reduce(0) { $0 + Feeds.frameBytes + $1.values.count * 8 }
                hand(to: server, count: frames.count, bytes, waitingFrames, telemetry) { [telemetry] in
                    telemetry.publish(frames: frames.map(FeedFrame.init))
                }
            }
            if !news.isEmpty {
                let bytes = news.reduce(0) {
                    $0 + Feeds.alertBytes + $1.message.utf8.count + $1.detail.utf8.count
                }
                hand(to: server, count: news.count, bytes, waitingAlerts, alerts) { [alerts] in
                    alerts.publish(alerts: news.map(FeedAlert.init))
                }
            }
        }
    }

    /// Posts a batch, unless too much waits already. What was left out before it is told first.
    private func hand(
        to server: HTTPServer, count: Int, _ bytes: Int, _ waiting: Locked<Waiting>, _ hub: FeedHub,
        _ publish: @escaping @Sendable () -> Void
    ) {
        let missing: Int? = waiting.withLock { waiting in
            // One batch may always wait, however large it is.
            guard waiting.bytes == 0 || waiting.bytes + bytes <= mostWaitingBytes else {
                waiting.missing += count
                return nil
            }
            waiting.bytes += bytes
            defer { waiting.missing = 0 }
            return waiting.missing
        }
        guard let missing else { return dropped.add(count) }
        server.post {
            waiting.withLock { $0.bytes -= bytes }
            if missing > 0 { hub.publish(missing: missing) }
            publish()
        }
    }
}
