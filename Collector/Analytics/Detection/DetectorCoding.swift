/// The saved form of a detector: a header that names its plan, and the state as it lies in memory.
extension AssetDetector {
    /// Why a saved state is not taken.
    public enum CodingFailure: Error, Equatable, Sendable, CustomStringConvertible {
        case otherVersion
        case otherPlan
        case damaged

        public var description: String {
            switch self {
            case .otherVersion: "the detector's state was saved by another version: it learns anew"
            case .otherPlan: "the detector's state belongs to other signals: it learns anew"
            case .damaged: "the detector's state is damaged: it learns anew"
            }
        }
    }

    /// Changes with every change of the state's layout or meaning.
    static let codingVersion: UInt64 = 1

    /// The whole state, to go on from bit for bit.
    public func encoded() -> [UInt8] {
        var out = StateWriter()
        out.word(AssetDetector.codingVersion)
        out.word(plan.fingerprint)
        out.plain(asset)
        out.plain(groups)
        out.plain(channels)
        out.plain(regimes)
        out.plain(quarters)
        out.plain(newest)
        out.plain(together)
        for block in blocks { block.write(to: &out) }
        tracker.write(to: &out)
        return out.sealed()
    }

    /// The detector that was saved.
    public init(plan: DetectorPlan, budget: AlarmBudget = .standard, encoded: [UInt8]) throws(CodingFailure) {
        self.init(plan: plan, budget: budget)
        guard var input = StateReader(sealed: encoded) else { throw .damaged }
        guard input.word() == AssetDetector.codingVersion else { throw .otherVersion }
        guard input.word() == plan.fingerprint else { throw .otherPlan }
        input.plain(&asset)
        input.plain(&groups)
        input.plain(&channels)
        input.plain(&regimes)
        input.plain(&quarters)
        input.plain(&newest)
        input.plain(&together)
        for index in blocks.indices { blocks[index].read(from: &input) }
        guard let tracker = FindingTracker(from: &input), input.isComplete else { throw .damaged }
        self.tracker = tracker
    }
}
