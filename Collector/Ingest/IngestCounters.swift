public import Runtime

/// What the collector counts, as its metrics show it.
public struct IngestCounters: Sendable {
    public let messages: Counter
    public let droppedMessages: Counter
    public let foreignMessages: Counter
    public let overLimit: Counter
    public let storedFrames: Counter
    public let storedReadings: Counter
    public let duplicates: Counter
    public let conflicts: Counter
    public let quarantined: Counter
    public let rebirthRequests: Counter
    public let receiptsSent: Counter
    public let lostBatches: Counter
    public let findings: Counter
    public let commitSeconds: Histogram
    public let databaseUp: Gauge
    public let brokerUp: Gauge
    public let online: Gauge
    public let nodesOnline: Gauge

    public init(_ metrics: Metrics) {
        messages = metrics.counter("bellwether_collector_messages_received_total", "MQTT messages received.")
        droppedMessages = metrics.counter(
            "bellwether_collector_messages_dropped_total", "Messages dropped because the ingest queue was full.")
        foreignMessages = metrics.counter(
            "bellwether_collector_messages_ignored_total", "Messages of sites that this collector does not serve.")
        overLimit = metrics.counter(
            "bellwether_collector_over_limit_total",
            "Messages and notes not taken because there would be too many nodes, devices, epochs, gaps or events.")
        storedFrames = metrics.counter("bellwether_collector_frames_stored_total", "Frames committed to PostgreSQL.")
        storedReadings = metrics.counter(
            "bellwether_collector_readings_stored_total", "Readings committed to PostgreSQL.")
        duplicates = metrics.counter(
            "bellwether_collector_duplicates_refused_total", "Frames that were stored already and were refused.")
        conflicts = metrics.counter(
            "bellwether_collector_conflicts_total", "Frames that came again with another content.")
        quarantined = metrics.counter("bellwether_collector_quarantined_total", "Messages set aside in quarantine.")
        rebirthRequests = metrics.counter("bellwether_collector_rebirth_requests_total", "Births asked of nodes.")
        receiptsSent = metrics.counter("bellwether_collector_receipts_sent_total", "Receipts sent to agents.")
        lostBatches = metrics.counter(
            "bellwether_collector_batches_lost_total", "Batches that could not be stored; agents send them again.")
        findings = metrics.counter(
            "bellwether_collector_anomaly_changes_total", "Times that an anomaly began, changed or ended.")
        commitSeconds = metrics.histogram(
            "bellwether_collector_commit_duration_seconds", "Time from the begin of a transaction to its commit.",
            bounds: Histogram.secondsBounds)
        databaseUp = metrics.gauge("bellwether_collector_database_up", "1 while the database accepts commits.")
        brokerUp = metrics.gauge("bellwether_collector_broker_up", "1 while the broker's connection stands.")
        online = metrics.gauge("bellwether_collector_online", "1 while the collector is announced as online.")
        nodesOnline = metrics.gauge("bellwether_collector_nodes_online", "Edge nodes that are online.")
    }
}
