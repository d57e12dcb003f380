import Model

/// The signal table of a continuous slab caster. Oscillation frequency keeps the users' numeric range 60-200, in
/// cycles per minute; at 60-200 Hz a mould would see 240 g.
extension CasterPlant {
    static let layout = SensorLayout<CasterPlant>(
        [
            ChannelGroup("process", .everyTick, steel + mould + cooling + equipment),
            ChannelGroup("environment", .every(seconds: 10), environment),
            ChannelGroup("cast", .onChange, cast),
            ChannelGroup("status", .onChange, status),
        ],
        faults: SensorFaults(
            drift: .init("tundish_temperature", by: -25), stuck: .init("mold_level"),
            spike: .init("mold_water_outlet_temperature", by: 8), dropout: .init("zone_3_water_flow"),
            bias: .init("strand_surface_temperature", by: 60)))

    static let zoneCount = 6
    static let states = ["casting", "ladle change", "cast change", "stopped"]

    private typealias Row = Channel<CasterPlant>

    private static let steel: [Channel<CasterPlant>] = [
        Row.measured(
            "casting_speed", "Casting speed", "m/min", normal: 0.8...1.6, alarm: 0.4...1.8, physical: 0...3,
            decimals: 4,
            weight: 1.5, Instrument(noise: 0.0015, wander: 0.001)
        ) { $0.speedMPerMin },
        Row.measured(
            "tundish_temperature", "Steel temperature in the tundish", "Cel", normal: 1460...1580, alarm: 1440...1600,
            physical: 1200...1800, weight: 1.5, Instrument(noise: 0.15, wander: 0.2, drift: 0.2)
        ) { $0.tundishC },
        Row.derived(
            "superheat", "Superheat: tundish temperature above liquidus", "K", normal: 10...40, alarm: 5...50,
            physical: -100...200, decimals: 4, weight: 1.5),
        Row.measured(
            "tundish_weight", "Steel in the tundish", "t", normal: 18...34, alarm: 12...36, physical: 0...60,
            decimals: 3, weight: 0.5, Instrument(noise: 0.02, wander: 0.03)
        ) { $0.tundishT },
        Row.measured(
            "stopper_position", "Stopper rod position", "%", normal: 20...65, alarm: 10...85, physical: 0...100,
            weight: 1, Instrument(noise: 0.05, wander: 0.04)
        ) { $0.stopperPercent },
        Row.known("cast_length", "Length cast since the cast began", "m", physical: 0...1e6, decimals: 3) {
            $0.castLengthM
        },
    ]

    private static let mould: [Channel<CasterPlant>] = [
        Row.measured(
            "mold_steel_temperature", "Steel temperature in the mould", "Cel", normal: 1430...1575,
            alarm: 1410...1590, physical: 1100...1800, weight: 0.5, Instrument(noise: 0.25, wander: 0.3, lag: 5)
        ) { $0.mouldSteelC },
        Row.measured(
            "mold_level", "Mould level", "mm", normal: 95...105, alarm: 90...110, physical: 0...250, weight: 2,
            Instrument(noise: 0.15, wander: 0.1)
        ) { $0.levelMm },
        Row.known(
            "mold_level_target", "Mould level set point", "mm", normal: 100...100, physical: 0...250, decimals: 1
        ) { $0.levelTargetMm },
        Row.measured(
            "mold_level_fluctuation", "Mould level fluctuation, standard deviation over 30 s", "mm", normal: 0...4,
            alarm: 0...8, physical: 0...150, decimals: 3, weight: 1, Instrument(noise: 0.01, wander: 0.01)
        ) { $0.levelFluctuationMm },
        Row.measured(
            "mold_oscillation_frequency", "Mould oscillation frequency", "{cycle}/min", normal: 60...200,
            alarm: 50...220, physical: 0...600, weight: 1, Instrument(noise: 0.12, wander: 0.12)
        ) { $0.oscillationPerMin },
        Row.derived(
            "mold_oscillation_hz", "Mould oscillation frequency in hertz", "Hz", normal: 1...3.34, alarm: 0.83...3.67,
            physical: 0...10, decimals: 4),
        Row.measured(
            "mold_oscillation_stroke", "Mould oscillation stroke", "mm", normal: 3...9, alarm: 2...10,
            physical: 0...30, decimals: 3, weight: 0.5, Instrument(noise: 0.01, wander: 0.01)
        ) { $0.strokeMm },
        Row.derived(
            "negative_strip_time", "Negative strip time", "s", normal: 0.08...0.22, alarm: 0.05...0.3,
            physical: 0...10, decimals: 6),
        Row.measured(
            "mold_thermocouple_upper", "Mould copper, upper thermocouple row", "Cel", normal: 80...220,
            alarm: 60...280, physical: 0...600, weight: 1, Instrument(noise: 0.1, wander: 0.25, over: 4, lag: 1)
        ) { $0.upperCopperC },
        Row.measured(
            "mold_thermocouple_lower", "Mould copper, lower thermocouple row", "Cel", normal: 60...190,
            alarm: 45...260, physical: 0...600, weight: 1, Instrument(noise: 0.1, wander: 0.25, over: 4, lag: 1)
        ) { $0.lowerCopperC },
        Row.measured(
            "stirring_current", "Electromagnetic stirring current", "A", normal: 300...500, alarm: 200...600,
            physical: 0...1500, decimals: 1, weight: 0.25, Instrument(noise: 0.5, wander: 0.6)
        ) { $0.stirringA },
        Row.measured(
            "stirring_frequency", "Electromagnetic stirring frequency", "Hz", normal: 2...5, alarm: 1...7,
            physical: 0...60, decimals: 4, Instrument(noise: 0.001, wander: 0.001)
        ) { $0.stirringHz },
    ]

    private static let cooling: [Channel<CasterPlant>] =
        [
            Row.measured(
                "mold_water_flow_wide", "Mould water flow, wide faces", "L/min", normal: 6300...7700,
                alarm: 5600...8400, physical: 0...20_000, decimals: 0, weight: 1,
                Instrument(noise: 10, wander: 10, over: 4)
            ) { $0.mouldWaterWideLMin },
            Row.measured(
                "mold_water_flow_narrow", "Mould water flow, narrow faces", "L/min", normal: 900...1100,
                alarm: 800...1200, physical: 0...5000, decimals: 1, weight: 0.5,
                Instrument(noise: 1.5, wander: 1.5, over: 4)
            ) { $0.mouldWaterNarrowLMin },
            Row.measured(
                "mold_water_inlet_temperature", "Mould water, inlet", "Cel", normal: 24...38, alarm: 18...42,
                physical: 0...100, decimals: 3, Instrument(noise: 0.012, wander: 0.015, lag: 3)
            ) { $0.mouldWaterInletC },
            Row.measured(
                "mold_water_outlet_temperature", "Mould water, outlet", "Cel", normal: 28...48, alarm: 20...55,
                physical: 0...100, decimals: 3, weight: 0.5, Instrument(noise: 0.012, wander: 0.015, lag: 3)
            ) { $0.mouldWaterOutletC },
            Row.derived(
                "mold_heat_flux", "Mean mould heat flux, from the water's heat balance", "kW/m2", normal: 800...1700,
                alarm: 500...2200, physical: -500...6000, decimals: 2, weight: 1),
        ]
        + (0..<zoneCount).map { zone in
            Row.measured(
                "zone_\(zone + 1)_water_flow", "Spray water flow, zone \(zone + 1)", "L/min", normal: 150...1900,
                alarm: 80...2200, physical: 0...6000, decimals: 1, weight: 0.5,
                Instrument(noise: 1.5, wander: 1.5, over: 4)
            ) { $0.zoneFlowLMin(zone) }
        }
        + (0..<zoneCount).map { zone in
            Row.measured(
                "zone_\(zone + 1)_water_temperature", "Spray water return temperature, zone \(zone + 1)", "Cel",
                normal: 25...70, alarm: 15...85, physical: 0...110, decimals: 2, Instrument(noise: 0.04, wander: 0.06)
            ) { $0.zoneReturnC(zone) }
        }
        + [
            Row.measured(
                "strand_surface_temperature", "Strand surface temperature at the straightener", "Cel",
                normal: 850...1080, alarm: 780...1150, physical: 300...1500, decimals: 1, weight: 0.5,
                Instrument(noise: 1.2, wander: 1.5)
            ) { $0.strandSurfaceC }
        ]

    private static let equipment: [Channel<CasterPlant>] =
        [
            Row.measured(
                "oscillator_vibration", "Oscillator vibration, rms velocity", "mm/s", normal: 0...4.5, alarm: 0...7.1,
                physical: 0...200, decimals: 3, weight: 0.75, Instrument(noise: 0.03, wander: 0.04, over: 4)
            ) { $0.oscillatorVibrationMmS }
        ]
        + (0..<3).map { roller in
            Row.measured(
                "roller_vibration_\(roller + 1)", "Roller vibration, segment \(roller + 1), rms velocity", "mm/s",
                normal: 0...4.5, alarm: 0...7.1, physical: 0...200, decimals: 3, weight: 0.5,
                Instrument(noise: 0.03, wander: 0.04, over: 4)
            ) { $0.rollerVibrationMmS(roller) }
        } + [
            Row.measured(
                "hydraulic_pressure_oscillator", "Hydraulic pressure, oscillator", "MPa", normal: 16...20,
                alarm: 14...22, physical: 0...40, decimals: 3, weight: 0.5, Instrument(noise: 0.02, wander: 0.015)
            ) { $0.oscillatorHydraulicMPa },
            Row.measured(
                "hydraulic_pressure_segment", "Hydraulic pressure, segment clamping", "MPa", normal: 18...23,
                alarm: 16...25, physical: 0...40, decimals: 3, weight: 0.5, Instrument(noise: 0.012, wander: 0.015)
            ) { $0.segmentHydraulicMPa },
            Row.measured(
                "withdrawal_current_1", "Withdrawal drive current, segment group 1", "A", normal: 40...140,
                alarm: 20...200, physical: 0...600, weight: 0.25, Instrument(noise: 0.25, wander: 0.3)
            ) { $0.withdrawalA(0) },
            Row.measured(
                "withdrawal_current_2", "Withdrawal drive current, segment group 2", "A", normal: 40...140,
                alarm: 20...200, physical: 0...600, weight: 0.25, Instrument(noise: 0.25, wander: 0.3)
            ) { $0.withdrawalA(1) },
            Row.measured(
                "oscillator_motor_current", "Oscillator pump motor current", "A", normal: 30...90, alarm: 15...120,
                physical: 0...400, weight: 0.25, Instrument(noise: 0.15, wander: 0.2)
            ) { $0.oscillatorA },
        ]

    private static let environment: [Channel<CasterPlant>] = [
        Row.measured(
            "ambient_temperature", "Air temperature in the bay", "Cel", normal: 0...45, alarm: -10...55,
            physical: -40...80, Instrument(noise: 0.05, wander: 0.08, over: 60)
        ) { $0.bayC },
        Row.measured(
            "relative_humidity", "Relative humidity in the bay", "%", normal: 10...95, physical: 0...100, decimals: 1,
            Instrument(noise: 0.2, wander: 0.3, over: 60)
        ) { $0.weather.humidityPercent },
        Row.measured(
            "water_supply_temperature", "Cooling water supply temperature", "Cel", normal: 18...36, alarm: 10...40,
            physical: 0...90, weight: 0.25, Instrument(noise: 0.02, wander: 0.03, over: 60)
        ) { $0.supplyC },
        Row.measured(
            "water_supply_pressure", "Cooling water supply pressure", "MPa", normal: 0.75...0.95, alarm: 0.6...1.1,
            physical: 0...3, decimals: 4, weight: 0.5, Instrument(noise: 0.001, wander: 0.0015, over: 30)
        ) { $0.supplyMPa },
    ]

    private static let cast: [Channel<CasterPlant>] = [
        Row.known("cast_number", "Cast (sequence) number", decimals: 0) { Double($0.castNumber) },
        Row.known("heat_number", "Heat number within the cast", decimals: 0) { Double($0.heatNumber) },
        Row.category("grade", "Steel grade", Heat.grades.map(\.name)) { $0.heat.grade },
        Row.known("carbon", "Carbon", "%", physical: 0...5, decimals: 4) { $0.heat.composition.carbon },
        Row.known("manganese", "Manganese", "%", physical: 0...30, decimals: 3) { $0.heat.composition.manganese },
        Row.known("silicon", "Silicon", "%", physical: 0...8, decimals: 3) { $0.heat.composition.silicon },
        Row.known("sulfur", "Sulfur", "%", physical: 0...1, decimals: 4) { $0.heat.composition.sulfur },
        Row.known("phosphorus", "Phosphorus", "%", physical: 0...1, decimals: 4) { $0.heat.composition.phosphorus },
        Row.known("chromium", "Chromium", "%", physical: 0...40, decimals: 2) { $0.heat.composition.chromium },
        Row.known("nickel", "Nickel", "%", physical: 0...40, decimals: 2) { $0.heat.composition.nickel },
        Row.known(
            "cleanliness_index", "Inclusion cleanliness index, 100 = cleanest", normal: 60...100, alarm: 40...100,
            physical: 0...100, decimals: 1, weight: 0.5
        ) { $0.heat.cleanliness },
        Row.known("liquidus_temperature", "Liquidus from the composition, formula A", "Cel", decimals: 4) {
            $0.liquidusC
        },
        Row.known("superheat_aim", "Superheat aimed at when the heat was opened", "K", decimals: 1) {
            $0.heat.superheatAimK
        },
        Row.known("slab_width", "Slab width", "mm", physical: 0...4000, decimals: 0) { $0.widthM * 1000 },
        Row.known("slab_thickness", "Slab thickness", "mm", physical: 0...500, decimals: 0) { $0.thicknessM * 1000 },
        Row.known("casting_speed_aim", "Casting speed aimed at", "m/min", physical: 0...3, decimals: 2) {
            $0.speedAimMPerMin
        },
    ]

    private static let status: [Channel<CasterPlant>] = [
        Row.category("caster_state", "What the caster is doing", states) { $0.state },
        Row.flag("breakout_alarm", "Sticker pattern in the thermocouples", normal: 0...0, weight: 1) {
            $0.isBreakoutAlarm
        },
        Row.flag("level_control_manual", "Mould level control in manual", normal: 0...0, weight: 0.5) {
            $0.isLevelControlManual
        },
        Row.flag("maintenance_scheduled", "Scheduled maintenance") { $0.isMaintenanceScheduled },
        Row.flag("maintenance_unscheduled", "Unscheduled maintenance", normal: 0...0) { $0.isMaintenanceUnscheduled },
    ]
}
