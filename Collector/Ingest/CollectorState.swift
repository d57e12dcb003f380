import Runtime

/// How the collector is doing, for readiness checks and for people.
public final class CollectorState: Sendable {
    private struct Facts {
        var duty = HostDuty.cannotCommit
        var databaseProblem: String? = "not connected yet"
        var sites: [String] = []
        var isSchemaReady = false
        var address = ""
        var diskProblem: String?
    }

    private let facts = Locked(Facts())
    private let writer: WriterState
    private let counters: IngestCounters

    init(writer: WriterState, counters: IngestCounters) {
        self.writer = writer
        self.counters = counters
    }

    func duty(_ duty: HostDuty) { facts.withLock { $0.duty = duty } }
    func sites(_ sites: [String]) { facts.withLock { $0.sites = sites } }
    func diskProblem(_ problem: String?) { facts.withLock { $0.diskProblem = problem } }
    func schemaIsReady() { facts.withLock { $0.isSchemaReady = true } }

    func databaseProblem(_ problem: String?) {
        facts.withLock { $0.databaseProblem = problem }
        counters.databaseUp.set(problem == nil && writer.problem.isEmpty)
    }

    /// Where the API is reached; set once it listens.
    public var address: String {
        get { facts.withLock { $0.address } }
        set { facts.withLock { $0.address = newValue } }
    }

    public var isSchemaReady: Bool { facts.withLock { $0.isSchemaReady } }

    /// The sites that this collector serves now.
    public var servedSites: [String] { facts.withLock { $0.sites } }

    /// "serving", "standing by" or "cannot commit".
    public var dutyText: String {
        switch facts.withLock({ $0.duty }) {
        case .serve: "serving"
        case .standBy: "standing by"
        case .cannotCommit: "cannot commit"
        }
    }

    /// What is wrong with the database, in words; nil if nothing is.
    public var databaseProblem: String? {
        if let problem = facts.withLock({ $0.databaseProblem }) { return problem }
        return writer.problem.isEmpty ? nil : writer.problem
    }

    /// What is wrong with the room on the database's disk; nil if nothing is, or if it is another machine's.
    public var diskProblem: String? { facts.withLock { $0.diskProblem } }

    public var isBrokerConnected: Bool { counters.brokerUp.value == 1 }
    public var isOnline: Bool { counters.online.value == 1 }
}
