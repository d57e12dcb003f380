import Assets
import Glibc
import Model
import Runtime
import TestSupport

/// What an agent costs its machine at 1 Hz: memory, processor, size of the program. The worst of all kinds counts.
struct AgentBench: Benchmark {
    static let name = "agent"
    static let seconds = 30

    func run(_ bench: inout Bench) throws {
        let stack = try Stack(programs: bench.programs)
        try stack.startCollector()
        let agents = try AssetCatalog.all.map { try stack.startAgent("agent-\($0.id)", kind: $0.id, seed: 7) }
        // Its start is over, and what it needed has been given back.
        Clock.sleep(ms: 8_000)
        let before = try agents.map { try processorSeconds(of: $0.process.pid) }
        let startNs = Clock.monotonicNs()
        Clock.sleep(ms: AgentBench.seconds * 1_000)
        let after = try agents.map { try processorSeconds(of: $0.process.pid) }
        let seconds = Double(Clock.monotonicNs() - startNs) / 1e9
        let memory = agents.map { Double(ProcessTimes(pid: $0.process.pid)?.residentBytes ?? 0) / 1e6 }
        let shares = zip(before, after).map { ($1 - $0) / seconds * 100 }
        guard agents.allSatisfy({ $0.process.isRunning }) else { throw SupportFailure("an agent has ended") }
        let commits = agents.count * AgentBench.seconds
        for agent in agents { agent.process.terminate() }

        func each(_ values: [Double]) -> String {
            zip(AssetCatalog.all, values).map { "\($0.id) \(Figure.text($1))" }.joined(separator: ", ")
        }
        try bench.report.add(
            Figure(
                name: AgentBench.name, figure: "resident memory", value: memory.max() ?? 0, unit: "MB",
                bar: .valueAtMost(12), note: each(memory)))
        try bench.report.add(
            Figure(
                name: AgentBench.name, figure: "processor at 1 Hz", value: shares.max() ?? 0, unit: "% of a core",
                bar: .valueAtMost(0.3),
                note: "\(each(shares)); one durable commit, one message and its receipt in each of \(commits) ticks"))
        var status = stat()
        guard stat("\(bench.programs)/bellwether-agent", &status) == 0 else { throw SupportFailure("no agent program") }
        try bench.report.add(
            Figure(
                name: AgentBench.name, figure: "binary", value: Double(status.st_size) / 1e6, unit: "MB",
                bar: .valueAtMost(12), note: "stripped, Swift's library in it"))
    }
}
