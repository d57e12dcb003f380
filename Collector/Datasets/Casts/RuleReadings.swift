import Assets

/// The readings of a cast that the defects' rules look at, signal by signal, one a second.
struct RuleReadings: Sendable {
    /// The signals, in the order of `columns`: those before `zones` one by one, then the spray zones, then vibrations.
    static let names =
        [
            "mold_level", "mold_level_target", "tundish_temperature", "casting_speed", "mold_oscillation_frequency",
            "superheat",
        ] + CasterSettings.zoneShares.indices.map { "zone_\($0 + 1)_water_flow" } + [
            "oscillator_vibration", "roller_vibration_1", "roller_vibration_2", "roller_vibration_3",
        ]
    private static let zones = 6..<(6 + CasterSettings.zoneShares.count)

    var columns = Array(repeating: [Double](), count: RuleReadings.names.count)

    init() {}

    init(_ process: SignalColumns) { columns = RuleReadings.names.map { Array(process[$0]) } }

    /// Lets the rules watch the whole cast.
    func severities(_ thresholds: DefectRules.Thresholds) -> [Double] {
        var rules = DefectRules(thresholds)
        var readings = DefectRules.Readings()
        let zones = RuleReadings.zones
        readings.zoneFlowsLPerMin = zones.map { _ in 0 }
        readings.vibrationsMmPerS = columns.indices[zones.upperBound...].map { _ in 0 }
        let count = columns.map(\.count).min() ?? 0
        for second in 0..<count {
            readings.levelMm = columns[0][second]
            readings.levelTargetMm = columns[1][second]
            readings.tundishC = columns[2][second]
            readings.speedMPerMin = columns[3][second]
            readings.oscillationPerMin = columns[4][second]
            readings.superheatK = columns[5][second]
            for zone in zones { readings.zoneFlowsLPerMin[zone - zones.lowerBound] = columns[zone][second] }
            for place in zones.upperBound..<columns.count {
                readings.vibrationsMmPerS[place - zones.upperBound] = columns[place][second]
            }
            rules.observe(readings)
        }
        return rules.severities
    }
}
