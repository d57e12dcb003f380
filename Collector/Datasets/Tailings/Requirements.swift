/// What compliance is assessed against: the 77 requirements of the Global Industry Standard on Tailings Management
/// (GISTM, August 2020) under its six topics and fifteen principles, and 23 subjects of a local code. The subjects are
/// named in our words; the standard's text is not repeated.
struct Requirement: Sendable, Equatable {
    /// "10.4", or "L-07" of a local code.
    let number: String
    /// 1 ... 15; nil in a local code.
    let principle: Int?
    let topic: String
    let subject: String
    /// How hard it is to meet, standard normal by and large.
    let difficulty: Double

    static let count = gistm.count + local.count
    static let all = gistm + local
    /// "13.1", the emergency plan: its place in `all`.
    static let emergencyPlan = all.firstIndex { $0.number == "13.1" } ?? 0

    /// Places in `all` of what does not concern every facility.
    static let mayNotApply = Set(
        ["1.2", "3.2", "4.7", "5.8", "6.6", "14.3", "L-17"].compactMap { number in
            all.firstIndex { $0.number == number }
        })

    static let topics = [
        "I Affected communities", "II Integrated knowledge base",
        "III Design, construction, operation and monitoring", "IV Management and governance",
        "V Emergency response and long-term recovery", "VI Public disclosure and access to information", "Local code",
    ]

    static func topic(ofPrinciple principle: Int) -> String {
        switch principle {
        case 1: topics[0]
        case 2...3: topics[1]
        case 4...7: topics[2]
        case 8...12: topics[3]
        case 13...14: topics[4]
        default: topics[5]
        }
    }

    /// Requirement 1.1 to 15.3.
    static let gistm: [Requirement] = principles.enumerated().flatMap { index, principle in
        principle.subjects.enumerated().map { place, subject in
            Requirement(
                number: "\(index + 1).\(place + 1)", principle: index + 1, topic: topic(ofPrinciple: index + 1),
                subject: subject, difficulty: principle.difficulty + 0.25 * Double(place % 3 - 1))
        }
    }

    static let local: [Requirement] = localSubjects.enumerated().map { index, subject in
        Requirement(
            number: "L-\((index + 1).padded(2))", principle: nil, topic: topics[6], subject: subject,
            difficulty: -0.2 + 0.2 * Double(index % 3 - 1))
    }

    private static let principles: [(difficulty: Double, subjects: [String])] = [
        (
            0.1,
            [
                "Human rights due diligence", "Consent of indigenous peoples",
                "Engagement of affected people over the life cycle", "Grievance mechanism",
            ]
        ),
        (
            0,
            [
                "Social, environmental and local economic context", "Site characterisation",
                "Breach analysis with credible failure modes", "People exposed to a breach",
            ]
        ),
        (
            0.1,
            [
                "Effects of climate change", "Analysis of alternatives", "Impacts and their mitigation",
                "Update after a material change",
            ]
        ),
        (
            0.2,
            [
                "Consequence classification", "Upgrade to extreme design criteria kept possible",
                "Decision on design criteria by the accountable executive", "Documented design criteria",
                "Factors of safety for each phase", "Brittle failure modes",
                "Existing facilities that cannot be upgraded",
                "Design basis report",
            ]
        ),
        (
            0.3,
            [
                "Robust design for all phases", "Site and technology of new facilities",
                "Water balance and water management",
                "All credible failure modes addressed", "Design of each construction stage", "Closure design in detail",
                "Residual risk as low as reasonably practicable", "Resettlement",
            ]
        ),
        (
            -0.1,
            [
                "Construction, operation and closure to the design intent", "Construction quality and verification",
                "Construction records report", "Operation, maintenance and surveillance manual", "Change management",
                "New and emerging technologies",
            ]
        ),
        (
            -0.2,
            [
                "Monitoring programme", "Verification of design assumptions",
                "Performance criteria and trigger action response plans", "Analysis of monitoring data",
                "Reporting of monitoring results",
            ]
        ),
        (
            -0.1,
            [
                "Board policy on tailings", "Governance framework and management system",
                "Environmental and social management system", "Accountable executive",
                "Responsible tailings facility engineer", "Qualified personnel", "Independent tailings review board",
            ]
        ),
        (
            -0.2,
            [
                "Engineer of record appointed", "Engineer of record empowered", "Quality of engineering work",
                "Selection and competence of the engineer of record", "Succession of the engineer of record",
            ]
        ),
        (
            0.2,
            [
                "Risk assessments every three years", "Review of the management system",
                "Audit of environmental and social management", "Annual performance review",
                "Independent dam safety review", "Independent review of closure and design",
                "Financial capacity for closure",
            ]
        ),
        (
            0,
            [
                "Training", "Experience of workers used", "Cooperation across functions",
                "Recognition of safe behaviour",
                "Lessons from incidents",
            ]
        ),
        (0.1, ["Concerns and whistleblowers heard", "Whistleblowers protected"]),
        (
            0.1,
            [
                "Emergency preparedness and response plan", "Workers and communities prepared",
                "Capacity shared with public services", "Exercises and tests of the plan",
            ]
        ),
        (
            0.4,
            [
                "Recovery planned with public agencies", "Impacts after a failure assessed",
                "Reconstruction and recovery plans", "Affected people take part in recovery",
                "Recovery monitored and reported",
            ]
        ),
        (
            0,
            [
                "Information published and kept up to date", "Requests for information answered",
                "Public databases supported",
            ]
        ),
    ]

    private static let localSubjects = [
        "Licence to operate in force", "Registration of the dam", "Hazard category notified", "Design report approved",
        "Stability analysis, static", "Stability analysis, seismic", "Liquefaction assessment", "Minimum freeboard",
        "Spillway or storage capacity", "Seepage collection", "Instrumentation in working order",
        "Inspection by the operator", "Inspection by the authority", "Annual report to the authority",
        "Incident reporting", "Emergency plan lodged", "Warning sirens in the self-rescue zone",
        "Water quality licence",
        "Dust control", "Rehabilitation plan", "Financial assurance lodged", "Records retention", "Access control",
    ]
}

/// Whose code applies beside the standard. The subjects under it are numbered by us.
enum Jurisdiction: String, Sendable, CaseIterable {
    case australia = "Australia"
    case brazil = "Brazil"
    case canada = "Canada"
    case chile = "Chile"
    case southAfrica = "South Africa"

    var code: String {
        switch self {
        case .australia: "ANCOLD Guidelines on Tailings Dams"
        case .brazil: "ANM Resolution 95/2022"
        case .canada: "CDA Dam Safety Guidelines"
        case .chile: "Decreto Supremo 248"
        case .southAfrica: "SANS 10286"
        }
    }
}

extension Jurisdiction {
    var short: String {
        switch self {
        case .australia: "AU"
        case .brazil: "BR"
        case .canada: "CA"
        case .chile: "CL"
        case .southAfrica: "ZA"
        }
    }
}
