import Assets
import Model

/// One month of a facility's books, in whole dollars, so that all sums are exact.
struct FinanceRow: Sendable {
    enum Phase: String, Sendable, CaseIterable { case operation, closure, aftercare }

    let id: String
    let facility: String
    let revision: Int
    let month: CalendarDate
    let year: Int
    let monthOfYear: Int
    let phase: Phase
    /// By `Finances.operatingItems` and `capitalItems`.
    let operating: [Int]
    let capital: [Int]
    let operatingBudget: Int
    let closureEstimate: Int
    let provision: Provision
    let assurance: Int

    /// The provision for closure over the month: opening + unwound + adjusted - used = closing.
    struct Provision: Sendable {
        var opening = 0
        var unwound = 0
        var adjusted = 0
        var used = 0
        var closing: Int { opening + unwound + adjusted - used }
    }

    var operatingTotal: Int { operating.reduce(0, +) }
    var capitalTotal: Int { capital.reduce(0, +) }
    var isForecast: Bool { month >= CalendarDate.today }

    private static let money = -1e13...1e13

    static let table = RecordTable<FinanceRow>(
        "financial", "Monthly books of each facility from its first deposition on, in whole US dollars.",
        [
            .text("record_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility") { $0.facility },
            .integer(
                "plan_revision", "Which revision of the life-of-facility plan, each fifty years long", range: 0...1e6
            ) {
                $0.revision
            },
            .time("month", "First day of the month") { $0.month.ms },
            .integer("year", "Calendar year", range: 1990...2200) { $0.year },
            .word("phase", "Phase of life") { $0.phase },
            .category("basis", ["actual", "forecast"], "Whether it has happened yet") { $0.isForecast ? 1 : 0 },
        ]
            + Finances.operatingItems.enumerated().map { index, item in
                .integer("opex_\(item.name)_usd", unit: "USD", "Operating cost: \(item.title)", range: 0...1e13) {
                    $0.operating[index]
                }
            } + [
                .integer("opex_total_usd", unit: "USD", "Operating cost: the sum of its items", range: 0...1e13) {
                    $0.operatingTotal
                },
                .integer("opex_budget_usd", unit: "USD", "Operating cost as budgeted", range: 0...1e13) {
                    $0.operatingBudget
                },
                .integer("opex_variance_usd", unit: "USD", "Total less budget", range: money) {
                    $0.operatingTotal - $0.operatingBudget
                },
            ]
            + Finances.capitalItems.enumerated().map { index, item in
                .integer("capex_\(item.name)_usd", unit: "USD", "Capital cost: \(item.title)", range: 0...1e13) {
                    $0.capital[index]
                }
            } + [
                .integer("capex_total_usd", unit: "USD", "Capital cost: the sum of its items", range: 0...1e13) {
                    $0.capitalTotal
                },
                .integer(
                    "closure_cost_usd", unit: "USD",
                    "Estimate of the closure works still to come, in the month's dollars", range: 0...1e13
                ) {
                    $0.closureEstimate
                },
                .integer(
                    "provision_opening_usd", unit: "USD", "Provision for closure at the start of the month",
                    range: 0...1e13
                ) { $0.provision.opening },
                .integer("provision_unwound_usd", unit: "USD", "Interest on it", range: money) { $0.provision.unwound },
                .integer("provision_adjusted_usd", unit: "USD", "Change of the estimate", range: money) {
                    $0.provision.adjusted
                },
                .integer("provision_used_usd", unit: "USD", "Spent on closure works", range: 0...1e13) {
                    $0.provision.used
                },
                .integer(
                    "provision_closing_usd", unit: "USD", "Opening + unwound + adjusted - used; next month's opening",
                    range: 0...1e13
                ) { $0.provision.closing },
                .integer("financial_assurance_usd", unit: "USD", "Lodged with the authority", range: 0...1e13) {
                    $0.assurance
                },
            ])
}

/// Sums of one facility's calendar year, of the months that are in the set.
struct FinanceYear: Sendable {
    let facility: String
    let revision: Int
    let year: Int
    var months = 0
    var operating = 0
    var capital = 0
    var used = 0
    var provision = 0
    var closure = 0

    init(_ row: FinanceRow) {
        facility = row.facility
        revision = row.revision
        year = row.year
        add(row)
    }

    func holds(_ row: FinanceRow) -> Bool { row.facility == facility && row.revision == revision && row.year == year }

    mutating func add(_ row: FinanceRow) {
        months += 1
        operating += row.operatingTotal
        capital += row.capitalTotal
        used += row.provision.used
        provision = row.provision.closing
        closure = row.closureEstimate
    }

    static let table = RecordTable<FinanceYear>(
        "years", "Sums of table `financial` by facility and calendar year.",
        [
            .text("facility_id", "The facility") { $0.facility },
            .integer("plan_revision", "Which revision of the plan", range: 0...1e6) { $0.revision },
            .integer("year", "Calendar year", range: 1990...2200) { $0.year },
            .integer("months", "Months of it that are in the set", range: 1...12) { $0.months },
            .integer("opex_usd", unit: "USD", "Operating cost", range: 0...1e13) { $0.operating },
            .integer("capex_usd", unit: "USD", "Capital cost", range: 0...1e13) { $0.capital },
            .integer("closure_spent_usd", unit: "USD", "Spent on closure works", range: 0...1e13) { $0.used },
            .integer("provision_usd", unit: "USD", "Provision at the end", range: 0...1e13) { $0.provision },
            .integer("closure_cost_usd", unit: "USD", "Estimate of the closure works still to come", range: 0...1e13) {
                $0.closure
            },
        ])
}

/// The books of one facility, month after month from its first deposition; after fifty years the next revision of the
/// plan begins.
struct Finances: IteratorProtocol {
    struct Item: Sendable {
        let name: String
        let title: String
        /// Share of the usual cost.
        let share: Double
    }

    static let operatingItems = [
        Item(name: "labour", title: "labour", share: 0.27), Item(name: "energy", title: "energy", share: 0.18),
        Item(name: "deposition", title: "pumping and deposition", share: 0.22),
        Item(name: "water", title: "water management", share: 0.15),
        Item(name: "monitoring", title: "monitoring and surveillance", share: 0.08),
        Item(name: "maintenance", title: "maintenance", share: 0.1),
    ]
    static let capitalItems = [
        Item(name: "raises", title: "raises of the embankment", share: 0),
        Item(name: "water_treatment", title: "water treatment", share: 0),
        Item(name: "instrumentation", title: "instrumentation", share: 0),
        Item(name: "land", title: "land and relocation", share: 0),
    ]

    private static let monthsOfPlan = 600
    private static let closureMonths = 60
    private static let inflation = 0.025
    private let facility: Facility
    private let slice: RecordSlice
    private let seed: UInt64
    private var record: Int
    private var random: SeededRandom
    private var discount = 0.05
    /// In dollars of the first month.
    private var operatingUSD = 0.0
    private var closureUSD = 0.0
    private var raiseEvery = 24
    private var coverage = 0.8
    private var provision = 0

    init(_ facility: Facility, _ slice: RecordSlice, seed: UInt64) {
        self.facility = facility
        self.slice = slice
        self.seed = seed
        record = slice.records.lowerBound
        random = SeededRandom(seed: seed, .financial, facility.index)
    }

    mutating func next() -> FinanceRow? {
        guard record < slice.records.upperBound else { return nil }
        let revision = record / Finances.monthsOfPlan
        let number = record % Finances.monthsOfPlan
        if number == 0 { startPlan(revision) }
        record += 1
        return month(number, revision)
    }

    private mutating func startPlan(_ revision: Int) {
        random = SeededRandom(seed: seed, .financial, facility.index << 24 | revision)
        discount = random.uniform(0.04...0.07).rounded(digits: 4)
        // Half a million a year and a dollar and a half for every cubic metre of a year's deposition.
        operatingUSD = (5e5 + 1.5e6 * facility.storedMm3 / Double(facility.lifeYears)) * random.uniform(0.8...1.3) / 12
        // By the area to be covered, and by who lives below.
        let exposure = 0.8 + 0.1 * Double(facility.consequence.rank)
        closureUSD = facility.outline.pondAreaM2 * 4 * random.uniform(14...26) * exposure + 2e6
        raiseEvery = random.integer(18...36)
        coverage = min(max(0.75 + 0.12 * facility.diligence + 0.08 * random.normal(), 0.3), 1.1)
        provision = 0
    }

    private mutating func month(_ number: Int, _ revision: Int) -> FinanceRow {
        let life = facility.lifeYears * 12
        let phase: FinanceRow.Phase =
            number < life ? .operation : number < life + Finances.closureMonths ? .closure : .aftercare
        let (year, monthOfYear) = calendar(number)
        let prices = Maths.exp(Finances.inflation * Double(number) / 12)
        let season = Maths.cos(2 * .pi * Double(monthOfYear - 1) / 12)
        let level = phase == .operation ? 1 : phase == .closure ? 0.35 : 0.06
        let usual = operatingUSD * prices * level
        let operating = Finances.operatingItems.map { item in
            let seasonal = item.name == "water" ? 1 + 0.2 * season : 1
            return dollars(usual * item.share * seasonal * Maths.exp(0.08 * random.normal()))
        }
        return FinanceRow(
            id: "B-\(slice.number(of: record).padded(7))", facility: facility.id, revision: revision,
            month: CalendarDate(year, monthOfYear, 1), year: year, monthOfYear: monthOfYear, phase: phase,
            operating: operating, capital: capital(number, phase, prices), operatingBudget: dollars(usual),
            closureEstimate: dollars(closureLeft(number, life) * prices), provision: provide(number, life, prices),
            assurance: dollars(coverage * Double(provision)))
    }

    private func calendar(_ number: Int) -> (year: Int, month: Int) {
        let first = facility.commissionedMonth
        let months = first.year * 12 + first.month - 1 + number
        return (months / 12, months % 12 + 1)
    }

    /// Closure works still to come at the end of a month, in dollars of the first month; the estimate is reviewed
    /// every year, and grows as it is looked into.
    private func closureLeft(_ number: Int, _ life: Int) -> Double {
        let reviewed = closureUSD * (1 + 0.25 * min(Double(number / 12 * 12) / Double(max(life, 1)), 1))
        let done = Double(min(max(number + 1 - life, 0), Finances.closureMonths)) / Double(Finances.closureMonths)
        return reviewed * (1 - done)
    }

    /// The month's movements: the provision is the works' present value; what neither interest nor spending explains is
    /// a change of the estimate.
    private mutating func provide(_ number: Int, _ life: Int, _ prices: Double) -> FinanceRow.Provision {
        var movement = FinanceRow.Provision(opening: provision)
        movement.unwound = dollars(Double(provision) * discount / 12)
        let isWorking = number >= life && number < life + Finances.closureMonths
        if isWorking {
            let spent = closureLeft(number - 1, life) - closureLeft(number, life)
            movement.used = dollars(max(spent, 0) * prices * Maths.exp(0.05 * random.normal()))
        }
        let years = Double(max(life - number - 1, 0)) / 12
        let value = closureLeft(number, life) * prices * Maths.exp((Finances.inflation - discount) * years)
        movement.adjusted = dollars(value) - movement.opening - movement.unwound + movement.used
        provision = movement.closing
        return movement
    }

    private mutating func capital(_ number: Int, _ phase: FinanceRow.Phase, _ prices: Double) -> [Int] {
        guard phase == .operation else { return [0, 0, 0, 0] }
        // A raise takes four months; instruments are renewed once a year; the rest is the first year's.
        let raise = number % raiseEvery < 4 ? operatingUSD * 3 : 0
        let treatment = number < 8 ? operatingUSD * 1.5 : 0
        let instruments = number % 12 == 3 ? operatingUSD * 0.6 : 0
        let land = number < 3 ? operatingUSD * 2 : 0
        return [raise, treatment, instruments, land].map { dollars($0 * prices * Maths.exp(0.1 * random.normal())) }
    }

    private func dollars(_ amount: Double) -> Int { Int(amount.rounded()) }
}
