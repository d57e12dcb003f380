import Assets
import Glibc
import Model
import Runtime
import TestSupport

/// One measurement, or several that belong together.
protocol Benchmark: Sendable {
    /// What the command line calls it.
    static var name: String { get }
    init()
    func run(_ bench: inout Bench) throws
}

/// Runs the benchmarks that the command line names.
struct Bench {
    static var all: [any Benchmark.Type] {
        [
            CodecBench.self, OutboxBench.self, IngestBench.self, DrainBench.self, LatencyBench.self, FanoutBench.self,
            ConnectionsBench.self, AgentBench.self, GrowthBench.self, ParquetBench.self, SimulatorsBench.self,
            CastsBench.self, AlarmBench.self,
        ]
    }

    /// The folder of the release programs.
    let programs: String
    let rivals: Rivals
    var report = Report()

    static func main(_ words: [String]) -> ExitCode {
        let stop = StopSignal()
        var words = words
        if words == ["fingerprints"] { return printFingerprints() }
        guard let programs = take("--programs", &words), let rivals = take("--rivals", &words) else {
            StandardError.write("bench: start it by Tests/Bench/run.sh\n")
            return .usage
        }
        let names = all.map { $0.name }
        let wanted = words.filter { $0 != "all" }
        if let unknown = wanted.first(where: { !names.contains($0) }) {
            StandardError.write("bench: there is no \(unknown); there are: \(names.joined(separator: ", "))\n")
            return .usage
        }
        do {
            // Ending the process ends every server and removes every folder: see TestSupport.
            try stop.start(graceMs: 5_000) { exit(ExitCode.interrupted.rawValue) }
        } catch {
            StandardError.write("bench: \(error)\n")
            return .failure
        }
        var bench = Bench(programs: programs, rivals: Rivals(program: rivals))
        return bench.run(all.filter { wanted.isEmpty || wanted.contains($0.name) })
    }

    /// One line for each kind of asset, for comparing builds and machines.
    private static func printFingerprints() -> ExitCode {
        let lines = AssetCatalog.all.map { "\($0.id) \($0.fingerprint())\n" }
        do { try StandardOutput.write(lines.joined()) } catch { return .failure }
        return .success
    }

    private static func take(_ option: String, _ words: inout [String]) -> String? {
        guard let index = words.firstIndex(of: option), index + 1 < words.count else { return nil }
        defer { words.removeSubrange(index...(index + 1)) }
        return words[index + 1]
    }

    private mutating func run(_ benchmarks: [any Benchmark.Type]) -> ExitCode {
        var failed: [String] = []
        for benchmark in benchmarks {
            report.loadAverage =
                fileText("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0
            report.say("\(benchmark.name) (load average \(report.loadAverage), \(MachineTimes.processors) processors)")
            do {
                try benchmark.init().run(&self)
            } catch {
                report.say("\(benchmark.name) failed: \(error)")
                failed.append(benchmark.name)
            }
        }
        report.printTable()
        guard failed.isEmpty else {
            report.say("failed: \(failed.joined(separator: ", "))")
            return .failure
        }
        return .success
    }
}
