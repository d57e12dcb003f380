import Assets
import Model

/// A sample of water, with the air of the day.
struct WaterRow: Sendable {
    let id: String
    let facility: String
    let medium: StationRow.Medium
    let timeMs: Int64
    /// By `WaterQuantity`.
    let values: [Double]

    var exceeded: [String] {
        LimitRow.of(medium).filter { $0.isBroken(by: values[$0.quantity.rawValue]) }.map(\.quantity.column)
    }

    static let table = RecordTable<WaterRow>(
        "environmental", "Samples of water around the facilities, with the air of the day.",
        [
            .text("sample_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility") { $0.facility },
            .text("station_id", "The station") { StationRow.id($0.facility, $0.medium) },
            .word("medium", "What was sampled") { $0.medium },
            .time("sampled", "When it was taken") { $0.timeMs },
        ]
            + WaterQuantity.allCases.map { quantity in
                .number(quantity.column, unit: quantity.unit, quantity.title, range: quantity.range) {
                    $0.values[quantity.rawValue]
                }
            } + [
                .integer("exceedances", "How many limits of table `limits` are broken", range: 0...20) {
                    $0.exceeded.count
                },
                .optionalText("exceeded", "Which: names of columns, joined by a semicolon") { row in
                    let names = row.exceeded
                    return names.isEmpty ? nil : names.joined(separator: ";")
                },
                .category("status", ["compliant", "exceedance"], "Whether any limit is broken") {
                    $0.exceeded.isEmpty ? 0 : 1
                },
            ])
}

/// The samples of one facility: round after round of its stations.
struct WaterSamples: IteratorProtocol {
    private static let start = CalendarDate(2018, 1, 1)
    private let facility: Facility
    private let slice: RecordSlice
    private var random: SeededRandom
    private var record: Int
    private let intervalMs: Int64
    /// What the ore gives to the process water.
    private let source: [WaterQuantity: Double]
    private let acidity: Double
    /// Shares of seepage in what is met downstream.
    private let leak: Double
    private let spill: Double
    /// Of the present round.
    private var wetness = 0.0
    private var timeMs: Int64 = 0
    private var airC = 0.0
    private var strength = 0.0

    /// `count`: of all of the facility's records.
    init(_ facility: Facility, _ slice: RecordSlice, count: Int, seed: UInt64) {
        self.facility = facility
        self.slice = slice
        record = slice.records.lowerBound
        // What a facility's water is like is the same in all of its slices.
        random = SeededRandom(seed: seed, .environmental, facility.index << 24)
        let media = StationRow.Medium.allCases.count
        let rounds = max((count + media - 1) / media, 1)
        let days = CalendarDate.today.day - WaterSamples.start.day
        // Monthly, or as often as it takes to end before today.
        intervalMs = min(Int64(30) * 86_400_000, Int64(days) * 86_400_000 / Int64(rounds))
        acidity = random.uniform(-1.4...0.5)
        leak = random.uniform(0.005...0.12) * Maths.exp(-0.3 * facility.diligence)
        spill = random.uniform(0.002...0.06) * Maths.exp(-0.3 * facility.diligence)
        var source: [WaterQuantity: Double] = [
            .conductivity: random.uniform(1200...2600), .arsenic: 0.02, .copper: 0.05, .iron: 0.35, .zinc: 0.08,
            .cyanide: facility.commodity == "gold" ? 0.16 : 0.003, .turbidity: 14,
        ]
        for quantity: WaterQuantity in [.arsenic, .copper, .iron, .zinc, .cyanide, .turbidity] {
            source[quantity, default: 0] *= Maths.exp(0.6 * random.normal())
        }
        // More metal dissolves in sour water.
        for quantity: WaterQuantity in [.copper, .iron, .zinc] {
            source[quantity, default: 0] *= Maths.exp(-0.9 * acidity)
        }
        self.source = source
        if slice.chunk > 0 { random = SeededRandom(seed: seed, .environmental, slice.stream) }
    }

    mutating func next() -> WaterRow? {
        guard record < slice.records.upperBound else { return nil }
        let media = StationRow.Medium.allCases
        let place = record % media.count
        if place == 0 { startRound(record / media.count) }
        record += 1
        return WaterRow(
            id: "W-\(slice.number(of: record).padded(7))", facility: facility.id, medium: media[place], timeMs: timeMs,
            values: analyse(media[place]))
    }

    private mutating func startRound(_ round: Int) {
        timeMs = WaterSamples.start.ms + Int64(round) * intervalMs
        let year = Double(timeMs % 31_557_600_000) / 31_557_600_000
        let season = Maths.cos(2 * .pi * (year - 0.55))
        airC = facility.outline.meanAirC + facility.outline.airSwingC * season + 2 * random.normal()
        // Rain dilutes, and stirs up.
        wetness = random.unit() < 0.55 ? random.unit() * random.unit() * (1 - 0.3 * season) : 0
        strength = 0.7 * strength + 0.3 * random.normal()
    }

    private mutating func analyse(_ medium: StationRow.Medium) -> [Double] {
        var values = Array(repeating: 0.0, count: WaterQuantity.allCases.count)
        func set(_ quantity: WaterQuantity, _ value: Double, digits: Int) {
            let range = quantity.range
            values[quantity.rawValue] = min(max(value.rounded(digits: digits), range.lowerBound), range.upperBound)
        }
        /// The share of process water, diluted by rain.
        let share: Double =
            switch medium {
            case .pond: 1 - 0.3 * wetness
            case .seepage: 0.9 - 0.15 * wetness
            case .groundwaterUpstream: 0
            case .groundwaterDownstream: leak
            case .riverUpstream: 0
            case .riverDownstream: spill * (1 - 0.6 * wetness)
            }
        let isGround = medium == .groundwaterUpstream || medium == .groundwaterDownstream
        let isRiver = medium == .riverUpstream || medium == .riverDownstream
        let level = Maths.exp(0.2 * strength)
        func mixed(_ quantity: WaterQuantity, _ background: Double, _ scatter: Double) -> Double {
            let process = source[quantity, default: 0] * level
            return (share * process + (1 - share) * background) * Maths.exp(scatter * random.normal())
        }
        let background = isGround ? 420.0 : 180
        let conductivity = mixed(.conductivity, background, 0.04)
        let groundC = facility.outline.meanAirC
        let waterC = max(isGround ? groundC + 0.3 * random.normal() : 0.8 * airC + 0.2 * groundC, 0.2)
        let turbidity = mixed(.turbidity, isGround ? 1.5 : 4, 0.3) * (1 + (isGround ? 0 : 1.6) * wetness)
        let saturated = 14.6 - 0.37 * waterC + 0.0045 * waterC * waterC
        let aeration = isGround ? 0.35 : medium == .seepage ? 0.6 : 0.93
        let neutral = isRiver ? 7.6 : isGround ? 7.3 : 8
        set(.airTemperature, airC, digits: 1)
        set(.rain7d, 90 * wetness, digits: 1)
        set(.waterTemperature, waterC, digits: 1)
        set(.pH, neutral + (isRiver || isGround ? 3 * share : 1) * acidity + 0.12 * random.normal(), digits: 2)
        set(.conductivity, conductivity, digits: 0)
        set(.dissolvedSolids, 0.65 * conductivity * (1 + 0.02 * random.normal()), digits: 0)
        set(.oxygen, max(saturated * aeration * (1 + 0.04 * random.normal()), 0), digits: 2)
        set(.turbidity, turbidity, digits: 1)
        set(.suspended, 1.5 * turbidity * Maths.exp(0.15 * random.normal()), digits: 1)
        // Sulphate is most of what is dissolved in process water, little of it elsewhere.
        let sulfate = 0.1 * background + 0.42 * max(conductivity - background, 0)
        set(.sulfate, sulfate * Maths.exp(0.05 * random.normal()), digits: 0)
        set(.arsenic, mixed(.arsenic, isGround ? 0.003 : 0.001, 0.2), digits: 4)
        set(.copper, mixed(.copper, isGround ? 0.006 : 0.003, 0.2), digits: 4)
        set(.iron, mixed(.iron, isGround ? 0.16 : 0.1, 0.2), digits: 3)
        set(.zinc, mixed(.zinc, isGround ? 0.02 : 0.009, 0.2), digits: 4)
        set(.cyanide, mixed(.cyanide, 0.0005, 0.2), digits: 4)
        set(.dustPM10, (22 - 14 * wetness) * Maths.exp(0.35 * random.normal() - 0.1 * facility.diligence), digits: 1)
        set(.noise, 52 + 4 * random.normal(), digits: 1)
        return values
    }
}
