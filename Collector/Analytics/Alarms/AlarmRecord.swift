/// The states of an alarm (ISA-18.2, IEC 62682).
public enum AlarmState: String, Sendable, CaseIterable {
    case normal
    /// True, and nobody has said that he knows.
    case unacknowledged
    /// True, and somebody has.
    case acknowledged
    /// Gone by itself before anybody had.
    case returnedUnacknowledged = "returned_unacknowledged"
    /// Gone, but it stays until it is reset.
    case latchedUnacknowledged = "latched_unacknowledged"
    case latchedAcknowledged = "latched_acknowledged"
    /// Put aside by an operator, for a time and a reason.
    case shelved
    /// Put aside by the plant's state, or by an engineer.
    case suppressed
    case outOfService = "out_of_service"

    /// Whether an operator has it before him.
    public var isStanding: Bool {
        switch self {
        case .unacknowledged, .acknowledged, .returnedUnacknowledged, .latchedUnacknowledged, .latchedAcknowledged:
            true
        case .normal, .shelved, .suppressed, .outOfService: false
        }
    }

    public var isUnacknowledged: Bool {
        self == .unacknowledged || self == .returnedUnacknowledged || self == .latchedUnacknowledged
    }
}

/// What happens to an alarm.
public enum AlarmEvent: Sendable, Equatable {
    // From the process.
    case raised, cleared
    case suppressedByDesign, unsuppressedByDesign
    // By time.
    case shelfExpired, reAlarmed
    // By people.
    case acknowledged, reset
    case shelved(untilMs: Int64)
    case unshelved, suppressed, unsuppressed, removedFromService, returnedToService, commented

    /// As the journal says it.
    public var word: String {
        switch self {
        case .raised: "raised"
        case .cleared: "cleared"
        case .suppressedByDesign: "suppressed_by_design"
        case .unsuppressedByDesign: "unsuppressed_by_design"
        case .shelfExpired: "shelf_expired"
        case .reAlarmed: "re_alarmed"
        case .acknowledged: "acknowledged"
        case .reset: "reset"
        case .shelved: "shelved"
        case .unshelved: "unshelved"
        case .suppressed: "suppressed"
        case .unsuppressed: "unsuppressed"
        case .removedFromService: "removed_from_service"
        case .returnedToService: "returned_to_service"
        case .commented: "commented"
        }
    }

    public static let words = [
        "raised", "cleared", "suppressed_by_design", "unsuppressed_by_design", "shelf_expired", "re_alarmed",
        "acknowledged", "reset", "shelved", "unshelved", "suppressed", "unsuppressed", "removed_from_service",
        "returned_to_service", "commented",
    ]
}

/// The state machine of one alarm: pure, and the only place where states change.
///
/// What hides an alarm (a shelf, suppression, being out of service) lies over what is true: whatever happens below goes
/// on, unseen, and is shown anew when the last cover is taken away.
public struct AlarmRecord: Sendable, Equatable {
    /// What happened to the state, for the journal.
    public struct Step: Sendable, Equatable {
        public let event: AlarmEvent
        public let before: AlarmState
        public let after: AlarmState
        /// The alarm asks for attention: it has become unacknowledged.
        public let isCall: Bool
    }

    /// Why an operator's wish cannot be done now, in words for him.
    public struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        public let description: String
    }

    public static let longestShelfMs: Int64 = 8 * 3_600_000

    /// Of its rule: it stays until it is reset.
    public var isLatching = false
    /// The condition is true.
    public var isActive = false
    public var needsAcknowledgement = false
    public var isLatched = false
    public var shelvedUntilMs: Int64?
    public var isSuppressedByDesign = false
    public var isSuppressedByOperator = false
    public var isOutOfService = false

    public init() {}

    public var state: AlarmState {
        if isOutOfService { return .outOfService }
        if isSuppressedByDesign || isSuppressedByOperator { return .suppressed }
        if shelvedUntilMs != nil { return .shelved }
        if isActive { return needsAcknowledgement ? .unacknowledged : .acknowledged }
        if isLatched { return needsAcknowledgement ? .latchedUnacknowledged : .latchedAcknowledged }
        return needsAcknowledgement ? .returnedUnacknowledged : .normal
    }

    private var isCovered: Bool {
        isOutOfService || isSuppressedByDesign || isSuppressedByOperator || shelvedUntilMs != nil
    }

    /// Nil where the event changes nothing: the process may say the same thing twice. `nowMs` is held against a
    /// shelf's end.
    public mutating func take(_ event: AlarmEvent, nowMs: Int64) throws(Refusal) -> Step? {
        let before = state
        var isCall = false
        switch event {
        case .raised:
            guard !isActive else { return nil }
            isActive = true
            if isLatching { isLatched = true }
            if !isCovered {
                needsAcknowledgement = true
                isCall = true
            }
        case .cleared:
            guard isActive else { return nil }
            isActive = false
        case .suppressedByDesign:
            guard !isSuppressedByDesign else { return nil }
            isSuppressedByDesign = true
        case .unsuppressedByDesign:
            guard isSuppressedByDesign else { return nil }
            isSuppressedByDesign = false
            isCall = uncover()
        case .shelfExpired:
            guard let untilMs = shelvedUntilMs, untilMs <= nowMs else { return nil }
            shelvedUntilMs = nil
            isCall = uncover()
        case .reAlarmed:
            guard before == .acknowledged else { return nil }
            needsAcknowledgement = true
            isCall = true
        case .acknowledged:
            guard before.isUnacknowledged else { throw refusal("acknowledged", before) }
            needsAcknowledgement = false
        case .reset:
            guard before == .latchedAcknowledged else { throw refusal("reset", before) }
            isLatched = false
        case .shelved(let untilMs):
            guard before.isStanding || before == .normal else { throw refusal("shelved", before) }
            guard untilMs > nowMs, untilMs - nowMs <= AlarmRecord.longestShelfMs else {
                throw Refusal(description: "An alarm is shelved for a time of at most 8 hours.")
            }
            shelvedUntilMs = untilMs
        case .unshelved:
            guard shelvedUntilMs != nil else { throw refusal("unshelved", before) }
            shelvedUntilMs = nil
            isCall = uncover()
        case .suppressed:
            guard !isSuppressedByOperator else { throw refusal("suppressed", before) }
            isSuppressedByOperator = true
        case .unsuppressed:
            guard isSuppressedByOperator else {
                if isSuppressedByDesign {
                    throw Refusal(description: "The alarm is suppressed by design: it ends with what it was made for.")
                }
                throw refusal("unsuppressed", before)
            }
            isSuppressedByOperator = false
            isCall = uncover()
        case .removedFromService:
            guard !isOutOfService else { throw refusal("taken out of service", before) }
            isOutOfService = true
        case .returnedToService:
            guard isOutOfService else { throw refusal("returned to service", before) }
            isOutOfService = false
            isCall = uncover()
        case .commented: break
        }
        return Step(event: event, before: before, after: state, isCall: isCall)
    }

    /// Shows what is true, as if it had just happened: nobody has been told of it meanwhile.
    private mutating func uncover() -> Bool {
        guard !isCovered else { return false }
        needsAcknowledgement = isActive || isLatched
        return needsAcknowledgement
    }

    private func refusal(_ what: String, _ state: AlarmState) -> Refusal {
        let more =
            switch (what, state) {
            case ("reset", .latchedUnacknowledged): "; acknowledge it first"
            case ("reset", .acknowledged), ("reset", .unacknowledged): "; a latched alarm is reset once it is gone"
            default: ""
            }
        return Refusal(
            description: "The alarm is \(state.rawValue.map { $0 == "_" ? " " : String($0) }.joined()): "
                + "it cannot be \(what) now\(more).")
    }
}
