import Model

/// A place at a facility where water and air are sampled.
struct StationRow: Sendable {
    enum Medium: String, Sendable, CaseIterable {
        case pond = "decant pond"
        case seepage
        case groundwaterUpstream = "groundwater upstream"
        case groundwaterDownstream = "groundwater downstream"
        case riverUpstream = "surface water upstream"
        case riverDownstream = "surface water downstream"
    }

    let facility: String
    let medium: Medium
    let distanceM: Int

    var id: String { StationRow.id(facility, medium) }

    static func id(_ facility: String, _ medium: Medium) -> String {
        "\(facility)-W\((Medium.allCases.firstIndex(of: medium) ?? 0) + 1)"
    }

    static func rows(_ facility: Facility, seed: UInt64) -> [StationRow] {
        var random = SeededRandom(seed: seed, .stations, facility.index)
        return Medium.allCases.map { medium in
            StationRow(
                facility: facility.id, medium: medium, distanceM: medium == .pond ? 0 : 10 * random.integer(3...120))
        }
    }

    static let table = RecordTable<StationRow>(
        "stations", "Where samples are taken.",
        [
            .text("station_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility") { $0.facility },
            .word("medium", "What is sampled") { $0.medium },
            .integer("distance_m", unit: "m", "Distance from the embankment", range: 0...10_000) { $0.distanceM },
        ])
}

/// Between which limits a quantity must stay. The limits are this set's, of the order of common guideline values.
struct LimitRow: Sendable {
    let medium: StationRow.Medium
    let quantity: WaterQuantity
    let lower: Double?
    let upper: Double?

    func isBroken(by value: Double) -> Bool {
        if let lower, value < lower { return true }
        if let upper, value > upper { return true }
        return false
    }

    static func of(_ medium: StationRow.Medium) -> [LimitRow] {
        func limit(_ quantity: WaterQuantity, _ lower: Double? = nil, _ upper: Double? = nil) -> LimitRow {
            LimitRow(medium: medium, quantity: quantity, lower: lower, upper: upper)
        }
        let air = [limit(.dustPM10, nil, 50), limit(.noise, nil, 70)]
        switch medium {
        case .pond, .seepage:
            return [
                limit(.pH, 6, 9.5), limit(.sulfate, nil, 1600), limit(.suspended, nil, 50), limit(.arsenic, nil, 0.1),
                limit(.copper, nil, 0.3), limit(.iron, nil, 2), limit(.zinc, nil, 0.5), limit(.cyanide, nil, 0.5),
            ] + air
        case .groundwaterUpstream, .groundwaterDownstream:
            return [
                limit(.pH, 6, 9), limit(.sulfate, nil, 250), limit(.arsenic, nil, 0.01), limit(.copper, nil, 0.05),
                limit(.iron, nil, 0.6), limit(.zinc, nil, 0.15), limit(.cyanide, nil, 0.07),
            ] + air
        case .riverUpstream, .riverDownstream:
            return [
                limit(.pH, 6.5, 9), limit(.oxygen, 5, nil), limit(.sulfate, nil, 130), limit(.suspended, nil, 30),
                limit(.arsenic, nil, 0.005), limit(.copper, nil, 0.02), limit(.iron, nil, 0.5), limit(.zinc, nil, 0.05),
                limit(.cyanide, nil, 0.01),
            ] + air
        }
    }

    static let table = RecordTable<LimitRow>(
        "limits",
        "The limits that a sample's `exceedances` counts: a value below the lower or above the upper one exceeds it.",
        [
            .word("medium", "What is sampled") { $0.medium },
            .text("column_name", "The column of table `environmental`") { $0.quantity.column },
            .text("unit", "Its unit") { $0.quantity.unit },
            .optionalNumber("lower", "Lower limit") { $0.lower },
            .optionalNumber("upper", "Upper limit") { $0.upper },
        ])
}

/// What is measured in a sample.
enum WaterQuantity: Int, Sendable, CaseIterable {
    case airTemperature, rain7d, waterTemperature, pH, conductivity, dissolvedSolids, oxygen, turbidity, suspended
    case sulfate, arsenic, copper, iron, zinc, cyanide, dustPM10, noise

    var column: String { description.column }
    var unit: String { description.unit }
    var title: String { description.title }
    var range: ClosedRange<Double> { description.range }

    private var description: (column: String, unit: String, title: String, range: ClosedRange<Double>) {
        switch self {
        case .airTemperature: ("air_temperature", "Cel", "Air temperature", -60...60)
        case .rain7d: ("rainfall_7d", "mm", "Rain of the last seven days", 0...2000)
        case .waterTemperature: ("water_temperature", "Cel", "Water temperature", -1...60)
        case .pH: ("ph", "[pH]", "pH", 0...14)
        case .conductivity: ("conductivity", "uS/cm", "Electrical conductivity", 0...50_000)
        case .dissolvedSolids: ("dissolved_solids", "mg/L", "Total dissolved solids", 0...50_000)
        case .oxygen: ("dissolved_oxygen", "mg/L", "Dissolved oxygen", 0...20)
        case .turbidity: ("turbidity", "{NTU}", "Turbidity", 0...10_000)
        case .suspended: ("suspended_solids", "mg/L", "Total suspended solids", 0...20_000)
        case .sulfate: ("sulfate", "mg/L", "Sulphate", 0...20_000)
        case .arsenic: ("arsenic", "mg/L", "Dissolved arsenic", 0...100)
        case .copper: ("copper", "mg/L", "Dissolved copper", 0...100)
        case .iron: ("iron", "mg/L", "Dissolved iron", 0...1000)
        case .zinc: ("zinc", "mg/L", "Dissolved zinc", 0...100)
        case .cyanide: ("wad_cyanide", "mg/L", "Weak acid dissociable cyanide", 0...100)
        case .dustPM10: ("dust_pm10", "ug/m3", "Dust PM10, mean of the day", 0...5000)
        case .noise: ("noise", "dB", "Noise level of the day, A-weighted", 0...140)
        }
    }
}
