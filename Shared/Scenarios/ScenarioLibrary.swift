public import Model

/// The scenarios that can be started on assets of one kind, by id: the kind's own, and those that files declare.
public struct ScenarioLibrary: Sendable, Equatable {
    /// `AssetKind.id`.
    public let kind: String
    /// In order: the kind's own first.
    public private(set) var scenarios: [DeclaredScenario]

    /// Every disturbance of the kind by itself.
    public init(_ kind: AssetKind) {
        self.kind = kind.id
        scenarios = kind.scenarios.map { DeclaredScenario($0, of: kind) }
    }

    /// One that was announced by somebody else.
    init(kind: String, scenarios: [DeclaredScenario]) {
        self.kind = kind
        self.scenarios = scenarios
    }

    /// A declaration takes the place of the one that has its id.
    public mutating func add(_ declared: DeclaredScenario) {
        if let index = scenarios.firstIndex(where: { $0.id == declared.id }) {
            scenarios[index] = declared
        } else {
            scenarios.append(declared)
        }
    }

    public subscript(id: String) -> DeclaredScenario? { scenarios.first { $0.id == id } }
}
