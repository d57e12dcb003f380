import Model

/// The signal table of an integral small modular reactor of the NuScale type (160 MW thermal, natural circulation).
/// It has no primary pumps, hence no pump vibration: what vibrates is the riser, in the flow. Its containment is a
/// vacuum vessel in a pool, and its steam leaves helical coils superheated.
extension SMRPlant {
    static let layout = SensorLayout<SMRPlant>(
        [
            ChannelGroup("process", .everyTick, nuclear + primary + secondary + containment),
            ChannelGroup("environment", .every(seconds: 10), environment),
            ChannelGroup("status", .onChange, status),
        ],
        faults: SensorFaults(
            drift: .init("core_outlet_temperature", by: 20), stuck: .init("primary_pressure"),
            spike: .init("neutron_flux", by: 0.3e13), dropout: .init("coolant_flow"),
            bias: .init("core_outlet_temperature_b", by: 12)))

    private typealias Row = Channel<SMRPlant>

    private static let nuclear: [Channel<SMRPlant>] = [
        Row.measured(
            "neutron_flux", "Neutron flux, power range A", "{n}/cm2/s", normal: 1.0e13...1.5e13,
            alarm: 0.5e13...1.6e13, physical: 0...5e13, decimals: 0, weight: 2,
            Instrument(relative: 0.0015, resolution: 1e5)
        ) { $0.fluxPerCm2S },
        Row.measured(
            "neutron_flux_b", "Neutron flux, power range B", "{n}/cm2/s", normal: 1.0e13...1.5e13,
            alarm: 0.5e13...1.6e13, physical: 0...5e13, decimals: 0, weight: 1,
            Instrument(relative: 0.0015, resolution: 1e5)
        ) { $0.fluxPerCm2S },
        Row.measured(
            "neutron_flux_c", "Neutron flux, power range C", "{n}/cm2/s", normal: 1.0e13...1.5e13,
            alarm: 0.5e13...1.6e13, physical: 0...5e13, decimals: 0, weight: 1,
            Instrument(relative: 0.0015, resolution: 1e5)
        ) { $0.fluxPerCm2S },
        Row.measured(
            "startup_rate", "Start-up rate", "{decade}/min", normal: -0.5...0.5, alarm: -1...1,
            physical: -100...100, decimals: 4, weight: 1, Instrument(noise: 0.004, wander: 0.004, lag: 3)
        ) { $0.startupRateDPM },
        Row.measured(
            "reactor_power", "Reactor power", "%", normal: 55...104, alarm: 20...110, physical: 0...400, weight: 2,
            Instrument(noise: 0.05, wander: 0.04)
        ) { $0.powerPercent },
        Row.measured(
            "thermal_power", "Thermal power to coolant", "MW", normal: 80...168, alarm: 30...176, physical: 0...640,
            decimals: 2, weight: 1, Instrument(noise: 0.15, wander: 0.15)
        ) { $0.thermalMW },
        Row.measured(
            "decay_heat", "Decay heat", "MW", normal: 4.5...12, alarm: 0...13, physical: 0...25, decimals: 3,
            Instrument(noise: 0.008, wander: 0.008)
        ) { $0.decayHeatMW },
        Row.measured(
            "xenon_reactivity", "Xenon reactivity, estimated", "{pcm}", normal: -3500...(-1800), alarm: -5000...0,
            physical: -20_000...100, decimals: 1, weight: 0.5, Instrument(noise: 1, wander: 1)
        ) { $0.xenonPcm },
        Row.measured(
            "control_rod_position", "Regulating bank, withdrawn", "%", normal: 50...100, alarm: 20...100,
            physical: 0...100, decimals: 2, weight: 1, Instrument(noise: 0.05, wander: 0.05)
        ) { $0.regulatingPercent },
        Row.known(
            "shutdown_bank_position", "Shutdown bank, withdrawn", "%", normal: 98...100, alarm: 95...100,
            physical: 0...100, decimals: 1, weight: 0.5
        ) { $0.shutdownPercent },
        Row.measured(
            "boron_concentration", "Boron in primary coolant", "[ppm]", normal: 500...1100, alarm: 300...1300,
            physical: 0...5000, decimals: 1, weight: 0.5, Instrument(noise: 0.6, wander: 0.8, over: 20)
        ) { $0.boronPpm },
    ]

    private static let primary: [Channel<SMRPlant>] = [
        Row.measured(
            "core_inlet_temperature", "Core inlet temperature", "Cel", normal: 250...270, alarm: 240...285,
            physical: 0...400, weight: 1, Instrument(noise: 0.012, wander: 0.01, drift: 0.03)
        ) { $0.inletSensedC },
        Row.measured(
            "core_outlet_temperature", "Core outlet temperature A", "Cel", normal: 285...320, alarm: 260...323,
            physical: 0...400, weight: 2, Instrument(noise: 0.012, wander: 0.01, drift: 0.03)
        ) { $0.outletSensedC },
        Row.measured(
            "core_outlet_temperature_b", "Core outlet temperature B", "Cel", normal: 285...320, alarm: 260...323,
            physical: 0...400, weight: 1, Instrument(noise: 0.012, wander: 0.01, drift: 0.03)
        ) { $0.outletSensedC },
        Row.derived(
            "subcooling_margin", "Subcooling at the core outlet", "K", normal: 12...60, alarm: 5...120,
            physical: -5...400, weight: 1),
        Row.measured(
            "primary_pressure", "Pressuriser pressure A", "MPa", normal: 12.4...13.1, alarm: 11.7...13.8,
            physical: 0...25, decimals: 4, weight: 2, Instrument(noise: 0.002, wander: 0.0015, drift: 0.001)
        ) { $0.pressureMPa },
        Row.measured(
            "primary_pressure_b", "Pressuriser pressure B", "MPa", normal: 12.4...13.1, alarm: 11.7...13.8,
            physical: 0...25, decimals: 4, weight: 1, Instrument(noise: 0.002, wander: 0.0015, drift: 0.001)
        ) { $0.pressureMPa },
        Row.measured(
            "pressurizer_level", "Pressuriser level", "%", normal: 45...75, alarm: 30...85, physical: 0...100,
            weight: 1.5, Instrument(noise: 0.05, wander: 0.06)
        ) { $0.pressurizerPercent },
        Row.measured(
            "coolant_flow", "Primary coolant flow, natural circulation", "kg/s", normal: 470...610, alarm: 300...640,
            physical: 0...1500, decimals: 2, weight: 2, Instrument(noise: 2, wander: 1.5, over: 3)
        ) { $0.flowKgS },
        Row.measured(
            "riser_vibration", "Riser vibration, flow-induced, rms velocity", "mm/s", normal: 0...2, alarm: 0...5,
            physical: 0...100, decimals: 3, weight: 0.5, Instrument(noise: 0.01, wander: 0.015, over: 4)
        ) { $0.riserVibrationMmS },
        Row.measured(
            "makeup_flow", "Make-up flow", "kg/s", normal: 0...3, alarm: 0...9, physical: 0...20, decimals: 3,
            Instrument(noise: 0.01, wander: 0.012)
        ) { $0.makeupKgS },
        Row.measured(
            "letdown_flow", "Let-down flow", "kg/s", normal: 0...3, alarm: 0...5, physical: 0...20, decimals: 3,
            Instrument(noise: 0.01, wander: 0.012)
        ) { $0.letdownKgS },
    ]

    private static let secondary: [Channel<SMRPlant>] = [
        Row.measured(
            "steam_pressure", "Steam pressure", "MPa", normal: 3.2...3.8, alarm: 2.6...4.4, physical: 0...10,
            decimals: 4, weight: 1, Instrument(noise: 0.001, wander: 0.0015)
        ) { $0.steamMPa },
        Row.measured(
            "steam_temperature", "Steam temperature", "Cel", normal: 280...310, alarm: 250...315, physical: 0...400,
            weight: 1, Instrument(noise: 0.05, wander: 0.05, lag: 3)
        ) { $0.steamC },
        Row.measured(
            "steam_flow", "Steam flow", "kg/s", normal: 35...72, alarm: 10...80, physical: 0...200, decimals: 2,
            weight: 0.5, Instrument(noise: 0.15, wander: 0.15)
        ) { $0.steamKgS },
        Row.measured(
            "feedwater_flow", "Feedwater flow", "kg/s", normal: 35...72, alarm: 10...80, physical: 0...200,
            decimals: 2, weight: 1, Instrument(noise: 0.15, wander: 0.15)
        ) { $0.feedwaterKgS },
        Row.measured(
            "feedwater_temperature", "Feedwater temperature", "Cel", normal: 125...155, alarm: 90...165,
            physical: 0...300, Instrument(noise: 0.05, wander: 0.06, lag: 5)
        ) { $0.feedwaterC },
        Row.measured(
            "feedwater_pump_vibration", "Feedwater pump vibration, rms velocity", "mm/s", normal: 0...5,
            alarm: 0...7.6, physical: 0...100, decimals: 3, weight: 0.75,
            Instrument(noise: 0.02, wander: 0.03, over: 4)
        ) { $0.feedPumpVibrationMmS },
        Row.measured(
            "feedwater_pump_speed", "Feedwater pump speed", "{rev}/min", normal: 2500...3600, alarm: 1500...3800,
            physical: 0...5000, decimals: 1, weight: 0.25, Instrument(noise: 0.8, wander: 0.8)
        ) { $0.feedPumpSpeedRpm },
        Row.measured(
            "generator_power", "Generator power", "MW", normal: 25...52, alarm: 5...55, physical: -5...100,
            decimals: 2, weight: 0.5, Instrument(noise: 0.04, wander: 0.02)
        ) { $0.generatorMW },
        Row.measured(
            "secondary_activity", "Steam line activity", "Bq/L", normal: 0...20, alarm: 0...100, physical: 0...1e9,
            weight: 1, Instrument(noise: 0.12, wander: 0.24, over: 12)
        ) { $0.secondaryActivityBqL },
    ]

    private static let containment: [Channel<SMRPlant>] = [
        Row.measured(
            "containment_pressure", "Containment pressure, absolute", "kPa", normal: 0...7, alarm: 0...65,
            physical: 0...10_000, decimals: 3, weight: 1, Instrument(noise: 0.004, wander: 0.004)
        ) { $0.containmentKPa },
        Row.measured(
            "containment_radiation", "Containment dose rate", "uSv/h", normal: 2...25, alarm: 0...100,
            physical: 0...1e8, decimals: 2, weight: 1, Instrument(noise: 0.1, wander: 0.15, over: 15)
        ) { $0.containmentUSvH },
        Row.measured(
            "pool_temperature", "Reactor pool temperature", "Cel", normal: 25...45, alarm: 15...60, physical: 0...110,
            decimals: 3, weight: 0.5, Instrument(noise: 0.006, wander: 0.008, over: 20)
        ) { $0.poolC },
        Row.measured(
            "pool_level", "Reactor pool level", "m", normal: 20.5...21.5, alarm: 19.5...22, physical: 0...25,
            decimals: 4, weight: 0.5, Instrument(noise: 0.0012, wander: 0.0015)
        ) { $0.poolM },
        Row.measured(
            "tritium_concentration", "Tritium in service-water effluent", "pCi/L", normal: 0...1000,
            alarm: 0...20_000, physical: 0...1e10, decimals: 2, weight: 1,
            Instrument(noise: 0.15, wander: 0.2, over: 20)
        ) { $0.tritiumPCiL },
    ]

    private static let environment: [Channel<SMRPlant>] = [
        Row.measured(
            "ambient_temperature", "Outdoor air temperature", "Cel", normal: -30...40, alarm: -40...45,
            physical: -60...60, Instrument(noise: 0.05, wander: 0.08, over: 60)
        ) { $0.weather.airC },
        Row.measured(
            "relative_humidity", "Outdoor relative humidity", "%", normal: 5...100, physical: 0...100, decimals: 1,
            Instrument(noise: 0.2, wander: 0.3, over: 60)
        ) { $0.weather.humidityPercent },
        Row.measured(
            "barometric_pressure", "Barometric pressure", "kPa", normal: 96...105, physical: 85...110, decimals: 3,
            Instrument(noise: 0.005, wander: 0.005, over: 60)
        ) { $0.weather.pressureKPa },
        Row.measured(
            "cooling_water_temperature", "Cooling tower basin temperature", "Cel", normal: 5...32, alarm: 1...36,
            physical: -3...60, Instrument(noise: 0.02, wander: 0.03, over: 60)
        ) { $0.basinC },
        Row.measured(
            "condenser_pressure", "Condenser pressure", "kPa", normal: 3...9, alarm: 2...14, physical: 0...110,
            decimals: 3, Instrument(noise: 0.01, wander: 0.02, over: 60)
        ) { $0.condenserKPa },
    ]

    private static let status: [Channel<SMRPlant>] = [
        Row.flag("scrammed", "Reactor scrammed", normal: 0...0, weight: 1) { $0.isScrammed },
        Row.category("trip_cause", "First cause of the trip", TripCause.labels, normal: 0...0) {
            $0.tripCause.rawValue
        },
        Row.flag("decay_heat_removal_open", "Decay heat removal valves open", normal: 0...0, weight: 0.5) {
            $0.isDecayHeatRemovalOpen
        },
        Row.flag("containment_isolated", "Containment isolated", normal: 0...0, weight: 0.5) {
            $0.isContainmentIsolated
        },
        Row.flag("maintenance_scheduled", "Scheduled maintenance") { $0.isMaintenanceScheduled },
        Row.flag("maintenance_unscheduled", "Unscheduled maintenance", normal: 0...0) { $0.isMaintenanceUnscheduled },
    ]
}
