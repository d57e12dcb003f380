import Synchronization
import TestSupport
import Testing

/// Our agent as an edge node, judged rule by rule by an independent host. One course of events for all rules: births,
/// wrap of seq, rebirths, nonsense, states old and new, a cut, a pause, an end and a new beginning.
@Suite(.timeLimit(.minutes(10)))
struct EdgeNodeConformanceTests {
    private static let verdicts = Once {
        let broker = try MosquittoServer()
        return try withExtendedLifetime(broker) {
            try Verdicts.of(
                "edge_node.py", ["broker": "\(broker.port)", "agent": Verdicts.program("bellwether-agent")])
        }
    }

    @Test(arguments: SparkplugRules.edgeNode)
    func rule(_ id: String) async throws {
        try await offPool {
            let verdict = try #require(try EdgeNodeConformanceTests.verdicts.get().rules[id], "never judged: \(id)")
            #expect(verdict.times > 0 && verdict.broken.isEmpty, "\(id): \(verdict.broken)")
        }
    }

    /// The list of rules is whole: 200 concern an edge node.
    @Test func everyRuleIsJudgedOrExempt() {
        let exempt = SparkplugRules.edgeNodeExemptions.flatMap(\.rules)
        #expect(Set(SparkplugRules.edgeNode + exempt).count == 200)
        #expect(Set(SparkplugRules.edgeNode).isDisjoint(with: exempt))
    }
}

/// Our collector as a host application, driven by independent edge nodes and judged rule by rule, by its packets and by
/// what is in the database.
@Suite(.timeLimit(.minutes(10)))
struct HostConformanceTests {
    private static let verdicts = Once {
        let broker = try MosquittoServer()
        let server = try PostgresServer.shared
        let database = server.url(try server.makeDatabase())
        return try withExtendedLifetime(broker) {
            try Verdicts.of(
                "host_application.py",
                [
                    "broker": "\(broker.port)", "collector": Verdicts.program("bellwether-collector"),
                    "database": database,
                ])
        }
    }

    @Test(arguments: SparkplugRules.host)
    func rule(_ id: String) async throws { try await HostConformanceTests.expect(id) }

    @Test(arguments: SparkplugRules.hostFacts)
    func fact(_ id: String) async throws { try await HostConformanceTests.expect(id) }

    private static func expect(_ id: String) async throws {
        try await offPool {
            let verdict = try #require(try verdicts.get().rules[id], "never judged: \(id)")
            #expect(verdict.times > 0 && verdict.broken.isEmpty, "\(id): \(verdict.broken)")
        }
    }

    /// The list of rules is whole: 113 concern a host.
    @Test func everyRuleIsJudgedOrExempt() {
        let exempt = SparkplugRules.hostExemptions.flatMap(\.rules)
        #expect(Set(SparkplugRules.host + exempt).count == 113)
        #expect(Set(SparkplugRules.host).isDisjoint(with: exempt))
    }
}

/// Something that is made once, by whoever first wants it; the others wait for it, each on a thread of its own.
private final class Once<Value: Sendable>: Sendable {
    private let make: @Sendable () throws -> Value
    private let state = Mutex<(isBegun: Bool, result: Result<Value, any Error>?)>((false, nil))

    init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

    /// Blocks. Not under the lock: the clock of a mutex must not run for minutes.
    func get() throws -> Value {
        let isMine = state.withLock { state in
            defer { state.isBegun = true }
            return !state.isBegun
        }
        if isMine {
            let result = Result { try make() }
            state.withLock { $0.result = result }
        }
        try waitUntil("what is made once", within: .seconds(600)) { state.withLock { $0.result } != nil }
        guard let result = state.withLock({ $0.result }) else { throw SupportFailure("nothing was made") }
        return try result.get()
    }
}
