import Model

/// Forty consecutive assessments (the last block may have fewer), judged together: the worst of them are not compliant,
/// the next partially, so that the shares hold in sets of every size while it is the badly run facilities and the hard
/// requirements that fall short.
struct AssessmentBlock {
    static let size = 40
    private static let nonCompliant = 0.07
    private static let partial = 0.225
    private static let notApplicable = 0.05
    /// The rounds of a set reach this far back at most.
    private static let historyDays = 7000

    let request: RecordRequest
    let facilities: [Facility]

    static func count(_ request: RecordRequest) -> Int { (request.count + size - 1) / size }

    private struct Place {
        let row: Int
        let facility: Facility
        let requirement: Int
        let round: Int
        let random: SeededRandom
        let shortfall: Double
        let inapplicable: Double
        let isPlanMissing: Bool
    }

    func rows(block: Int) -> [AssessmentRow] {
        let first = block * AssessmentBlock.size
        let places = (first..<min(first + AssessmentBlock.size, request.count)).map(place)
        let statuses = judge(places)
        return zip(places, statuses).map { row($0, $1) }
    }

    /// The rows go round the facilities; each facility goes through all requirements in an order of its own, round
    /// after round.
    private func place(_ row: Int) -> Place {
        let facility = facilities[row % facilities.count]
        let number = row / facilities.count
        let round = number / Requirement.count
        var order = SeededRandom(seed: request.seed, .compliance, facility.index << 24 | round)
        var requirements = order.permutation(Requirement.count)
        // What is missing altogether is the first thing that an assessor sees.
        if !facility.hasEmergencyPlan, let place = requirements.firstIndex(of: Requirement.emergencyPlan) {
            requirements.swapAt(0, place)
        }
        let requirement = requirements[number % Requirement.count]
        var random = SeededRandom(seed: request.seed, .statuses, row)
        let isPlanMissing = requirement == Requirement.emergencyPlan && !facility.hasEmergencyPlan
        let shortfall = Requirement.all[requirement].difficulty - 0.6 * facility.diligence + random.normal()
        let inapplicable = random.unit() + (Requirement.mayNotApply.contains(requirement) ? 1 : 0)
        return Place(
            row: row, facility: facility, requirement: requirement, round: round, random: random,
            shortfall: isPlanMissing ? .infinity : shortfall,
            inapplicable: inapplicable, isPlanMissing: isPlanMissing)
    }

    private func judge(_ places: [Place]) -> [AssessmentRow.Status] {
        func quota(_ share: Double) -> Int { Int((share * Double(places.count)).rounded()) }
        var statuses = Array(repeating: AssessmentRow.Status.compliant, count: places.count)
        let worst = places.indices.sorted {
            (places[$0].shortfall, $0) > (places[$1].shortfall, $1)
        }
        let failing = max(quota(AssessmentBlock.nonCompliant), places.count { $0.isPlanMissing })
        for index in worst.prefix(failing) { statuses[index] = .nonCompliant }
        for index in worst.dropFirst(failing).prefix(quota(AssessmentBlock.partial)) { statuses[index] = .partial }
        let open = places.indices.filter { statuses[$0] == .compliant }
        let least = open.sorted { (places[$0].inapplicable, $0) > (places[$1].inapplicable, $1) }
        for index in least.prefix(quota(AssessmentBlock.notApplicable)) { statuses[index] = .notApplicable }
        return statuses
    }

    private func row(_ place: Place, _ status: AssessmentRow.Status) -> AssessmentRow {
        var random = place.random
        let facility = place.facility
        let rounds = (request.count(of: facility.index) - 1) / Requirement.count + 1
        let spacing = max(min(AssessmentBlock.historyDays / rounds, 330), 1)
        let assessed = CalendarDate.today + (-1 - place.round * spacing - random.below(spacing))
        let risk = AssessmentRow.Risk(likelihood: status.likelihood, consequence: facility.consequence.rank)
        let nextReview = assessed + random.integer(risk.reviewDays)
        let score: Int? =
            switch status {
            case .compliant: random.integer(85...100)
            case .partial: random.integer(50...84)
            case .nonCompliant: place.isPlanMissing ? 0 : random.integer(0...49)
            case .notApplicable: nil
            }
        let isShort = status == .partial || status == .nonCompliant
        let due = isShort ? assessed + max((nextReview.day - assessed.day) * random.integer(50...95) / 100, 1) : nil
        return AssessmentRow(
            id: "C-\((place.row + 1).padded(7))", facility: facility, requirement: Requirement.all[place.requirement],
            round: place.round, status: status, score: score, assessed: assessed, nextReview: nextReview, due: due,
            assessor: random.pick([
                facility.engineerOfRecord, facility.responsibleEngineer, "Independent reviewer of \(facility.id)",
            ]))
    }
}
