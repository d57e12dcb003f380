import Model

/// The signal table of a tailings storage facility: an embankment with its pond, instruments on one section. Ranges
/// are those of the standard design, 30 m high.
extension TailingsPlant {
    static let layout = SensorLayout<TailingsPlant>(
        [
            ChannelGroup("process", .everyTick, water + pore + deformation + safety),
            ChannelGroup("environment", .every(seconds: 60), environment),
            ChannelGroup("satellite", .onChange, satellite),
            ChannelGroup("status", .onChange, status),
        ],
        faults: SensorFaults(
            drift: .init("settlement_2", by: 25), stuck: .init("pond_level"), spike: .init("displacement_2", by: 30),
            dropout: .init("seepage_rate"), bias: .init("piezometer_5", by: 12)))

    static let tarpLevels = ["green", "yellow", "orange", "red"]

    private typealias Row = Channel<TailingsPlant>

    private static let water: [Channel<TailingsPlant>] = [
        Row.measured(
            "pond_level", "Pond level above datum", "m", normal: 23...28, alarm: 22...28.6, physical: 0...40,
            decimals: 4, weight: 1.5, Instrument(noise: 0.0008, wander: 0.001, over: 8, drift: 0.0005)
        ) { $0.pondM },
        Row.derived(
            "freeboard", "Freeboard above pond and wave run-up", "m", normal: 1.5...8, alarm: 1.0...10,
            physical: -5...40, decimals: 4, weight: 2),
        Row.measured(
            "beach_width", "Beach width", "m", normal: 60...400, alarm: 40...500, physical: 0...2000, decimals: 1,
            weight: 0.5, Instrument(noise: 0.3, wander: 0.4, over: 20)
        ) { $0.beachM },
        Row.measured(
            "rainfall_intensity", "Rainfall intensity", "mm/h", normal: 0...15, alarm: 0...40, physical: 0...400,
            decimals: 2, weight: 0.5, Instrument()
        ) { $0.rainMmH },
        Row.known("rainfall_24h", "Rain of the last 24 hours", "mm", normal: 0...40, alarm: 0...100, decimals: 2) {
            $0.rain24hMm
        },
        Row.measured(
            "slurry_flow", "Tailings slurry flow", "m3/h", normal: 400...800, alarm: 0...1000, physical: 0...3000,
            decimals: 1, Instrument(noise: 1.0, wander: 1.2)
        ) { $0.slurryM3H },
        Row.measured(
            "slurry_density", "Tailings slurry density", "t/m3", normal: 1.25...1.55, alarm: 1.1...1.7,
            physical: 0.9...3, decimals: 4, Instrument(noise: 0.001, wander: 0.0015)
        ) { $0.slurryTM3 },
        Row.measured(
            "decant_flow", "Decant water flow", "m3/h", normal: 0...700, alarm: 0...1200, physical: 0...5000,
            decimals: 1, weight: 0.25, Instrument(noise: 1.0, wander: 1.2)
        ) { $0.decantM3H },
        Row.measured(
            "seepage_rate", "Seepage at the weir", "L/s", normal: 2...14, alarm: 0...20, physical: 0...1000,
            decimals: 3, weight: 1.5, Instrument(noise: 0.015, wander: 0.02, over: 10)
        ) { $0.seepageLS },
        Row.measured(
            "seepage_turbidity", "Turbidity of the seepage", "{NTU}", normal: 0...15, alarm: 0...50,
            physical: 0...10_000, decimals: 2, weight: 1, Instrument(noise: 0.06, wander: 0.08, over: 10)
        ) { $0.turbidityNTU },
    ]

    private static let pore: [Channel<TailingsPlant>] =
        (0..<6).map { index in
            Row.measured(
                "piezometer_\(index + 1)", "Pore pressure, piezometer \(index + 1)", "kPa", normal: 0...220,
                alarm: 0...260, physical: -20...500, decimals: 3, weight: 0.75,
                Instrument(noise: 0.03, wander: 0.04, over: 10, drift: 0.03, lag: 60)
            ) { $0.porePressureKPa(index) }
        } + [
            Row.derived(
                "phreatic_level", "Phreatic level under the crest", "m", normal: 8...24, alarm: 6...26,
                physical: 0...40, decimals: 4, weight: 0.5)
        ]

    private static let deformation: [Channel<TailingsPlant>] =
        (0..<3).map { index in
            Row.measured(
                "settlement_\(index + 1)", "Settlement, plate \(index + 1)", "mm", normal: 0...900, alarm: 0...1200,
                physical: -100...5000, decimals: 2, weight: 0.5,
                Instrument(noise: 0.12, wander: 0.25, over: 30, drift: 0.3)
            ) { $0.settlementMm(index) }
        }
        + (0..<3).map { index in
            Row.measured(
                "displacement_\(index + 1)", "Displacement down slope, prism \(index + 1)", "mm", normal: -20...200,
                alarm: -50...400, physical: -500...50_000, decimals: 2, weight: 0.75,
                Instrument(noise: 0.17, wander: 0.35, over: 30, drift: 0.3)
            ) { $0.displacementMm(index) }
        } + [
            Row.measured(
                "displacement_rate", "Displacement rate of the fastest part of the slope, radar", "mm/d",
                normal: -0.5...5,
                alarm: -1...10, physical: -50...1e8, decimals: 3, weight: 1.5,
                Instrument(noise: 0.01, wander: 0.012, over: 20)
            ) { $0.displacementRateMmD },
            Row.measured(
                "tilt", "Tilt of the crest", "deg", normal: -0.2...0.2, alarm: -0.5...0.5, physical: -30...30,
                decimals: 5, weight: 0.25, Instrument(noise: 0.0002, wander: 0.0003, over: 15)
            ) { $0.tiltDeg },
        ]

    private static let safety: [Channel<TailingsPlant>] = [
        Row.derived(
            "factor_of_safety", "Factor of safety, from the pore pressures", normal: 1.5...5, alarm: 1.3...10,
            physical: 0...20, decimals: 4, weight: 2),
        Row.derived(
            "tarp_level", "Trigger action response level", form: .category(tarpLevels), normal: 0...0, alarm: 0...1,
            physical: 0...3, decimals: 0, weight: 1),
    ]

    private static let environment: [Channel<TailingsPlant>] = [
        Row.measured(
            "air_temperature", "Air temperature", "Cel", normal: -10...40, alarm: -25...45, physical: -60...60,
            Instrument(noise: 0.05, wander: 0.08, over: 300)
        ) { $0.weather.airC },
        Row.measured(
            "relative_humidity", "Relative humidity", "%", normal: 5...100, physical: 0...100, decimals: 1,
            Instrument(noise: 0.2, wander: 0.3, over: 300)
        ) { $0.weather.humidityPercent },
        Row.measured(
            "barometric_pressure", "Barometric pressure", "kPa", normal: 96...105, physical: 60...110, decimals: 3,
            Instrument(noise: 0.005, wander: 0.005, over: 300)
        ) { $0.weather.pressureKPa },
        Row.measured(
            "wind_speed", "Wind speed", "m/s", normal: 0...15, alarm: 0...22, physical: 0...75, decimals: 2,
            Instrument(noise: 0.05, wander: 0.08, over: 120)
        ) { $0.windMS },
        Row.measured(
            "evaporation", "Evaporation from open water", "mm/d", normal: 0...12, physical: 0...30, decimals: 3,
            Instrument(noise: 0.01, wander: 0.02, over: 300)
        ) { $0.evaporationMmD },
        Row.measured(
            "pond_temperature", "Pond water temperature", "Cel", normal: 0...32, physical: -2...60, decimals: 2,
            Instrument(noise: 0.02, wander: 0.03, over: 300)
        ) { $0.pondC },
        Row.measured(
            "pond_ph", "Pond pH", "[pH]", normal: 6.5...9.5, alarm: 6...10, physical: 0...14, decimals: 3, weight: 0.25,
            Instrument(noise: 0.005, wander: 0.01, over: 600)
        ) { $0.pondPH },
        Row.measured(
            "seepage_ph", "Seepage pH", "[pH]", normal: 6.0...9.0, alarm: 5...10, physical: 0...14, decimals: 3,
            weight: 0.5, Instrument(noise: 0.005, wander: 0.01, over: 600)
        ) { $0.seepagePH },
        Row.measured(
            "conductivity", "Conductivity of the seepage", "uS/cm", normal: 800...2600, alarm: 300...4000,
            physical: 0...100_000, decimals: 1, weight: 0.5, Instrument(noise: 3, wander: 5, over: 600)
        ) { $0.conductivityUSCm },
        Row.measured(
            "dissolved_oxygen", "Dissolved oxygen in the pond", "mg/L", normal: 4...14, alarm: 2...20,
            physical: 0...25, decimals: 2, Instrument(noise: 0.02, wander: 0.04, over: 600)
        ) { $0.oxygenMgL },
        Row.measured(
            "sulfate", "Sulphate in the seepage", "mg/L", normal: 200...1100, alarm: 50...2000, physical: 0...50_000,
            decimals: 1, weight: 0.25, Instrument(noise: 1.5, wander: 2.5, over: 600)
        ) { $0.sulfateMgL },
        Row.measured(
            "arsenic", "Arsenic in groundwater downstream", "ug/L", normal: 0...10, alarm: 0...50,
            physical: 0...100_000, decimals: 3, weight: 0.25, Instrument(noise: 0.01, wander: 0.02, over: 600)
        ) { $0.arsenicUgL },
        Row.measured(
            "groundwater_conductivity", "Conductivity of groundwater downstream", "uS/cm", normal: 200...700,
            alarm: 100...1500, physical: 0...100_000, decimals: 1, weight: 0.5,
            Instrument(noise: 0.6, wander: 1.0, over: 600)
        ) { $0.groundwaterUSCm },
        Row.measured(
            "dust_pm10", "Dust PM10", "ug/m3", normal: 0...80, alarm: 0...150, physical: 0...10_000, decimals: 1,
            weight: 0.25, Instrument(noise: 0.3, wander: 0.5, over: 300)
        ) { $0.dustUgM3 },
    ]

    private static let satellite: [Channel<TailingsPlant>] = [
        Row.known("insar_pass", "Satellite passes so far", decimals: 0) { Double($0.insarPass) },
        Row.known("insar_phase", "Interferometric phase of the last pair, wrapped", "rad", decimals: 4) {
            $0.insarPhaseRad
        },
        Row.known("insar_displacement", "Line-of-sight displacement, unwrapped", "mm", decimals: 2) {
            $0.insarDisplacementMm
        },
    ]

    private static let status: [Channel<TailingsPlant>] = [
        Row.flag("discharge_running", "Tailings discharge running") { $0.isDischarging },
        Row.flag("decant_running", "Decant pump running") { $0.isDecanting },
        Row.flag("maintenance_scheduled", "Scheduled maintenance") { $0.isMaintenanceScheduled },
        Row.flag("maintenance_unscheduled", "Unscheduled maintenance", normal: 0...0) { $0.isMaintenanceUnscheduled },
    ]
}
