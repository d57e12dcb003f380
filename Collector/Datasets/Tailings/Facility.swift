import Assets
import Model

/// A tailings facility that does not exist, and who answers for it.
struct Facility: Sendable {
    enum Construction: String, Sendable, CaseIterable {
        case upstream
        case centreline
        case downstream
        case modifiedCentreline = "modified centreline"
    }

    enum Phase: String, Sendable, CaseIterable {
        case operating
        case careAndMaintenance = "care and maintenance"
        case closure
    }

    let index: Int
    let id: String
    let name: String
    let owner: String
    let commodity: String
    let jurisdiction: Jurisdiction
    let construction: Construction
    let phase: Phase
    /// First of a month.
    let commissionedMonth: (year: Int, month: Int)
    /// Years of deposition planned.
    let lifeYears: Int
    /// The embankment and its basin.
    let outline: TailingsDesign.Outline
    let storedMm3: Double
    let consequence: ConsequenceClass
    let populationAtRisk: Int
    let potentialLives: Int
    /// Engineer of record and responsible tailings facility engineer, as GISTM wants them named.
    let engineerOfRecord: String
    let engineerOfRecordFirm: String
    let responsibleEngineer: String
    let accountableExecutive: String
    let hasEmergencyPlan: Bool
    /// How well it is run, standard normal: what its records have in common.
    let diligence: Double

    static let commodities = ["copper", "gold", "iron ore", "lead-zinc", "nickel", "phosphate"]

    var commissioned: CalendarDate { CalendarDate(commissionedMonth.year, commissionedMonth.month, 1) }
}

extension Facility {
    /// The facilities of a seed, the same in every record set.
    static func all(_ request: RecordRequest) -> [Facility] {
        let names = SyntheticNames.facilities(request.facilities, seed: request.seed)
        return names.enumerated().map { Facility(index: $0.offset, name: $0.element, seed: request.seed) }
    }

    init(index: Int, name: String, seed: UInt64) {
        var random = SeededRandom(seed: seed, .facility, index)
        var people = SeededRandom(seed: seed, .people, index)
        // Three facilities to an owner.
        var ownerRandom = SeededRandom(seed: seed, .owners, index / 3)
        self.index = index
        self.name = name
        id = "F-\((index + 1).padded(4))"
        owner = SyntheticNames.company(&ownerRandom)
        commodity = random.pick(Facility.commodities)
        jurisdiction = random.pick(Jurisdiction.allCases)
        construction = Construction.allCases[random.weighted([0.4, 0.2, 0.25, 0.15])]
        phase = Phase.allCases[random.weighted([0.75, 0.15, 0.1])]
        let age = random.integer(6...30)
        commissionedMonth = (2025 - age, random.integer(1...12))
        lifeYears = phase == .operating ? age + random.integer(3...20) : max(age - random.integer(1...4), 3)
        outline = Facility.outline(of: construction, index, seed)
        storedMm3 = (outline.pondAreaM2 * 4 * outline.heightM * 0.45 / 1e6).rounded(digits: 2)
        // A higher embankment holds more, and more people live below it.
        let height = (outline.heightM - 16) / 22
        consequence =
            ConsequenceClass.allCases[random.weighted([0.12 - 0.08 * height, 0.22, 0.3, 0.2, 0.12 + 0.14 * height])]
        populationAtRisk = random.integer(consequence.population)
        potentialLives = min(random.integer(consequence.lives), populationAtRisk)
        engineerOfRecord = SyntheticNames.person(&people)
        engineerOfRecordFirm = SyntheticNames.engineers(&people)
        responsibleEngineer = SyntheticNames.person(&people)
        accountableExecutive = SyntheticNames.person(&people)
        diligence = random.normal()
        hasEmergencyPlan = random.unit() < (diligence > -1 ? 0.97 : 0.75)
    }

    /// The embankment: 16 to 38 m high, sloped so that the factor of safety at rest exceeds what is asked of it.
    private static func outline(of construction: Construction, _ index: Int, _ seed: UInt64) -> TailingsDesign.Outline {
        var random = SeededRandom(seed: seed, .design, index)
        var outline = TailingsDesign.Outline()
        outline.heightM = Double(random.integer(16...38))
        outline.beachM = (random.uniform(100...220) / 10).rounded() * 10
        outline.restDepthM = random.uniform(3.2...5).rounded(digits: 1)
        outline.crestLengthM = (random.uniform(600...2400) / 50).rounded() * 50
        outline.pondAreaM2 = (random.uniform(1.5...8) * 10).rounded() * 1e4
        // Enough to bring the pond back within days of heavy rain.
        outline.decantM3H = min(random.uniform(1500...2600), 4800 / (outline.pondAreaM2 / 3.5e5)).rounded(digits: 0)
        // Log-uniform: silty to clean sand.
        outline.conductivityMPerS = Maths.exp(random.uniform(Maths.log(1.2e-6)...Maths.log(6e-6))).rounded(digits: 8)
        outline.strength = Strength(
            cohesion: random.uniform(5...10).rounded(digits: 1),
            frictionDeg: random.uniform(30...34).rounded(digits: 1),
            unitWeight: random.uniform(18.8...20.2).rounded(digits: 1))
        outline.meanAirC = random.uniform(4...22).rounded(digits: 1)
        outline.airSwingC = random.uniform(4...9).rounded(digits: 1)
        // Upstream raises stand on tailings and are built flatter.
        let least = construction == .upstream ? 1.8 : 1.7
        for slope in stride(from: 2.5, through: 6, by: 0.25) {
            outline.slopeRatio = slope
            if estimatedSafety(outline) >= least { break }
        }
        return outline
    }

    /// The factor of safety at rest within 0.07, as a designer guesses it before he calculates: fitted to Bishop's
    /// method over the outlines that are drawn here.
    private static func estimatedSafety(_ outline: TailingsDesign.Outline) -> Double {
        let wet = outline.restFlow.headM(atM: outline.crestXM) / outline.heightM
        let strength = outline.strength
        return 0.96 * outline.slopeRatio * Maths.tan(strength.frictionDeg * .pi / 180) * (1 - 0.63 * wet * wet)
            + 13 * strength.cohesion / (strength.unitWeight * outline.heightM)
    }

    /// Every record set carries this table.
    static let table = RecordTable<Facility>(
        "facilities", "The facilities that the records belong to. All of them are invented.",
        [
            .text("facility_id", "Identifier, unique in the set") { $0.id },
            .text("facility_name", "Name, from mining terms") { $0.name },
            .text("owner", "Owner, invented") { $0.owner },
            .text("commodity", "What is mined") { $0.commodity },
            .word("jurisdiction", "Whose local code applies") { $0.jurisdiction },
            .word("construction_method", "How the embankment was raised") { $0.construction },
            .word("phase", "Phase of life") { $0.phase },
            .time("commissioned", "First deposition") { $0.commissioned.ms },
            .integer("life_years", unit: "a", "Years of deposition planned", range: 1...60) { $0.lifeYears },
            .number("height_m", unit: "m", "Height of the embankment", range: 10...60) { $0.outline.heightM },
            .number("crest_length_m", unit: "m", "Length of the crest", range: 100...5000) {
                $0.outline.crestLengthM
            },
            .number("slope_ratio", "Downstream slope, horizontal to one vertical", range: 2...6) {
                $0.outline.slopeRatio
            },
            .number("pond_area_m2", unit: "m2", "Area of the pond at rest", range: 1e4...1e7) {
                $0.outline.pondAreaM2
            },
            .number("stored_mm3", unit: "1e6 m3", "Tailings stored", range: 0...1e4) { $0.storedMm3 },
            .word("consequence_class", "Consequence class by GISTM Annex 2") { $0.consequence },
            .integer("population_at_risk", "People in the way of a breach", range: 0...25_000) { $0.populationAtRisk },
            .integer("potential_loss_of_life", "Lives that a breach may cost", range: 0...2000) { $0.potentialLives },
            .integer(
                "flood_return_period_years", unit: "a", "Design flood of the consequence class", range: 200...10_000
            ) { $0.consequence.returnPeriodYears },
            .integer(
                "seismic_return_period_years", unit: "a", "Design earthquake of the consequence class",
                range: 200...10_000
            ) { $0.consequence.returnPeriodYears },
            .integer(
                "closure_return_period_years", unit: "a", "Design flood and earthquake after passive closure",
                range: 10_000...10_000
            ) { _ in ConsequenceClass.closureReturnPeriodYears },
            .text("engineer_of_record", "Engineer of record (EoR), invented") { $0.engineerOfRecord },
            .text("engineer_of_record_firm", "The EoR's firm, invented") { $0.engineerOfRecordFirm },
            .text("responsible_engineer", "Responsible tailings facility engineer (RTFE), invented") {
                $0.responsibleEngineer
            },
            .text("accountable_executive", "Accountable executive, invented") { $0.accountableExecutive },
            .flag("emergency_plan", "Whether there is an emergency preparedness and response plan") {
                $0.hasEmergencyPlan
            },
        ])
}
