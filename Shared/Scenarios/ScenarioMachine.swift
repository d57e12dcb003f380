public import Model

/// Which scenarios act on an asset, and how strongly, at every instant of its time: a value, without clock or I/O.
///
/// The asset's time is in nanoseconds since its simulation began; it stands still while nobody simulates it. Runs may
/// overlap: their strengths add up, to no more than 1 for each disturbance.
public struct ScenarioMachine: Sendable, Equatable {
    /// Why a run was not started or stopped.
    public enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        case anotherKind(String)
        case known(run: String)
        case tooMany
        case unknown(run: String)
        case stoppedAlready(run: String)

        public var description: String {
            switch self {
            case .anotherKind(let kind): "the scenario is for a \(kind)"
            case .known(let run): "a run of the name \(run) has been started already"
            case .tooMany: "\(ScenarioLimits.mostRuns) scenarios are running; stop one of them first"
            case .unknown(let run): "there is no run of the name \(run)"
            case .stoppedAlready(let run): "the run \(run) was stopped already"
            }
        }
    }

    /// Runs whose names are remembered after their end, so that no command is obeyed twice.
    static let mostRemembered = 64

    private let kind: String
    private let ids: [String]
    /// What runs or waits for its onset, in the order of starting.
    public private(set) var runs: [ScenarioRun] = []
    /// For each run, the place of each part's disturbance in `AssetKind.scenarios`; -1 for one that is not there.
    private var places: [[Int]] = []
    private var remembered: [String] = []
    private let calm: Disturbances

    public init(_ kind: AssetKind) {
        self.kind = kind.id
        ids = kind.scenarios.map(\.id)
        calm = Disturbances(count: ids.count)
    }

    /// Nothing runs and nothing ever has.
    public var isPristine: Bool { runs.isEmpty && remembered.isEmpty }

    public var isIdle: Bool { runs.isEmpty }

    /// Whether a run of this name has ended not long ago.
    public func remembers(_ id: String) -> Bool { remembered.contains(id) }

    /// Puts a run to the others; it acts from its onset on.
    public mutating func start(_ run: ScenarioRun) throws(Refusal) {
        guard run.scenario.kind == kind else { throw .anotherKind(run.scenario.kind) }
        guard !remembered.contains(run.id), !runs.contains(where: { $0.id == run.id }) else {
            throw .known(run: run.id)
        }
        guard runs.count < ScenarioLimits.mostRuns else { throw .tooMany }
        runs.append(run)
        places.append(place(run))
    }

    /// Lets a run recover from where it stands. One that has not acted yet never will.
    public mutating func stop(_ id: String, by: String?, atNs nowNs: Int64, timeMs: Int64) throws(Refusal) {
        guard let index = runs.firstIndex(where: { $0.id == id }) else { throw .unknown(run: id) }
        guard runs[index].stoppedNs == nil else { throw .stoppedAlready(run: id) }
        runs[index].stoppedNs = max(0, nowNs - runs[index].startNs)
        runs[index].stoppedMs = timeMs
        runs[index].stoppedBy = by
    }

    /// What has begun and what is over now, in the order of starting. `timeMs`: the same instant by the clock.
    public mutating func advance(toNs nowNs: Int64, timeMs: Int64) -> [ScenarioEvent] {
        guard !runs.isEmpty else { return [] }
        var events: [ScenarioEvent] = []
        for index in runs.indices where runs[index].onsetMs == nil {
            let run = runs[index]
            guard nowNs >= run.onsetNs, run.stoppedNs.map({ run.startNs + $0 > run.onsetNs }) ?? true else { continue }
            runs[index].onsetMs = timeMs - (nowNs - run.onsetNs) / ScenarioPart.nsPerMs
            events.append(ScenarioEvent(.onset, runs[index]))
        }
        for index in runs.indices.reversed() {
            guard let endNs = runs[index].endNs, nowNs >= endNs else { continue }
            var run = runs.remove(at: index)
            places.remove(at: index)
            run.endedMs = timeMs - (nowNs - endNs) / ScenarioPart.nsPerMs
            remember(run.id)
            // Before what has ended already, so that the order of starting is kept.
            let first = events.firstIndex { $0.phase == .ended } ?? events.count
            events.insert(
                ScenarioEvent(.ended, run, reason: run.onsetMs == nil ? "it was stopped before its onset" : nil),
                at: first)
        }
        return events
    }

    /// The strength of each disturbance of the kind.
    public func disturbances(atNs nowNs: Int64) -> Disturbances {
        guard !runs.isEmpty else { return calm }
        var disturbances = calm
        for (run, places) in zip(runs, places) {
            for (part, place) in zip(run.scenario.parts, places) where place >= 0 {
                let level = part.level(sinceStartNs: nowNs - run.startNs, stoppedNs: run.stoppedNs)
                if level > 0 { disturbances[place] += level }
            }
        }
        return disturbances
    }

    private func place(_ run: ScenarioRun) -> [Int] {
        run.scenario.parts.map { part in ids.firstIndex(of: part.scenario) ?? -1 }
    }

    private mutating func remember(_ id: String) {
        remembered.append(id)
        if remembered.count > ScenarioMachine.mostRemembered { remembered.removeFirst() }
    }

    /// Visits everything, to save or to restore it. One of the same kind, restored, goes on bit for bit.
    public mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(count: &runs, most: ScenarioLimits.mostRuns) { ScenarioRun() }
        for index in runs.indices { runs[index].visitState(&archive, kind: kind) }
        archive.visit(count: &remembered, most: ScenarioMachine.mostRemembered) { "" }
        for index in remembered.indices { archive.visit(&remembered[index], longest: 64) }
        places = runs.map(place)
    }
}
