/// The kinds of papers that pile up around a tailings facility.
struct DocumentType: Sendable {
    enum Category: String, Sendable, CaseIterable {
        case design, construction, geotechnical, monitoring, operations, water, environment, risk, review, compliance
        case safety, emergency, closure
    }

    enum Author: Sendable { case owner, engineerOfRecord, reviewer, laboratory, authority }

    let name: String
    let code: String
    let category: Category
    let author: Author
    let weight: Double
    /// The middle of its lengths, and how they scatter (of the logarithm).
    let pages: Double
    let spread: Double
    /// Drawings and photographs weigh more than text.
    let bytesPerPage: Double
    /// Kept up to date: a later one is a new version of the same document.
    let isLiving: Bool

    private init(
        _ name: String, _ code: String, _ category: Category, _ author: Author, weight: Double, pages: Double,
        spread: Double = 0.35, kilobytesPerPage: Double = 90, isLiving: Bool = false
    ) {
        self.name = name
        self.code = code
        self.category = category
        self.author = author
        self.weight = weight
        self.pages = pages
        self.spread = spread
        bytesPerPage = kilobytesPerPage * 1000
        self.isLiving = isLiving
    }

    static let all: [DocumentType] = [
        DocumentType(
            "Emergency preparedness and response plan", "EPRP", .emergency, .owner, weight: 2, pages: 85, isLiving: true
        ),
        DocumentType(
            "Operation, maintenance and surveillance manual", "OMS", .operations, .owner, weight: 3, pages: 160,
            isLiving: true),
        DocumentType("Design basis report", "DBR", .design, .engineerOfRecord, weight: 2, pages: 120, isLiving: true),
        DocumentType(
            "Design report of a raise", "DES", .design, .engineerOfRecord, weight: 4, pages: 210, kilobytesPerPage: 170),
        DocumentType(
            "Construction records report", "CRR", .construction, .engineerOfRecord, weight: 5, pages: 240,
            kilobytesPerPage: 310),
        DocumentType(
            "Construction quality report", "CQA", .construction, .owner, weight: 8, pages: 35, kilobytesPerPage: 220),
        DocumentType(
            "Geotechnical investigation report", "GIR", .geotechnical, .engineerOfRecord, weight: 5, pages: 180,
            kilobytesPerPage: 210),
        DocumentType("Stability analysis report", "STA", .geotechnical, .engineerOfRecord, weight: 5, pages: 95),
        DocumentType(
            "Laboratory test report", "LAB", .geotechnical, .laboratory, weight: 9, pages: 22, kilobytesPerPage: 130),
        DocumentType("Monitoring report", "MON", .monitoring, .owner, weight: 16, pages: 28, kilobytesPerPage: 140),
        DocumentType(
            "InSAR survey report", "SAR", .monitoring, .engineerOfRecord, weight: 4, pages: 30, kilobytesPerPage: 420),
        DocumentType(
            "Inspection record", "INS", .operations, .owner, weight: 16, pages: 5, spread: 0.45, kilobytesPerPage: 380),
        DocumentType("Water balance report", "WAB", .water, .engineerOfRecord, weight: 4, pages: 55),
        DocumentType("Water quality report", "WQR", .environment, .laboratory, weight: 7, pages: 26),
        DocumentType(
            "Environmental impact assessment", "EIA", .environment, .reviewer, weight: 1.5, pages: 380, isLiving: true),
        DocumentType("Breach analysis", "BRA", .risk, .engineerOfRecord, weight: 2, pages: 110, kilobytesPerPage: 260),
        DocumentType("Risk assessment", "RSK", .risk, .owner, weight: 3, pages: 65),
        DocumentType("Dam safety review", "DSR", .review, .reviewer, weight: 2, pages: 190, kilobytesPerPage: 150),
        DocumentType("Annual performance review", "APR", .review, .engineerOfRecord, weight: 4, pages: 90),
        DocumentType("Review board report", "ITR", .review, .reviewer, weight: 3, pages: 40),
        DocumentType("Compliance report", "CPL", .compliance, .owner, weight: 5, pages: 45),
        DocumentType("Licence", "LIC", .compliance, .authority, weight: 2, pages: 14, isLiving: true),
        DocumentType("Safety protocol", "SAF", .safety, .owner, weight: 6, pages: 12, isLiving: true),
        DocumentType("Incident report", "INC", .safety, .owner, weight: 3, pages: 9, kilobytesPerPage: 260),
        DocumentType("Closure plan", "CLO", .closure, .engineerOfRecord, weight: 2, pages: 150, isLiving: true),
    ]

    /// The emergency plan's place in `all`.
    static let emergencyPlan = 0
}
