import CSystem
import Glibc
import TestSupport

/// What a process has used so far, as the kernel counts it.
struct ProcessTimes {
    /// Processor time of all its threads, and of its children that have ended.
    var cpuSeconds: Double
    var residentBytes: Int

    /// Nil when there is no such process.
    init?(pid: Int32) {
        guard let fields = ProcessTimes.stat(pid) else { return nil }
        self.init(fields)
    }

    /// A process with all its living children, such as PostgreSQL's postmaster.
    static func family(of pid: Int32) -> ProcessTimes? {
        guard var sum = ProcessTimes(pid: pid) else { return nil }
        for other in processes() {
            guard let fields = stat(other), fields.count > 1, fields[1] == String(pid) else { continue }
            let times = ProcessTimes(fields)
            sum.cpuSeconds += times.cpuSeconds
            sum.residentBytes += times.residentBytes
        }
        return sum
    }

    static var own: ProcessTimes { ProcessTimes(pid: getpid()) ?? ProcessTimes([]) }

    private init(_ fields: [String]) {
        func number(_ index: Int) -> Double { fields.indices.contains(index) ? Double(fields[index]) ?? 0 : 0 }
        // Counted from the state, which follows the name in brackets: utime, stime, cutime, cstime; rss in pages.
        cpuSeconds = (number(11) + number(12) + number(13) + number(14)) / Double(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = Int(number(21)) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// The fields after the name, which may itself have spaces and brackets.
    private static func stat(_ pid: Int32) -> [String]? {
        guard let text = fileText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ").map(String.init)
    }

    private static func processes() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var pids: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = Int32(name) { pids.append(pid) }
        }
        return pids
    }
}

/// Seconds that all threads of a process have run, exact to the nanosecond.
func processorSeconds(of pid: Int32) throws -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
        throw SupportFailure("process \(pid) has ended")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// How busy the whole machine is.
struct MachineTimes {
    /// Seconds that its processors have spent on anything, together; and that others of the same host have taken.
    let busySeconds: Double
    let stolenSeconds: Double
    let atNs: Int64

    init() {
        let line = fileText("/proc/stat")?.split(separator: "\n").first ?? ""
        let ticks = line.split(separator: " ").dropFirst().map { Double($0) ?? 0 }
        func number(_ index: Int) -> Double {
            (ticks.indices.contains(index) ? ticks[index] : 0) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
        // user, nice, system, idle, iowait, irq, softirq, steal
        busySeconds = number(0) + number(1) + number(2) + number(5) + number(6)
        stolenSeconds = number(7)
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        atNs = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    static var processors: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    /// The share of the machine, 0 to 1, that went neither to `ours` (processor seconds) nor idle since `before`.
    func othersShare(since before: MachineTimes, ours: Double) -> Double {
        let available = Double(atNs - before.atNs) / 1e9 * Double(MachineTimes.processors)
        let others = busySeconds - before.busySeconds + stolenSeconds - before.stolenSeconds - ours
        return available > 0 ? min(max(others / available, 0), 1) : 0
    }
}
