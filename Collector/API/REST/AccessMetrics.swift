import Runtime
import Web

/// Counts requests by what became of them.
struct AccessMetrics: Sendable {
    private let answered: Counter
    private let refused: Counter
    private let failed: Counter
    private let seconds: Histogram

    init(_ metrics: Metrics) {
        answered = metrics.counter(
            "bellwether_http_requests_total", "HTTP requests by class of status.", ["code": "2xx"])
        refused = metrics.counter(
            "bellwether_http_requests_total", "HTTP requests by class of status.", ["code": "4xx"])
        failed = metrics.counter("bellwether_http_requests_total", "HTTP requests by class of status.", ["code": "5xx"])
        seconds = metrics.histogram(
            "bellwether_http_request_duration_seconds", "Time to answer an HTTP request.",
            bounds: Histogram.secondsBounds)
    }

    func note(_ access: HTTPAccess) {
        switch access.status {
        case ..<400: answered.add()
        case ..<500: refused.add()
        default: failed.add()
        }
        seconds.observe(access.seconds)
    }
}
