import Model

/// A shutdown system: trips when a limit has been passed for long enough, remembers why, and drops absorbers.
struct Protection: Sendable {
    /// Steps for which a limit must stay passed: two of three channels agree, relays fall.
    private let delaySteps: Int
    private let dropSeconds: Double
    private let liftSeconds: Double
    private(set) var isTripped = false
    private(set) var cause = TripCause.none
    private var stepsPassed = 0
    /// 0 = withdrawn, 1 = fully in.
    private(set) var insertion = 0.0
    /// Since the trip, in seconds.
    private(set) var secondsTripped = 0.0

    init(delaySteps: Int, dropSeconds: Double, liftSeconds: Double) {
        self.delaySteps = delaySteps
        self.dropSeconds = dropSeconds
        self.liftSeconds = liftSeconds
    }

    /// Share of the worth that is in: slow where the rods enter and leave, fast in the middle of the core.
    var worth: Double { insertion * insertion * (3 - 2 * insertion) }

    /// `isBlocked`: absorbers are not lifted further now.
    mutating func step(seconds: Double, passed cause: TripCause, isBlocked: Bool = false) {
        stepsPassed = cause == .none ? 0 : stepsPassed + 1
        if stepsPassed >= delaySteps, !isTripped {
            isTripped = true
            self.cause = cause
            secondsTripped = 0
        }
        if isTripped {
            secondsTripped += seconds
            insertion = min(insertion + seconds / dropSeconds, 1)
        } else if !isBlocked {
            insertion = max(insertion - seconds / liftSeconds, 0)
        }
    }

    /// The operator's reset: the absorbers are lifted again, in their own time.
    mutating func reset() {
        isTripped = false
        cause = .none
        stepsPassed = 0
    }

    mutating func visitState(_ archive: inout StateArchive) {
        var raw = cause.rawValue
        archive.visit(&isTripped)
        archive.visit(&raw)
        archive.visit(&stepsPassed)
        archive.visit(&insertion)
        archive.visit(&secondsTripped)
        cause = TripCause(rawValue: raw) ?? .none
    }
}
