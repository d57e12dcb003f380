import Glibc
import Runtime
import TestSupport

/// A thousand casts of an hour at 1 Hz to Parquet, simulation and labels included; and whether memory grows with the
/// number of casts.
struct CastsBench: Benchmark {
    static let name = "casts"
    private static let limitS = 15.0
    private static let limitMB = 512.0

    func run(_ bench: inout Bench) throws {
        let folder = try TemporaryFolder("casts")
        let program = "\(bench.programs)/bellwether-dataset"
        let before = MachineTimes()
        let hour = try CastRunFigures(program, count: 1000, minutes: 60, to: folder.path("hour"))
        let share = MachineTimes().othersShare(since: before, ours: hour.cpuSeconds)
        let bytes = try CastsBench.bytes(folder.path("hour/process.parquet"))
        try bench.report.add(
            Figure(
                name: CastsBench.name, figure: "1,000 casts of 60 min", value: hour.seconds, unit: "s",
                bar: .valueAtMost(CastsBench.limitS),
                note:
                    "\(Figure.text(hour.cpuSeconds)) s of processor, \(Figure.text(3.6e6 / hour.cpuSeconds)) times real "
                    + "time a core, simulation, labels and files together; \(Figure.text(bytes / 1e6)) MB of sensors; "
                    + "others had \(Int(share * 100)) % of the machine"))
        try bench.report.add(
            Figure(
                name: CastsBench.name, figure: "memory", value: hour.peakMB, unit: "MB",
                bar: .valueAtMost(CastsBench.limitMB)))
        let few = try CastRunFigures(program, count: 1000, minutes: 6, to: folder.path("few"))
        let many = try CastRunFigures(program, count: 10_000, minutes: 6, to: folder.path("many"))
        try bench.report.add(
            Figure(
                name: CastsBench.name, figure: "memory, 10,000 casts", value: many.peakMB, unit: "MB",
                rival: "1,000 casts", rivalValue: few.peakMB, bar: .valueAtMost(CastsBench.limitMB),
                note: "casts of 6 min; \(Figure.text(many.seconds)) s"))
    }

    private static func bytes(_ path: String) throws -> Double {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SupportFailure("stat \(path): \(errno)") }
        return Double(status.st_size)
    }
}

/// One run of the program, watched from outside.
private struct CastRunFigures {
    let seconds: Double
    let cpuSeconds: Double
    let peakMB: Double

    init(_ program: String, count: Int, minutes: Int, to path: String) throws {
        let startNs = Clock.monotonicNs()
        let child = try ChildProcess(
            program,
            ["generate", "--kind", "caster", "--count", "\(count)", "--minutes", "\(minutes)", "--out", path])
        var (cpu, peak) = (0.0, 0.0)
        while child.isRunning {
            if let seconds = try? processorSeconds(of: child.pid) { cpu = max(cpu, seconds) }
            peak = max(peak, CastRunFigures.peakMB(child.pid))
            usleep(5_000)
        }
        guard child.exit == .code(0) else { throw SupportFailure("generate: \(child.standardError)") }
        seconds = Double(Clock.monotonicNs() - startNs) / 1e9
        cpuSeconds = cpu
        peakMB = peak
    }

    /// The most that the process has had in memory so far.
    private static func peakMB(_ pid: Int32) -> Double {
        let line = fileText("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1024 / 1e6
    }
}
