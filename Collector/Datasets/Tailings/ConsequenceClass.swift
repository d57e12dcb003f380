/// What a failure would cost, in the five classes of the Global Industry Standard on Tailings Management (GISTM,
/// August 2020, Annex 2), and what the class implies.
enum ConsequenceClass: String, Sendable, CaseIterable {
    case low, significant, high
    case veryHigh = "very high"
    case extreme

    /// 1 ... 5.
    var rank: Int { (ConsequenceClass.allCases.firstIndex(of: self) ?? 0) + 1 }

    /// People at risk.
    var population: ClosedRange<Int> {
        switch self {
        case .low: 0...0
        case .significant: 1...10
        case .high: 11...100
        case .veryHigh: 101...1000
        case .extreme: 1001...25_000
        }
    }

    /// Lives that may be lost.
    var lives: ClosedRange<Int> {
        switch self {
        case .low, .significant: 0...0
        case .high: 1...10
        case .veryHigh: 11...100
        case .extreme: 101...2000
        }
    }

    /// Return period in years of the flood and of the earthquake that an operating facility is designed for.
    var returnPeriodYears: Int {
        switch self {
        case .low: 200
        case .significant: 1000
        case .high: 2475
        case .veryHigh: 5000
        case .extreme: 10_000
        }
    }

    /// After passive closure, whatever the class.
    static let closureReturnPeriodYears = 10_000

    /// GISTM 10.5: years between dam safety reviews.
    var safetyReviewYears: Int { self == .veryHigh || self == .extreme ? 5 : 10 }
}
