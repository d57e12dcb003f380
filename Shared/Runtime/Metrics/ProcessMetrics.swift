extension Metrics {
    /// Adds what Prometheus' own libraries show of every process, under their names.
    public func addProcess() {
        let startSeconds = Double(Clock.wallMs()) / 1000
        counter("process_cpu_seconds_total", "Processor time of the process.") {
            Double(ResourceUse.now().cpuNs) / 1e9
        }
        gauge("process_resident_memory_bytes", "Memory of the process that is resident.") {
            Double(ResourceUse.now().rssBytes)
        }
        gauge("process_open_fds", "Open files and sockets of the process.") { Double(ResourceUse.now().openFiles) }
        gauge("process_threads", "Threads of the process.") { Double(ResourceUse.now().threads) }
        gauge("process_start_time_seconds", "When the process began, in seconds since 1970.") { startSeconds }
    }
}
