/// What an assessment has found wanting.
struct Finding: Sendable {
    enum Severity: String, Sendable, CaseIterable { case minor, major, critical }

    let id: String
    let facility: String
    /// The assessment; nil where the facility as a whole was looked at.
    let compliance: String?
    let requirement: String
    let severity: Severity
    let text: String

    static let planRequirement = "GISTM-13.1"
    static let noPlan = "No emergency preparedness and response plan"

    /// A finding on a facility of the class "extreme" that has no emergency plan on file, whatever else is looked at.
    static func missingPlan(_ facility: Facility, compliance: String?) -> Finding {
        Finding(
            id: "N-\(compliance ?? facility.id)", facility: facility.id, compliance: compliance,
            requirement: planRequirement,
            severity: facility.consequence.rank >= 4 ? .critical : .major, text: noPlan)
    }

    private static let common: [Field<Finding>] = [
        .text("finding_id", "Identifier, unique in the set") { $0.id },
        .text("facility_id", "The facility") { $0.facility },
        .text("requirement_id", "What it falls short of") { $0.requirement },
        .word("severity", "How bad it is") { $0.severity },
        .text("finding", "What was found") { $0.text },
    ]

    static let documentTable = RecordTable<Finding>(
        "findings", "Facilities of the class \"extreme\" without an emergency plan among their documents.", common)

    static let complianceTable = RecordTable<Finding>(
        "findings",
        "What falls short: one for every assessment that is not, or only partially, compliant, and for every facility "
            + "of the class \"extreme\" without an emergency plan.",
        common + [.optionalText("compliance_id", "The assessment that found it") { $0.compliance }])
}
