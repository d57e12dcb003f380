import Model

/// One requirement assessed at one facility.
struct AssessmentRow: Sendable {
    enum Status: String, Sendable, CaseIterable {
        case compliant
        case partial = "partially compliant"
        case nonCompliant = "non-compliant"
        case notApplicable = "not applicable"

        /// How likely it makes a failure, 1 ... 5.
        var likelihood: Int {
            switch self {
            case .compliant, .notApplicable: 1
            case .partial: 3
            case .nonCompliant: 5
            }
        }
    }

    enum Risk: String, Sendable, CaseIterable {
        case low, medium, high, critical

        /// Of likelihood times consequence, each 1 ... 5.
        init(likelihood: Int, consequence: Int) {
            switch likelihood * consequence {
            case ...4: self = .low
            case ...9: self = .medium
            case ...15: self = .high
            default: self = .critical
            }
        }

        /// Days until it is looked at again.
        var reviewDays: ClosedRange<Int> {
            switch self {
            case .low: 660...800
            case .medium: 330...400
            case .high: 150...210
            case .critical: 60...120
            }
        }
    }

    let id: String
    let facility: Facility
    let requirement: Requirement
    let round: Int
    let status: Status
    let score: Int?
    let assessed: CalendarDate
    let nextReview: CalendarDate
    let due: CalendarDate?
    let assessor: String

    var risk: Risk { Risk(likelihood: status.likelihood, consequence: facility.consequence.rank) }
    var requirementId: String { Requirement.id(requirement, facility.jurisdiction) }
    var isShort: Bool { status == .partial || status == .nonCompliant }

    var finding: Finding? {
        guard isShort else { return nil }
        if requirementId == Finding.planRequirement, !facility.hasEmergencyPlan {
            return .missingPlan(facility, compliance: id)
        }
        let isAbsent = status == .nonCompliant
        let severity: Finding.Severity = risk == .critical ? .critical : risk == .high ? .major : .minor
        return Finding(
            id: "N-\(id)", facility: facility.id, compliance: id, requirement: requirementId, severity: severity,
            text: (isAbsent ? "Not met: " : "Met in part: ") + requirement.subject)
    }

    static let table = RecordTable<AssessmentRow>(
        "compliance", "Assessments of requirements of the global standard and of the local code at each facility.",
        [
            .text("compliance_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility") { $0.facility.id },
            .text("requirement_id", "The requirement") { $0.requirementId },
            .text("framework", "Global standard or local code") { $0.framework },
            .text("requirement_number", "Number within the framework") { $0.requirement.number },
            .optionalInteger("principle", "Principle of the standard; none in a local code", range: 1...15) {
                $0.requirement.principle
            },
            .category("topic", Requirement.topics, "Topic of the standard") { row in
                Requirement.topics.firstIndex(of: row.requirement.topic) ?? 0
            },
            .text("subject", "What is required, in a few words") { $0.requirement.subject },
            .integer("assessment_round", "How many rounds of assessment ago, 0 is the latest", range: 0...1e6) {
                $0.round
            },
            .word("status", "Result of the assessment") { $0.status },
            .optionalInteger(
                "score_percent", unit: "%", "How far it is met; none where it does not apply", range: 0...100
            ) { $0.score },
            .integer("likelihood", "How likely the shortfall makes a failure: 1, 3 or 5 by the status", range: 1...5) {
                $0.status.likelihood
            },
            .integer("consequence", "Rank of the consequence class, 1 to 5", range: 1...5) {
                $0.facility.consequence.rank
            },
            .word(
                "risk_level", "Of likelihood times consequence: low to 4, medium to 9, high to 15, critical above"
            ) { $0.risk },
            .time("assessment_date", "When it was assessed") { $0.assessed.ms },
            .time("next_review_date", "When it is assessed again: the sooner the higher the risk") { $0.nextReview.ms },
            .optionalTime("action_due_date", "When a shortfall is to be mended") { $0.due?.ms },
            .text("assessor", "Who assessed it") { $0.assessor },
        ])

    var framework: String { requirement.principle == nil ? facility.jurisdiction.code : Requirement.standard }
}

/// What can be assessed.
struct RequirementRow: Sendable {
    let requirement: Requirement
    /// Of a local code.
    let jurisdiction: Jurisdiction?

    static let all: [RequirementRow] =
        Requirement.gistm.map { RequirementRow(requirement: $0, jurisdiction: nil) }
        + Jurisdiction.allCases.flatMap { jurisdiction in
            Requirement.local.map { RequirementRow(requirement: $0, jurisdiction: jurisdiction) }
        }

    static let table = RecordTable<RequirementRow>(
        "requirements",
        "What is assessed: the 77 requirements of GISTM (August 2020) and subjects of local codes, numbered by us.",
        [
            .text("requirement_id", "Identifier") { Requirement.id($0.requirement, $0.jurisdiction) },
            .text("framework", "Global standard or local code") { $0.jurisdiction?.code ?? Requirement.standard },
            .text("requirement_number", "Number within the framework") { $0.requirement.number },
            .optionalInteger("principle", "Principle of the standard", range: 1...15) { $0.requirement.principle },
            .category("topic", Requirement.topics, "Topic of the standard") { row in
                Requirement.topics.firstIndex(of: row.requirement.topic) ?? 0
            },
            .text("subject", "What is required, in a few words") { $0.requirement.subject },
        ])
}

extension Requirement {
    static let standard = "GISTM"

    /// "GISTM-10.4", or "BR-L-07" of a local code.
    static func id(_ requirement: Requirement, _ jurisdiction: Jurisdiction?) -> String {
        guard requirement.principle == nil, let jurisdiction else { return "\(standard)-\(requirement.number)" }
        return "\(jurisdiction.short)-\(requirement.number)"
    }
}
